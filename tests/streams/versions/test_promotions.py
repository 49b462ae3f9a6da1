"""Promotions change exactly what people see, on a real engine, at once and back again."""

import itertools
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clickhouse_driver import Client

from dashboards.filters import Scope
from dashboards.queries.overview import Overview, overview_query, read_overview
from dashboards.queries.rollups import read_ready, ready_query
from dashboards.store import Store
from dashboards.time_range import custom_window
from schemas.errors import StoreError
from schemas.scores import SENTIMENTS
from schemas.versions import Promotion, PromotionAction, active_stack
from streams.clickhouse.connection import connect
from streams.rollups.reader import closed_minutes
from streams.rollups.roller import SETTLE_AFTER_S, Roller
from streams.versions.promotions import Promotions
from tests.dashboards.mention_table import MentionTable, mention
from tests.streams.rollups.mention_log import MentionLog, moment, told
from tests.streams.rollups.test_roller import Dying, KilledError, check_quarters

SINCE, UNTIL = moment(-2000), moment(2000)
VERSIONS = ("one", "two", "'; --")
_numbers = itertools.count()


@pytest.fixture
def log(clickhouse_server: str) -> MentionLog:
    """An empty table of its own."""
    table = MentionTable.create(clickhouse_server, f"promotions_{next(_numbers)}")
    table.migrate()
    return MentionLog(table)


@pytest.fixture
def client(log: MentionLog) -> Iterator[Client]:
    """A client of the table."""
    with connect(log.table.url) as found:
        yield found


def rolled(client: Client) -> None:
    """A roller that was just started does all that there is, and settles it."""
    seconds = [0.0]
    roller = Roller(client, clock=lambda: seconds[0])
    while roller.behind:
        roller.roll()
    seconds[0] += SETTLE_AFTER_S
    roller.roll()


def row(chance: random.Random, number: int, version: str) -> dict[str, Any]:
    """What a version says of a post; the post itself depends on its number alone."""
    fixed = random.Random(number)
    return mention(
        post_id=f"post-{number}",
        brand=fixed.choice(("Aurora", "Böreal")),
        lang=fixed.choice(("en", "de")),
        product=fixed.choice(("", "one")),
        posted_at=moment(fixed.choice((0, 1, 2, 14, 15)), fixed.randrange(60)),
        topics=chance.sample(("price", "staff"), chance.randrange(3)),
        sentiment=chance.choice(SENTIMENTS),
        model_version=version,
        scored_at=moment(100 + chance.randrange(10_000)),
    )


def numbers(store: Store, *, use_rollups: bool) -> Overview:
    """What the page says of the whole time."""
    window = custom_window(SINCE - timedelta(days=9), UNTIL, zone=UTC)
    query = overview_query(Scope(), window, several_versions=True, use_rollups=use_rollups)
    return read_overview(store.rows(query), window)


def check(client: Client, log: MentionLog, store: Store) -> None:
    """Reader and page say what plain counting says."""
    assert told(closed_minutes(client, SINCE, UNTIL)) == log.expected()
    check_quarters(client, log)
    page = numbers(store, use_rollups=False)
    ready = read_ready(store.rows(ready_query()))
    assert numbers(store, use_rollups=ready) == page
    negative = sum(row["sentiment"] == "negative" for row in log.seen)
    assert (page.now.total, page.now.negative) == (len(log.seen), negative)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_seen_is_what_the_active_version_says(log: MentionLog, client: Client, seed: int):
    """Through promotions, rollbacks, new versions, gaps, erasures and pruning; rolled or not."""
    chance = random.Random(seed)
    promotions, store = Promotions(client), Store(log.table.url)
    stack: list[str] = []
    posts: list[int] = []
    rolled(client)
    for _ in range(16):
        deed = chance.choice(("new", "new", "fill", "promote", "promote", "back", "erase", "roll"))
        if deed == "new":
            posts += (more := [next(_numbers) for _ in range(12)])
            log.insert(*(row(chance, number, "one") for number in more))
        elif deed == "fill" and posts:
            version = chance.choice(VERSIONS)
            some = chance.sample(posts, chance.randrange(1, len(posts) + 1))
            log.insert(*(row(chance, number, version) for number in some))
        elif deed == "promote":
            version = chance.choice(VERSIONS)
            if version not in stack[-1:]:
                promotions.promote(version, who="test")
                stack.append(version)
        elif deed == "back" and len(stack) > 1:
            promotions.roll_back(who="test")
            stack.pop()
        elif deed == "erase" and posts:
            log.erase(f"post-{chance.choice(posts)}")
        elif deed == "roll":
            rolled(client)
        log.active = stack[-1] if stack else ""
        assert promotions.active() == log.active
        check(client, log, store)
    rolled(client)
    check(client, log, store)
    before = log.active
    for version in VERSIONS:
        log.active = version
        assert told(closed_minutes(client, SINCE, UNTIL, version=version)) == log.expected()
    log.active = before
    store.close()


