"""A reader says what a post really means, and the page counts it at once."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.dashboards.mention_table import MentionTable, mention


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Three posts, all of them negative."""
    moment = datetime.now(UTC) - timedelta(minutes=5)
    table.insert(
        mention(post_id=f"p{number}", sentiment="negative", posted_at=moment, text=f"No. {number}")
        for number in range(3)
    )


def test_a_click_labels_a_post_and_another_takes_it_back(look, dashboard, table):
    """The feed and the tiles show it; the table says who and what."""
    viewer = look(dashboard)
    card = viewer.cards.filter(has_text="No. 1")
    expect(viewer.tile(2)).to_have_text("100.0%")
    card.locator("button.mood").click()
    card.get_by_role("button", name="Positive").click()
    expect(card.locator(".mood")).to_contain_text("Positive")
    expect(viewer.tile(2)).to_have_text("66.7%")
    said = "SELECT post_id, before, sentiment FROM corrections ORDER BY at"
    assert table.execute(said) == [("p1", "negative", "positive")]
    card.locator("button.mood").click()
    card.get_by_role("button", name="Take back").click()
    expect(card.locator(".mood")).to_contain_text("Negative")
    expect(viewer.tile(2)).to_have_text("100.0%")
    assert table.execute(said) == [("p1", "negative", "positive"), ("p1", "positive", "")]
