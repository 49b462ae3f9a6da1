"""Brands side by side: counted as a loop counts, from rollups and mentions alike."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from clickhouse_driver import Client

from dashboards.filters import FeedFilter, Scope
from dashboards.narrowing import Narrowing
from dashboards.queries.choice import Choice
from dashboards.queries.comparison import comparison_query, read_comparison
from dashboards.store import Store
from dashboards.time_range import custom_window
from schemas.scores import SENTIMENTS
from streams.rollups.roller import SETTLE_AFTER_S, Roller
from tests.dashboards.mention_table import NOON, MentionTable, mention

WINDOW = custom_window(NOON - timedelta(days=4, seconds=7), NOON, zone=UTC)
CHANCE = random.Random(3)
ROWS = [
    mention(
        brand=CHANCE.choice(("Aurora", "Boreal", "'; --")),
        lang=CHANCE.choice(("en", "de", "")),
        country=CHANCE.choice(("", "DE", "US")),
        rating=CHANCE.choice((None, 1.0, 4.5)),
        topics=CHANCE.sample(("price", "staff"), CHANCE.randrange(3)),
        sentiment=CHANCE.choice(SENTIMENTS),
        text=CHANCE.choice(("The battery is fine.", "The screen is fine.")),
        posted_at=NOON - timedelta(seconds=1 + CHANCE.randrange(5 * 86_400)),
    )
    for _ in range(400)
]


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    table.insert(ROWS)
    table.insert(ROWS[:50])
    seconds = [0.0]
    with Client.from_url(table.url) as client:
        roller = Roller(client, clock=lambda: seconds[0])
        roller.roll()
        seconds[0] += SETTLE_AFTER_S
        roller.roll()


@pytest.mark.parametrize("use_rollups", [False, True])
def test_every_number_is_that_of_the_mentions(store: Store, use_rollups: bool):
    """By language, topic, country and rating."""
    query = comparison_query(Choice(), WINDOW, several_versions=False, use_rollups=use_rollups)
    found = read_comparison(store.rows(query))
    posts = [row for row in ROWS if row["posted_at"] >= WINDOW.since]
    assert {one.brand for one in found} == {row["brand"] for row in posts}
    totals = [one.total.total for one in found]
    assert totals == sorted(totals, reverse=True)
    for one in found:
        own = [row for row in posts if row["brand"] == one.brand]
        assert one.total.total == len(own)
        for counted, column in ((one.langs, "lang"), (one.countries, "country")):
            assert {name: counts.total for name, counts in counted.items()} == {
                name: sum(row[column] == name for row in own)
                for name in {row[column] for row in own}
            }
        for topic, counts in one.topics.items():
            about = [row for row in own if topic in row["topics"]]
            assert counts.negative == sum(row["sentiment"] == "negative" for row in about)
        assert set(one.ratings) == {1.0, 4.5}
        assert sum(c.total for c in one.ratings.values()) == sum(
            row["rating"] is not None for row in own
        )


def test_only_the_scope_is_compared(store: Store):
    """Brands and languages that were not chosen are not there."""
    scope = Scope(brands=("Aurora",), langs=("de",))
    query = comparison_query(Choice(scope), WINDOW, several_versions=True, use_rollups=True)
    [one] = read_comparison(store.rows(query))
    assert (one.brand, set(one.langs)) == ("Aurora", {"de"})


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (Choice(feed=FeedFilter(text="battery")), lambda row: "battery" in row["text"]),
        (
            Choice(feed=FeedFilter(sentiments=("negative",), topics=("price",))),
            lambda row: row["sentiment"] == "negative" and "price" in row["topics"],
        ),
        (Choice(narrowing=Narrowing(countries=("DE",))), lambda row: row["country"] == "DE"),
    ],
)
def test_every_filter_narrows_what_is_compared(
    store: Store, choice: Choice, wanted: Callable[[dict[str, Any]], bool]
):
    """Though the rollups, which are ready, know nothing of it."""
    query = comparison_query(choice, WINDOW, several_versions=False, use_rollups=True)
    found = read_comparison(store.rows(query))
    posts = [row for row in ROWS if row["posted_at"] >= WINDOW.since and wanted(row)]
    assert {one.brand: one.total.total for one in found} == Counter(row["brand"] for row in posts)
