"""A promotion on the page: every number follows within seconds, and the chart marks it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from clickhouse_driver import Client
from playwright.sync_api import expect

from streams.versions.promotions import Promotions
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.mention_table import MentionTable, mention

Look = Callable[[str], Viewer]


def test_a_promotion_switches_the_page_and_is_marked(
    look: Look, dashboard: str, table: MentionTable
):
    """Nobody reloads anything; the chart is not drawn anew."""
    now = datetime.now(UTC)
    for version, sentiment in (("model-1", "positive"), ("model-2", "negative")):
        table.insert(
            mention(
                post_id=f"post-{number}",
                posted_at=now - timedelta(minutes=20 + number),
                model_version=version,
                sentiment=sentiment if number < 10 else "neutral",
            )
            for number in range(20)
        )
    with Client.from_url(table.url) as client:
        promotions = Promotions(client, lambda: now - timedelta(minutes=15))
        promotions.promote("model-1", who="test")
        viewer = look(dashboard)
        expect(viewer.tile(0)).to_have_text("20")
        expect(viewer.tile(1)).to_have_text("+50.0%")
        chart = viewer.page.locator(".st-key-card-time .stVegaLiteChart svg")
        expect(chart.get_by_text("model-1")).to_have_count(1)
        promotions.promote("model-2", who="test")
        expect(viewer.tile(1)).to_have_text("−50.0%")
        expect(viewer.tile(0)).to_have_text("20")
        expect(chart.get_by_text("model-2")).to_have_count(1)
