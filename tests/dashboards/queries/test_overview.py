"""The numbers against the same numbers counted in plain Python."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboards.filters import LATEST, Scope
from dashboards.measures import Counts
from dashboards.queries.overview import Group, Overview, overview_query, read_overview
from dashboards.store import Store
from dashboards.time_range import Window, custom_window, live_window, milliseconds, range_named
from schemas.post import EARLIEST
from schemas.scores import SENTIMENTS
from tests.dashboards.mention_table import NOON, MentionTable, mention

WINDOW = live_window(range_named("1h"), now=NOON, zone=UTC)
BRANDS, LANGS, SOURCES = ("Aurora", "Böreal", "'; --"), ("en", "de", ""), ("forum", "shop")
TOPICS = ("price", "delivery", "a 'quoted' one")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(table: MentionTable) -> list[Row]:
    """Mentions of four hours; a third was written twice, and another third scored anew later."""
    chance = random.Random(7)
    found = [
        mention(
            brand=chance.choice(BRANDS),
            lang=chance.choice(LANGS),
            source=chance.choice(SOURCES),
            topics=chance.sample(TOPICS, chance.randrange(4)),
            sentiment=chance.choice(SENTIMENTS),
            posted_at=NOON - timedelta(milliseconds=chance.randrange(4 * 3_600_000)),
        )
        for _ in range(600)
    ]
    table.insert(found)
    table.insert(found[:200])
    later = timedelta(minutes=5)
    anew = [
        {**row, "sentiment": chance.choice(SENTIMENTS), "scored_at": row["scored_at"] + later}
        for row in found[200:400]
    ]
    table.insert(anew)
    return [*found[:200], *anew, *found[400:]]


def read(store: Store, scope: Scope, window: Window = WINDOW, *, several: bool = False) -> Overview:
    """Ask and read."""
    query = overview_query(scope, window, several_versions=several)
    return read_overview(store.rows(query), window)


def counted(rows: list[Row]) -> Counts:
    """The rows by sentiment."""
    found = Counter(row["sentiment"] for row in rows)
    return Counts(**{name: found[name] for name in SENTIMENTS})


def within(rows: list[Row], since: datetime, until: datetime) -> list[Row]:
    """Rows of a period."""
    return [row for row in rows if since <= row["posted_at"] < until]


def grouped(rows: list[Row], column: str) -> dict[str, tuple[Counts, Counts]]:
    """Counts now and before by the names in a column."""
    now = within(rows, WINDOW.since, WINDOW.until)
    before = within(rows, WINDOW.before, WINDOW.since)
    names = {name for row in (*now, *before) for name in listed(row[column])}
    return {
        name: (
            counted([row for row in now if name in listed(row[column])]),
            counted([row for row in before if name in listed(row[column])]),
        )
        for name in names
    }


def listed(value: str | list[str]) -> list[str]:
    """A topic list as it is, a name as a list of one."""
    return value if isinstance(value, list) else [value]


def told(groups: tuple[Group, ...]) -> dict[str, tuple[Counts, Counts]]:
    """Groups as a mapping."""
    return {group.name: (group.now, group.before) for group in groups}


@pytest.mark.parametrize(
    "scope",
    [
        Scope(),
        Scope(brands=("Aurora", "'; --")),
        Scope(langs=("",), sources=("shop",)),
        Scope(brands=("nobody",)),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_every_number_is_what_plain_counting_finds(
    store: Store, rows: list[Row], scope: Scope, *, several: bool
):
    """Each mention counts once, as it was scored last, in its bucket and in each of its groups."""
    wanted = {"brand": scope.brands, "lang": scope.langs, "source": scope.sources}
    chosen = [
        row
        for row in rows
        if all(not values or row[name] in values for name, values in wanted.items())
    ]
    found = read(store, scope, several=several)
    assert found.now == counted(within(chosen, WINDOW.since, WINDOW.until))
    assert found.before == counted(within(chosen, WINDOW.before, WINDOW.since))
    assert [bucket.start_ms for bucket in found.buckets] == list(WINDOW.edges)
    for bucket in found.buckets:
        inside = [
            row
            for row in chosen
            if bucket.start_ms <= milliseconds(row["posted_at"]) < bucket.end_ms
            and row["posted_at"] < WINDOW.until
        ]
        assert bucket.counts == counted(inside)
    assert told(found.brands) == grouped(chosen, "brand")
    assert told(found.langs) == grouped(chosen, "lang")
    assert told(found.sources) == grouped(chosen, "source")
    assert told(found.topics) == grouped(chosen, "topics")


def test_the_longest_period_that_can_be_chosen_is_answered(store: Store, rows: list[Row]):
    """From the earliest post that is taken to the end of what an address may ask for."""
    window = custom_window(EARLIEST, LATEST - timedelta(days=1), zone=UTC)
    assert read(store, Scope(), window).now == counted(rows)


def test_the_later_of_two_model_versions_counts(store: Store, table: MentionTable):
    """A post that a second version scored counts once, with what that version says."""
    day = NOON - timedelta(days=30)
    window = live_window(range_named("1h"), now=day + timedelta(minutes=1), zone=UTC)
    first = mention(posted_at=day, scored_at=day, sentiment="negative")
    second = {
        **first,
        "model_version": "second",
        "sentiment": "positive",
        "scored_at": day + timedelta(days=1),
    }
    table.insert([first, second])
    assert read(store, Scope(), window, several=True).now == Counts(positive=1)
