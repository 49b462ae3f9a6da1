"""A reader says what a post really means, and the page counts it at once."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.dashboards.mention_table import MentionTable, mention

# Much less than the half a minute after which long periods are read again.
SOON_MS = 15_000


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Three posts of each brand, all of them negative."""
    moment = datetime.now(UTC) - timedelta(minutes=5)
    table.insert(
        mention(
            brand=brand,
            post_id=f"p{number}",
            sentiment="negative",
            posted_at=moment,
            text=f"No. {number}",
        )
        for brand in ("Aurora", "Boreal", "Cinder")
        for number in range(3)
    )


def test_a_click_labels_a_post_and_another_takes_it_back(look, dashboard, table):
    """The feed and the tiles show it; the table says who and what."""
    viewer = look(f"{dashboard}/?brand=Aurora")
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


@pytest.mark.parametrize(
    ("address", "tile", "before", "after"),
    [
        ("page=explore&sentiment=negative&brand=Boreal", 0, "3", "2"),
        ("range=7d&brand=Cinder", 2, "100.0%", "66.7%"),
    ],
)
def test_numbers_that_are_read_seldom_follow_a_label_at_once(  # noqa: PLR0913, PLR0917
    look, dashboard, address, tile, before, after
):
    """Not only when they are next due, half a minute after they were read last."""
    viewer = look(f"{dashboard}/?{address}")
    card = viewer.cards.filter(has_text="No. 2")
    expect(viewer.tile(tile)).to_have_text(before)
    card.locator("button.mood").click()
    card.get_by_role("button", name="Positive").click()
    expect(viewer.tile(tile)).to_have_text(after, timeout=SOON_MS)
