"""Distributions of posts and scores, asked of a real ClickHouse."""

import random
from datetime import timedelta

import pytest
from clickhouse_driver import Client

from dashboards.queries import trust_drift as queries
from dashboards.queries.trust_drift import Span
from dashboards.store import Store
from dashboards.time_range import milliseconds
from schemas.scores import SENTIMENTS
from streams.rollups.roller import SETTLE_AFTER_S, Roller
from tests.dashboards.mention_table import NOON, MentionTable, mention

SPAN = Span.ending(milliseconds(NOON))
DAY = timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Two hundred posts of five weeks, some under two versions, and some from outside them."""
    chance = random.Random(2)
    rows = [
        mention(
            lang=chance.choice(("en", "de", "und")),
            source=chance.choice(("forum", "shop")),
            sentiment=chance.choice(SENTIMENTS),
            text="x" * chance.choice((0, 5, 25, 700)),
            posted_at=NOON - timedelta(seconds=chance.randrange(1, 35 * 86_400)),
        )
        for _ in range(200)
    ]
    table.insert(rows)
    table.insert({**row, "model_version": "second", "sentiment": "neutral"} for row in rows[:50])
    table.insert([mention(posted_at=NOON), mention(posted_at=NOON - 36 * DAY)])


def spreads(store: Store, *, use_rollups: bool, posts: int = 1) -> dict[str, queries.Spread]:
    counted = queries.counted_query(SPAN, several_versions=True, use_rollups=use_rollups)
    read = queries.read_query(SPAN, posts=posts, several_versions=True)
    return queries.read_spreads([*store.rows(counted), *store.rows(read)])


def test_both_periods_by_each_kind(store: Store, table: MentionTable):
    """Every post of the five weeks counts once; the rollups give the same numbers."""
    found = spreads(store, use_rollups=False)
    for kind in queries.ROLLED:
        assert sum(found[kind].now.values()) + sum(found[kind].before.values()) == 200
    assert set(found["lang"].now) == {"en", "de", "und"}
    assert set(found["length"].before) <= {"0", "20", "640"}
    assert sum(found["confidence"].now.values()) == sum(found["lang"].now.values())
    assert found["confidence"].mean_now == pytest.approx(0.8)
    assert set(found["confidence"].now) == {"8"}
    seconds = [0.0]
    with Client.from_url(table.url) as client:
        roller = Roller(client, clock=lambda: seconds[0])
        roller.roll()
        seconds[0] += SETTLE_AFTER_S
        roller.roll()
    assert spreads(store, use_rollups=True) == found


def test_of_many_posts_slices_are_read(store: Store):
    """About as many as asked for, from both periods, and nothing twice."""
    whole = spreads(store, use_rollups=False)["confidence"]
    some = spreads(store, use_rollups=False, posts=2 * queries.MAX_READ)["confidence"]
    assert 60 < sum(some.now.values()) + sum(some.before.values()) < 140
    assert sum(some.now.values()) <= sum(whole.now.values())


def test_no_posts_are_no_numbers(store: Store):
    """Nothing is made up."""
    span = Span.ending(milliseconds(NOON - 400 * DAY))
    found = queries.read_spreads(
        store.rows(queries.counted_query(span, several_versions=False, use_rollups=False))
    )
    assert found["lang"] == queries.Spread({}, {})
    assert found["length"].mean_now is None
