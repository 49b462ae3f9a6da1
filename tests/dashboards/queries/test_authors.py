"""Where authors are hidden, pseudonyms stand for their names in whatever the page asks."""

from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from dashboards.author_secret import load_pseudonyms
from dashboards.csv_export import to_csv
from dashboards.filters import FeedFilter, Scope
from dashboards.narrowing import Narrowing
from dashboards.queries.authors import hide_authors
from dashboards.queries.breakdown import breakdown_query, read_breakdown
from dashboards.queries.choice import Choice
from dashboards.queries.listing import list_query, sketch_query
from dashboards.queries.posts import read_posts
from dashboards.store import Store
from dashboards.time_range import Window, custom_window, milliseconds
from schemas.pseudonyms import Pseudonyms
from tests.dashboards.mention_table import NOON, MentionTable, mention

NAMES = ("Zuri 'L' \\ \u202e", "\u827e\u8fbe", "@zuri", "")
PERIOD = {"since_ms": milliseconds(NOON) - 1, "until_ms": milliseconds(NOON) + 1}


@pytest.fixture(scope="module")
def hidden(table: MentionTable) -> Iterator[Pseudonyms]:
    """One post of each author, and one of nobody."""
    table.insert(mention(author=name, url="https://a.example/@zuri/1") for name in NAMES)
    found = load_pseudonyms(table.url)
    hide_authors(found)
    yield found
    hide_authors(None)


def test_the_secret_is_made_once(table: MentionTable, hidden: Pseudonyms):
    """All parts have the same; a text of it does not show it."""
    assert load_pseudonyms(table.url) == hidden
    assert table.execute("SELECT count() FROM installation_secrets") == [(1,)]
    assert hidden.secret not in repr(hidden)


def test_posts_have_pseudonyms_and_no_links(store: Store, hidden: Pseudonyms):
    """ClickHouse computes what Python does, in every script; exports have the same."""
    query = list_query(
        Choice(), **PERIOD, several_versions=False, sort="newest", limit=10, characters=100
    )
    found = read_posts(store.rows(query))
    assert {post.author for post in found} == {hidden.of(name) for name in NAMES}
    assert {post.url for post in found} == {""}
    whole = to_csv(found).decode("utf-8-sig")
    # No letter of it is a hexadecimal digit, as which a pseudonym might have it by chance.
    assert "zuri" not in whole.lower()


@pytest.mark.parametrize("several", [False, True])
def test_filters_go_by_the_pseudonym(store: Store, hidden: Pseudonyms, several: bool):
    """The name itself finds nothing, so that nobody can try names out."""
    for author, count in ((hidden.of(NAMES[0]), 1), (NAMES[0], 0)):
        choice = Choice(Scope(), FeedFilter(), Narrowing(authors=(author,)))
        query = list_query(
            choice, **PERIOD, several_versions=several, sort="newest", limit=10, characters=9
        )
        assert len(store.rows(query)) == count
    store.rows(sketch_query(Choice(), **PERIOD, several_versions=several, sort="newest"))


def test_the_chart_of_authors_names_pseudonyms(store: Store, hidden: Pseudonyms):
    """So a click on it is a filter that works."""
    minute = timedelta(minutes=1)
    window: Window = custom_window(NOON - minute, NOON + minute, zone=UTC)
    rows = store.rows(breakdown_query(Choice(), window, several_versions=False))
    names = {group.name for group in read_breakdown(rows, window).facets["author"]}
    assert names == {hidden.of(name) for name in NAMES}


def test_another_secret_makes_other_pseudonyms(hidden: Pseudonyms):
    """Hashing names alone tells nothing."""
    other = Pseudonyms("00" * 32)
    assert hidden.of("ada").startswith("author ")
    assert hidden.of("ada") != other.of("ada")
    assert hidden.of("") == ""
