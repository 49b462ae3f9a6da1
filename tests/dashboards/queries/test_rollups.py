"""The numbers from the rollups are those from the mentions, whatever happened to them since."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clickhouse_driver import Client

from dashboards.filters import Scope
from dashboards.queries import catalog, rollups
from dashboards.queries.breakdown import (
    FACETS,
    PLAIN_FACETS,
    Breakdown,
    breakdown_query,
    read_breakdown,
)
from dashboards.queries.choice import Choice
from dashboards.queries.comparison import Standing, comparison_query, read_comparison
from dashboards.queries.overview import Overview, overview_query, read_overview
from dashboards.store import Store
from dashboards.time_range import (
    RANGES,
    Window,
    custom_window,
    live_window,
    milliseconds,
)
from schemas.scores import SENTIMENTS
from streams.rollups.roller import SETTLE_AFTER_S, Roller
from tests.dashboards.mention_table import NOON, MentionTable, mention

NOW = NOON + timedelta(seconds=17, milliseconds=250)
WINDOWS = (
    *(live_window(chosen, now=NOW, zone=UTC) for chosen in RANGES),
    custom_window(NOON - timedelta(days=5, seconds=1.5), NOW, zone=UTC),
    custom_window(datetime(1990, 1, 1, tzinfo=UTC), datetime(2078, 1, 1, tzinfo=UTC), zone=UTC),
)
SCOPES = (
    Scope(),
    Scope(),
    Scope(brands=("Aurora", "'; --")),
    Scope(langs=("en",)),
    Scope(brands=("nobody",)),
)


def numbers(store: Store, scope: Scope, window: Window, *, use_rollups: bool) -> Overview:
    """Ask and read."""
    query = overview_query(scope, window, several_versions=True, use_rollups=use_rollups)
    return read_overview(store.rows(query), window)


def broken_down(store: Store, scope: Scope, window: Window, *, use_rollups: bool) -> Breakdown:
    """All facets that the rollups have."""
    query = breakdown_query(
        Choice(scope),
        window,
        several_versions=True,
        facets=[facet for facet in FACETS if facet not in PLAIN_FACETS],
        use_rollups=use_rollups,
    )
    return read_breakdown(store.rows(query), window)


def compared(store: Store, scope: Scope, window: Window, *, use_rollups: bool) -> list[Standing]:
    """The brands side by side."""
    query = comparison_query(Choice(scope), window, several_versions=True, use_rollups=use_rollups)
    return read_comparison(store.rows(query))


def post(chance: random.Random) -> dict[str, Any]:
    """A post of the last hour, day or 50 days."""
    reach_ms = chance.choice((3_600_000, 86_400_000, 50 * 86_400_000))
    return mention(
        brand=chance.choice(("Aurora", "Böreal", "'; --")),
        lang=chance.choice(("en", "de", "")),
        source=chance.choice(("forum", "shop")),
        product=chance.choice(("", "one")),
        country=chance.choice(("", "DE")),
        rating=chance.choice((None, 1.0, 4.5)),
        topics=chance.sample(("price", "staff", "a 'quoted' one", ""), chance.randrange(4)),
        emotions=chance.sample(("anger", "joy"), chance.randrange(3)),
        sentiment=chance.choice(SENTIMENTS),
        posted_at=NOW - timedelta(milliseconds=chance.randrange(-60_000, reach_ms)),
    )


def roll(table: MentionTable) -> None:
    """Bring the rollups up to date, and let all marks settle."""
    seconds = [0.0]
    with Client.from_url(table.url) as client:
        roller = Roller(client, clock=lambda: seconds[0])
        roller.roll()
        seconds[0] += SETTLE_AFTER_S
        roller.roll()


def test_numbers_are_those_of_the_mentions(store: Store, table: MentionTable):
    """After repeats, late posts, corrections and erasures, with the rollups behind and not."""
    chance = random.Random(11)
    roll(table)
    written: list[dict[str, Any]] = []
    for step in range(5):
        new = [post(chance) for _ in range(150)]
        again = chance.sample(written, len(written) // 3)
        anew = [
            {
                **row,
                "sentiment": chance.choice(SENTIMENTS),
                "topics": chance.sample(("price", "staff"), chance.randrange(3)),
                "scored_at": row["scored_at"] + timedelta(minutes=1 + step),
                "model_version": chance.choice(("first", "second") if step > 2 else ("first",)),
            }
            for row in chance.sample(written, len(written) // 5)
        ]
        table.insert(new)
        table.insert([*again, *anew])
        written += [*new, *anew]
        check(store, chance)
        if step % 2:
            roll(table)
            check(store, chance)
    gone = [row["post_id"] for row in chance.sample(written, 40)]
    table.execute("DELETE FROM mentions WHERE post_id IN %(gone)s", {"gone": gone})
    assert not rollups.read_ready(store.rows(rollups.ready_query()))
    roll(table)
    check(store, chance)


def check(store: Store, chance: random.Random) -> None:
    """Every number, both ways, in some of the windows."""
    assert rollups.read_ready(store.rows(rollups.ready_query()))
    for window in chance.sample(WINDOWS, 4):
        scope = chance.choice(SCOPES)
        for ask in (numbers, broken_down, compared):
            plain = ask(store, scope, window, use_rollups=False)
            assert ask(store, scope, window, use_rollups=True) == plain


def test_names_are_those_of_the_mentions(store: Store, table: MentionTable):
    """And the versions that scored them, whether they are rolled up or not."""
    period = {
        "since_ms": milliseconds(NOW - timedelta(days=50)),
        "until_ms": milliseconds(NOW + timedelta(hours=1)),
    }
    names, further = catalog.read_rolled_names(store.rows(catalog.rolled_names_query(**period)))
    plain = catalog.read_names(store.rows(catalog.names_query(**period)))
    for kind in ("brands", "langs", "sources"):
        assert sorted(getattr(names, kind)) == sorted(getattr(plain, kind))
    assert set(further.topics) == {"price", "staff", "a 'quoted' one"}
    assert (further.products, further.countries) == (("one",), ("DE",))
    table.insert([mention(posted_at=NOW, model_version="third")])
    rows = store.rows(catalog.rolled_versions_query(**period))
    assert {name for (name,) in rows} == {"first", "second", "third"}


def test_a_filled_rollup_is_what_is_read(store: Store, table: MentionTable):
    """The test above would not see a question that never asks the rollups."""
    roll(table)
    table.execute("TRUNCATE TABLE mentions")
    window = live_window(RANGES[-1], now=NOW, zone=UTC)
    assert numbers(store, Scope(), window, use_rollups=True).now.total > 100


@pytest.mark.parametrize(
    ("scope", "cuts", "possible"),
    [
        (Scope(), (), True),
        (Scope(brands=("Aurora",)), (60_000, 119_999), True),
        (Scope(langs=("en",)), (), False),
        (Scope(sources=("shop",)), (), False),
        (Scope(), (0, 1_800_000, 2_700_000), True),
        (Scope(), (30_000, 990_000, 1_830_000, 2_730_000, 3_660_000), False),
    ],
)
def test_what_rollups_cannot_give_is_asked_of_the_mentions(
    scope: Scope, cuts: tuple[int, ...], possible: bool
):
    """A language or source of its own, and buckets shorter than a quarter."""
    assert bool(rollups.rolled(scope, since_ms=0, until_ms=6_000_000, cuts=cuts)) == possible
