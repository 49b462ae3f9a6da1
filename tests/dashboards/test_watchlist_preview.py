"""The preview finds what the worker would: no candidate is missed, and the rest is left alone."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import shared_watchlist
from dashboards.queries import watchlists
from dashboards.queries.conditions import Query, Row
from dashboards.queries.watchlists import (
    candidates_query,
    read_candidates,
    read_versions,
    versions_query,
)
from dashboards.store import Store
from dashboards.time_range import milliseconds
from dashboards.watchlist_preview import Outcome, affected, differences
from dashboards.watchlist_writer import NotNewestError, WatchlistWriter
from schemas.access import LOCAL_PERSON, NotAllowedError, Person, Role
from schemas.errors import WatchlistError
from schemas.matching import Matcher
from schemas.watchlist import Watchlist, parse_watchlist
from schemas.watchlist_versions import SavedWatchlist
from tests.dashboards.mention_table import NOON, MentionTable, mention

BEFORE = parse_watchlist("""
brands:
  - name: Aurora
    aliases: [Aurora Inc]
    products: [{name: Lamp}]
  - name: Velorra
""")
TEXTS = [
    "The Ａｕｒｏｒａ train",
    "aur\u200bora again",
    "Aurora's lamp broke",
    "Aurora Street is closed",
    "I like Velora bikes",
    "VELORRA and Velora",
    "Velorra’s Strasse",
    "欧若拉 is how they call it",
    "nothing of it",
    "Auroras are green",
]
AFTER = parse_watchlist("""
brands:
  - name: Aurora
    aliases: [欧若拉]
    exclude: [Aurora Street]
    products: [{name: Lamp}]
  - name: Velorra
    aliases: [Velora]
    products: [{name: Street bike, aliases: ["Velorra’s Strasse"]}]
