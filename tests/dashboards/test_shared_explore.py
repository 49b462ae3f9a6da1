"""How often the page Explore asks ClickHouse."""

from datetime import UTC, timedelta

import pytest

from dashboards import shared_explore
from dashboards.filters import FeedFilter
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
    table.insert([mention(posted_at=NOON - timedelta(minutes=1), text="late", author="ann")])


@pytest.fixture
def counting(store: Store, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """The store that the page asks."""
    found = Counting(store)
    monkeypatch.setattr(shared_explore, "store", lambda: found)
    monkeypatch.setattr(shared_explore, "notice_promotion", lambda: None)
    monkeypatch.setattr(shared_explore, "several_versions", lambda _: False)
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
