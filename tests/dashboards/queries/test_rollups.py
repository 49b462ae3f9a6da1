"""The numbers from the rollups are those from the mentions, whatever happened to them since."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clickhouse_driver import Client

from dashboards.filters import Scope
from dashboards.queries import rollups
from dashboards.queries.overview import Overview, overview_query, read_overview
from dashboards.store import Store
from dashboards.time_range import (
    RANGES,
    Window,
    custom_window,
    live_window,
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


def post(chance: random.Random) -> dict[str, Any]:
    """A post of the last hour, day or 50 days."""
    reach_ms = chance.choice((3_600_000, 86_400_000, 50 * 86_400_000))
    return mention(
        brand=chance.choice(("Aurora", "Böreal", "'; --")),
        lang=chance.choice(("en", "de", "")),
        source=chance.choice(("forum", "shop")),
        product=chance.choice(("", "one")),
        topics=chance.sample(("price", "staff", "a 'quoted' one", ""), chance.randrange(4)),
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
        plain = numbers(store, scope, window, use_rollups=False)
        assert numbers(store, scope, window, use_rollups=True) == plain


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
        (Scope(), (30_000, 90_000, 150_000, 210_000, 270_000), False),
    ],
)
def test_what_rollups_cannot_give_is_asked_of_the_mentions(
    scope: Scope, cuts: tuple[int, ...], possible: bool
):
    """A language or source of its own, and buckets shorter than a minute."""
    assert bool(rollups.rolled(scope, since_ms=0, until_ms=600_000, cuts=cuts)) == possible