""")


@pytest.fixture(scope="module")
def filled(table: MentionTable) -> MentionTable:
    """Each text about what the watchlist found in it, or about what its source said."""
    matcher = Matcher(BEFORE)
    for number, text in enumerate(TEXTS):
        found = matcher.find(text) or {"Velorra": ""}
        table.insert(
            mention(
                brand=brand,
                product=product,
                text=text,
                post_id=str(number),
                posted_at=NOON - timedelta(minutes=number),
                model_version=version,
            )
            for brand, product in found.items()
            for version in ("first", "second")
        )
    return table


def outcomes(store: Store, before: Watchlist, after: Watchlist) -> list[tuple[str, str, Outcome]]:
    """Number of the text, brand, and what becomes of it, by number."""
    query = candidates_query(
        affected(before, after),
        since_ms=milliseconds(NOON - timedelta(days=1)),
        until_ms=milliseconds(NOON) + 1,
        several_versions=True,
    )
    stored, complete = read_candidates(store.rows(query))
    assert complete
    assert len({one.post.post_id for one in stored}) == len(stored)
    found = differences(before, after, stored)
    return sorted((one.post.post_id, one.brand, one.outcome) for one in found)


def test_what_is_found_lost_and_of_another_product(filled: MentionTable, store: Store):
    """By text; what only its source named stays as it is."""
    assert outcomes(store, BEFORE, AFTER) == [
        ("3", "Aurora", Outcome.LOST),
        ("6", "Velorra", Outcome.PRODUCT),
        ("7", "Aurora", Outcome.FOUND),
    ]
    gone = parse_watchlist("brands: [{name: Aurora}]")
    lost = outcomes(store, BEFORE, gone)
    # Of the source's own word for a brand nobody watches, nothing is kept either.
    assert ("4", "Velorra", Outcome.LOST) in lost
    assert {number for number, brand, _ in lost if brand == "Velorra"} == {*"456789"}


@pytest.mark.parametrize(("most", "questions"), [(2, 1), (3_000, 3)])
def test_no_more_is_read_than_is_looked_at(
    filled: MentionTable,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    questions: int,
):
    """The newest posts come first: where they are enough, four weeks are not read for them."""
    asked = []

    def rows(query: Query) -> list[Row]:
        asked.append(query)
        return store.rows(query)

    monkeypatch.setattr(watchlists, "MAX_ROWS", most)
    monkeypatch.setattr(shared_watchlist, "store", lambda: SimpleNamespace(rows=rows))
    monkeypatch.setattr(shared_watchlist, "several_versions_between", lambda *_: True)
    shared_watchlist._candidates.clear()
    gone = affected(BEFORE, parse_watchlist("brands: [{name: Aurora}]"))
    period = milliseconds(NOON - timedelta(days=28)), milliseconds(NOON) + 1
    _, complete = shared_watchlist._candidates(gone, *period)
    assert (len(asked), complete) == (questions, questions > 1)


ALIASES = st.sampled_from(
    ["Aurora", "aurora-train", "Velora", "Velorra's", "欧若拉", "Street*", "auror*", "lamp", "ora"]
)


@settings(max_examples=25, deadline=None)
@given(st.sets(ALIASES, max_size=4), st.sets(ALIASES, max_size=2), st.sets(ALIASES, max_size=3))
def test_agrees_with_the_matcher_on_every_stored_post(
    filled: MentionTable,
    store: Store,
    aurora: set[str],
    exclude: set[str],
    velorra: set[str],
):
    """Whatever is edited: the same as if both lists were asked about each text."""
    after = Watchlist(
        (
            _brand("Aurora", aurora, exclude - aurora),
            _brand("Velorra", velorra - aurora, set()),
        ),
        (),
    )
    old, new = Matcher(BEFORE), Matcher(after)
    wanted = []
    for number, text in enumerate(TEXTS):
        was, becomes = old.find(text), new.find(text)
        named = was or {"Velorra": ""}
        becomes = becomes | ({} if was else {"Velorra": becomes.get("Velorra", "")})
        for brand in named.keys() | becomes.keys():
            if brand not in named:
                wanted.append((str(number), brand, Outcome.FOUND))
            elif brand not in becomes:
                wanted.append((str(number), brand, Outcome.LOST))
            elif named[brand] != becomes[brand]:
                wanted.append((str(number), brand, Outcome.PRODUCT))
    assert outcomes(store, BEFORE, after) == sorted(wanted)


def _brand(name: str, aliases: set[str], exclude: set[str]):
    [brand] = parse_watchlist(
        f"brands: [{{name: {name}, match_name: false, aliases: {_list(aliases)}, "
        f"exclude: {_list(exclude)}}}]"
    ).brands
    return brand


def _list(names: set[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in sorted(names)) + "]"


def saved(text: str, *, minute: int) -> SavedWatchlist:
    return SavedWatchlist(
        id=uuid4(),
        at=NOON + timedelta(minutes=minute),
        who="ana",
        why="it's new",
        changes=("+ brand Acme",),
        text=text,
    )


def test_versions_are_added_and_none_is_overwritten(table: MentionTable, store: Store):
    """The newest first; whoever began with an older one is told, and so is a mistake."""
    writer = WatchlistWriter(table.url)
    first, second = saved("brands: [{name: Acme}]", minute=0), saved("", minute=1)
    writer.save(first, made_from=None, by=LOCAL_PERSON)
    with pytest.raises(NotNewestError):
        writer.save(second, made_from=None, by=LOCAL_PERSON)
    writer.save(second, made_from=first.id, by=LOCAL_PERSON)
    with pytest.raises(WatchlistError):
        writer.save(saved("brands: []", minute=2), made_from=second.id, by=LOCAL_PERSON)
    assert read_versions(store.rows(versions_query())) == [second, first]


@pytest.mark.parametrize(
    "person",
    [
        Person("v@example.com", Role.VIEWER),
        Person("a@example.com", Role.ANALYST, frozenset({"Acme"})),
    ],
)
def test_who_may_not_edit_writes_nothing(table: MentionTable, store: Store, person: Person):
    """Viewers, and whoever sees some brands alone: the list names all of them."""
    before = store.rows(versions_query())
    with pytest.raises(NotAllowedError):
        WatchlistWriter(table.url).save(
            saved("brands: [{name: Acme}]", minute=9), made_from=None, by=person
        )
    assert store.rows(versions_query()) == before