def test_a_promotion_writes_no_counts(log: MentionLog, client: Client):
    """Settled rollups serve every version as they are, and one row more switches between them."""
    chance = random.Random(7)
    for version in ("one", "two"):
        log.insert(*(row(chance, number, version) for number in range(40)))
    rolled(client)
    Promotions(client).begin("two", who="worker")
    log.table.execute("TRUNCATE TABLE mentions")
    before = client.execute("SELECT count(), max(computed) FROM minute_counts FINAL")
    for version in ("one", "two", "one"):
        log.active = version
        if Promotions(client).active() != version:
            Promotions(client).promote(version, who="test")
        assert told(closed_minutes(client, SINCE, UNTIL)) == log.expected()
    check_quarters(client, log)
    assert client.execute("SELECT count(), max(computed) FROM minute_counts FINAL") == before
    assert client.execute("SELECT count() FROM rollup_marks WHERE 0") == [(0,)]


def test_the_first_version_is_that_of_what_was_scored_last(log: MentionLog, client: Client):
    """A worker of another version does not change what is seen; a second one writes nothing."""
    log.insert(mention(model_version="old"))
    promotions = Promotions(client)
    promotions.begin("new", who="worker")
    promotions.begin("newer", who="worker")
    assert [(item.action, item.model_version) for item in promotions.all()] == [
        (PromotionAction.FIRST, "old")
    ]


def test_an_empty_installation_begins_with_the_worker_s_version(client: Client):
    """Before that no version is active."""
    promotions = Promotions(client)
    assert promotions.active() == ""
    promotions.begin("new", who="worker")
    assert promotions.active() == "new"


def test_what_makes_no_sense_is_refused(client: Client):
    """Promoting what is active, and going back to nothing."""
    promotions = Promotions(client)
    with pytest.raises(StoreError, match="nothing was promoted"):
        promotions.roll_back(who="test")
    promotions.promote("one", who="test")
    with pytest.raises(StoreError, match="active already"):
        promotions.promote("one", who="test")
    with pytest.raises(StoreError, match="nothing was promoted"):
        promotions.before()


def test_of_two_at_once_one_counts_and_the_other_is_told(log: MentionLog, client: Client):
    """Whoever looked before the other wrote adds nothing."""
    with connect(log.table.url) as second:
        first, other = Promotions(client), Promotions(Late(second, client))
        first.promote("one", who="Ann")
        with pytest.raises(StoreError, match="somebody else"):
            other.promote("three", who="Bo")
        assert first.active() == "two"
        assert [item.who for item in first.all()] == ["Ann", "Cy"]


class Late:
    """A client before whose first insert somebody else promotes."""

    def __init__(self, client: Client, other: Client) -> None:
        self._client = client
        self._other: Client | None = other

    def execute(self, sql: str, *arguments: Any, **options: Any) -> Any:
        if "INSERT" in sql and self._other is not None:
            Promotions(self._other).promote("two", who="Cy")
            self._other = None
        return self._client.execute(sql, *arguments, **options)


def test_rollbacks_undo_one_promotion_each():
    """Also after rollbacks; the first version stays."""
    actions = [
        "first",
        "promote",
        "promote",
        "rollback",
        "promote",
        "rollback",
        "rollback",
        "rollback",
    ]
    versions = ["a", "b", "c", "b", "d", "b", "a", "a"]
    made = [
        Promotion(number, None, datetime.now(UTC), PromotionAction(action), version)  # type: ignore[arg-type]
        for number, (action, version) in enumerate(zip(actions, versions, strict=True), start=1)
    ]
    for count in range(1, len(made) + 1):
        assert active_stack(made[:count])[-1].model_version == versions[count - 1]


@pytest.mark.parametrize("after", range(4))
def test_a_promotion_that_is_killed_is_there_or_not(log: MentionLog, client: Client, after: int):
    """Between any two of its statements; never a part of it, and doing it again ends it."""
    chance = random.Random(after)
    for version in ("one", "two"):
        log.insert(*(row(chance, number, version) for number in range(30)))
    promotions = Promotions(client)
    promotions.promote("two", who="test")
    promotions.promote("one", who="test")
    with suppress(KilledError):
        Promotions(Dying(client, after=after)).promote("two", who="test")
    log.active = promotions.active()
    assert log.active == ("one" if after < 2 else "two")
    assert told(closed_minutes(client, SINCE, UNTIL)) == log.expected()
    if after < 2:
        promotions.promote("two", who="test")
    log.active = "two"
    assert told(closed_minutes(client, SINCE, UNTIL)) == log.expected()
    assert [item.number for item in promotions.all()] == [1, 2, 3]
