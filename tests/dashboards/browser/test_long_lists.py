"""Lists of more posts than a page holds at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from dashboards.views.posts import MAX_POSTS, STEP_POSTS
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.mention_table import MentionTable, mention

Look = Callable[[str], Viewer]
POSTS = MAX_POSTS + 10


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Posts of five minutes, the newest with the lowest number; some are about a train."""
    moment = datetime.now(UTC) - timedelta(minutes=5)
    table.insert(
        mention(
            text=f"{'train' if number % 5 == 0 else 'bus'} No. {number}",
            author=f"author {number}",
            posted_at=moment - timedelta(seconds=number),
        )
        for number in range(POSTS)
    )


def read_on(viewer: Viewer) -> Locator:
    """Ask for more until the list is full; returns what stands below it then."""
    for count in range(STEP_POSTS, MAX_POSTS, STEP_POSTS):
        expect(viewer.cards).to_have_count(count)
        viewer.feed.locator(".more").click()
    expect(viewer.cards).to_have_count(MAX_POSTS)
    return viewer.feed.locator(".tail")


def test_posts_can_be_read_to_the_oldest_one(look: Look, dashboard: str):
    """A full list makes room for older posts, and a button leads back."""
    viewer = look(f"{dashboard}/?range=24h")
    tail = read_on(viewer)
    tail.get_by_role("button", name="Show older posts").click()
    expect(viewer.cards).to_have_count(POSTS - MAX_POSTS)
    expect(viewer.texts.first).to_have_text(f"train No. {MAX_POSTS}")
    expect(viewer.texts.last).to_have_text(f"bus No. {POSTS - 1}")
    expect(tail).to_have_text("No older posts in this period")
    viewer.page.get_by_role("button", name="Back to the newest posts").click()
    expect(viewer.texts.first).to_have_text("train No. 0")
    expect(viewer.cards).to_have_count(STEP_POSTS)


def test_a_narrowed_list_says_how_many_posts_match(look: Look, dashboard: str):
    """As far as it was read."""
    viewer = look(f"{dashboard}/?range=24h&q=train")
    page = viewer.page
    expect(page.get_by_text("At least 25 posts match")).to_be_visible()
    viewer.feed.locator(".more").click()
    expect(page.get_by_text("At least 50 posts match")).to_be_visible()
    viewer.feed.locator(".more").click()
    expect(page.get_by_text(f"{POSTS // 5} posts match.", exact=True)).to_be_visible()
    page.get_by_placeholder("Search").fill("train 305")
    expect(page.get_by_text("1 post matches.", exact=True)).to_be_visible()


def test_a_full_list_on_explore_says_of_how_many(look: Look, dashboard: str):
    """And what else there is to do."""
    viewer = look(f"{dashboard}/?page=explore&range=24h&copies=each")
    expect(read_on(viewer)).to_have_text(
        f"{MAX_POSTS} of {POSTS} posts are shown. Narrow the filters or change the order to see "
        "others. The download has the first 10,000."
    )
