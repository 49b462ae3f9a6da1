"""How often the pages ask ClickHouse, and for how much."""

from datetime import UTC, timedelta

import pytest

from dashboards import shared, shared_explore
from dashboards.filters import FeedFilter, Scope
from dashboards.narrowing import Listing
from dashboards.queries.breakdown import FACETS
from dashboards.queries.choice import Choice
from dashboards.queries.conditions import Query, Row
from dashboards.store import Store
from dashboards.time_range import custom_window
from tests.dashboards.mention_table import NOON, MentionTable, mention

WINDOW = custom_window(NOON - timedelta(hours=1), NOON, zone=UTC)


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked = 0

    def rows(self, query: Query) -> list[Row]:
        self.asked += 1
        return self._store.rows(query)


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    table.insert(
        mention(post_id=f"p{n}", posted_at=NOON - timedelta(minutes=n), text="late", author="ann")
        for n in (1, 2, 3)
    )


@pytest.fixture
def counting(store: Store, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """The store that the page asks."""
    found = Counting(store)
    monkeypatch.setattr(shared_explore, "notice_promotion", lambda: None)
    for module in (shared, shared_explore):
        monkeypatch.setattr(module, "store", lambda: found)
        monkeypatch.setattr(module, "several_versions", lambda _: False)
    monkeypatch.setattr(shared_explore, "rollups_ready", lambda: False)
    shared_explore.forget()
    return found


@pytest.mark.parametrize(("text", "questions"), [("", 2), ("late", 1)])
def test_texts_are_searched_once_for_all_facets(counting: Counting, text: str, questions: int):
    """A search reads every text of the period; without one the quick numbers come first."""
    choice = Choice(feed=FeedFilter(text=text))
    first = shared_explore.broken_down(choice, WINDOW)
    further = shared_explore.further_facets(choice, WINDOW)
    assert counting.asked == questions
    groups = {**first.facets, **{name: found for name, found in further.facets.items() if found}}
    assert {name for name in FACETS if groups[name]} >= {"brand", "lang", "source", "author"}


@pytest.mark.parametrize(("limit", "questions"), [(2, 1), (3, 3)])
def test_the_newest_posts_are_read_without_those_before(
    counting: Counting, monkeypatch: pytest.MonkeyPatch, limit: int, questions: int
):
    """In lists and in downloads: a long period is read for them only where it has to be."""
    window = custom_window(NOON - timedelta(days=20), NOON, zone=UTC)
    order = Listing("newest", folded=False)
    listed, more = shared_explore.listed_posts(Choice(), window, order, limit=limit)
    assert [post.post_id for post, _ in listed] == ["p1", "p2", "p3"][:limit]
    assert (counting.asked, more) == (questions, limit < 3)

    counting.asked = 0
    monkeypatch.setattr(shared, "MAX_ROWS", limit + 1)
    table = shared.posts_csv(FeedFilter(), Scope(), window).decode()
    assert len(table.strip().splitlines()) == 1 + 3
    assert counting.asked == questions
