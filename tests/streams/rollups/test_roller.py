"""The rollups equal plain counting, whatever happened to the mentions, and whoever was killed."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from clickhouse_driver import Client

from schemas.rollups import QUARTER_S, READY_SQL, UNSETTLED, unsettled_clause
from schemas.scores import SENTIMENTS
from streams.clickhouse.connection import connect
from streams.rollups import roller as rollers
from streams.rollups.reader import closed_minutes, history
from streams.rollups.roller import SETTLE_AFTER_S, Roller
from tests.dashboards.mention_table import MentionTable, mention
from tests.streams.rollups.mention_log import (
    QUARTERS_SQL,
    MentionLog,
    moment,
    told,
    told_quarters,
)

SINCE, UNTIL = moment(-2000), moment(2000)
_numbers = iter(range(1_000_000))


@pytest.fixture
def log(clickhouse_server: str) -> MentionLog:
    """An empty table of its own."""
    table = MentionTable.create(clickhouse_server, f"rollups_{next(_numbers)}")
    table.migrate()
    return MentionLog(table)


@pytest.fixture
def client(log: MentionLog) -> Iterator[Client]:
    """A client of the table."""
    with connect(log.table.url) as found:
        yield found


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def rolled(client: Client) -> None:
    """A roller that was just started does all that there is, and settles it."""
    clock = Clock()
    roller = Roller(client, clock=clock)
    roller.roll()
    clock.now_s += SETTLE_AFTER_S
    roller.roll()
    assert not roller.behind


def roll_for_ever(roller: Roller) -> None:
    """As the monitor does."""
    while True:
        roller.roll()


def stored(client: Client) -> int:
    """Posts that the rollups alone count."""
    sql = (
        "SELECT sum(negative + neutral + positive) FROM minute_counts FINAL "
        "WHERE model_version = ''"
    )
    return int(client.execute(sql)[0][0])


def open_marks(client: Client) -> int:
    """Marks that are not settled."""
    return int(client.execute("SELECT sum(sign) FROM rollup_marks")[0][0])


def check(client: Client, log: MentionLog) -> None:
    """What the reader says is what plain counting says, and so are the settled quarters."""
    assert told(closed_minutes(client, SINCE, UNTIL)) == log.expected()
    check_quarters(client, log)


def check_quarters(client: Client, log: MentionLog) -> None:
    """Each quarter that readers take as it is says what plain counting says."""
    if not client.execute(READY_SQL)[0][0]:
        return
    touched = {
        (brand, int(minute.timestamp()) // QUARTER_S)
        for ((brand, minute),) in client.execute(f"{unsettled_clause()} {UNSETTLED[1:-1]}")
    }
    told_ones = told_quarters(client.execute(QUARTERS_SQL))
    expected = log.expected_quarters()
    for counts in (told_ones, expected):
        for key in [key for key in counts if key[:2] in touched]:
            del counts[key]
    assert told_ones == expected


def post(chance: random.Random, number: int, **values: Any) -> dict[str, Any]:
    """A post of one of three brands in one of six minutes of three quarters."""
    return mention(
        **{
            "post_id": f"post-{number}",
            "brand": chance.choice(("Aurora", "Böreal", "'; --")),
            "lang": chance.choice(("en", "de", "")),
            "product": chance.choice(("", "one", "two")),
            "country": chance.choice(("DE", "")),
            "rating": chance.choice((None, 1.0, 4.5)),
            "topics": chance.sample(("price", "staff", "a 'quoted' one"), chance.randrange(4)),
            "emotions": chance.sample(("anger", "joy"), chance.randrange(3)),
            "sentiment": chance.choice(SENTIMENTS),
            "posted_at": moment(chance.choice((0, 1, 2, 20, 21, 40)), chance.randrange(60)),
            "scored_at": moment(100),
            **values,
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_numbers_are_exact_after_every_step(log: MentionLog, client: Client, seed: int):
    """Repeats cut differently, late posts, corrections, versions, erasures; rolled or not."""
    chance = random.Random(seed)
    rolled(client)
    written: list[dict[str, Any]] = []
    for step in range(14):
        deed = chance.choice(("new", "again", "correct", "version", "late", "erase", "roll"))
        if deed == "erase" and written:
            log.erase(chance.choice(written)["post_id"])
        elif deed == "again" and written:
            chance.shuffle(written)
            cut = chance.randrange(len(written))
            log.insert(*written[:cut])
            log.insert(*written[cut:])
        elif deed in {"correct", "version"} and written:
            later = moment(101 + step)
            changed = chance.sample(written, min(len(written), 5))
            written += (
                anew := [
                    {
                        **row,
                        "sentiment": chance.choice(SENTIMENTS),
                        "topics": chance.sample(("price", "staff"), chance.randrange(3)),
                        "scored_at": later,
                        **({"model_version": "second"} if deed == "version" else {}),
                    }
                    for row in changed
                ]
            )
            log.insert(*anew)
        elif deed == "roll":
            rolled(client)
        else:
            minutes = -1500 if deed == "late" else 0
            new = [post(chance, next(_numbers)) for _ in range(chance.randrange(1, 30))]
            for row in new:
                row["posted_at"] += timedelta(minutes=minutes)
            written += new
            log.insert(*new)
        check(client, log)
    rolled(client)
    check(client, log)
    assert stored(client) == len(log.seen)
    assert open_marks(client) == 0
    weeks = [told(week) for week in history(client, SINCE - timedelta(days=12), UNTIL)]
    assert len(weeks) > 1
    assert sum((posts for posts, _ in weeks), Counter()) == log.expected()[0]
    assert sum((negative for _, negative in weeks), Counter()) == log.expected()[1]


def test_a_killed_roller_loses_nothing(log: MentionLog, client: Client):
    """Between any two of its statements: what it did not settle is computed again."""
    chance = random.Random(1)
    for stop in range(1, 11):
        log.insert(*(post(chance, next(_numbers)) for _ in range(20)))
        roller = Roller(Dying(client, after=stop))
        with pytest.raises(KilledError):
            roll_for_ever(roller)
        check(client, log)
    rolled(client)
    check(client, log)
    assert stored(client) == len(log.seen)
    assert open_marks(client) == 0


def test_what_the_time_did_not_allow_is_done_next(
    log: MentionLog, client: Client, monkeypatch: pytest.MonkeyPatch
):
    """A stretch a call; what comes meanwhile, also before what was read, is not passed over."""
    monkeypatch.setattr(rollers, "STRETCH_MARKS", 3)
    chance = random.Random(6)
    rolled(client)
    clock = Clock()
    roller = Roller(client, clock=clock)
    log.insert(*(post(chance, next(_numbers)) for _ in range(30)))
    counts = [roller.roll(budget_s=-1)]
    log.insert(post(chance, next(_numbers), brand="'; --", posted_at=moment(0)))
    while counts[-1]:
        check(client, log)
        counts.append(roller.roll(budget_s=-1))
    assert max(counts) <= 3
    assert len(counts) > 5
    clock.now_s += SETTLE_AFTER_S
    roller.roll()
    check(client, log)
    assert stored(client) == len(log.seen)
    assert open_marks(client) == 0


def test_what_comes_while_it_is_computed_stays_marked(log: MentionLog, client: Client):
    """Marks made after the roller read its own are not settled with them."""
    chance = random.Random(2)
    log.insert(post(chance, next(_numbers)))
    clock = Clock()
    roller = Roller(client, clock=clock)
    roller.roll()
    again = dict(next(iter(log.rows.values())))
    log.insert({**again, "post_id": "late"})
    assert open_marks(client) == 2
    clock.now_s += SETTLE_AFTER_S
    roller.roll()
    check(client, log)
    clock.now_s += SETTLE_AFTER_S
    roller.roll()
    assert open_marks(client) == 0
    assert stored(client) == 2


def test_two_rollers_at_once_do_no_harm(log: MentionLog, client: Client):
    """Both compute and settle the same minutes; a mark settled twice stays settled."""
    chance = random.Random(3)
    log.insert(*(post(chance, next(_numbers)) for _ in range(20)))
    clocks = Clock(), Clock()
    with connect(log.table.url) as other:
        two = [Roller(one, clock=clock) for one, clock in zip((client, other), clocks, strict=True)]
        for _ in range(2):
            for roller, clock in zip(two, clocks, strict=True):
                roller.roll()
                clock.now_s += SETTLE_AFTER_S
    log.insert(*log.rows.values(), post(chance, next(_numbers)))
    check(client, log)
    rolled(client)
    check(client, log)
    assert stored(client) == len(log.seen)


def test_mentions_from_before_the_rollups_are_counted(log: MentionLog, client: Client):
    """An older installation's mentions have no marks: the first audit makes them."""
    chance = random.Random(4)
    log.insert(*(post(chance, next(_numbers)) for _ in range(20)))
    client.execute("TRUNCATE TABLE rollup_marks")
    check(client, log)
    rolled(client)
    check(client, log)
    assert stored(client) == len(log.seen)


def test_a_clock_that_was_set_back_hides_no_correction(log: MentionLog, client: Client):
    """A row computed later replaces the one before, whatever time it is."""
    chance = random.Random(5)
    row = post(chance, next(_numbers), sentiment="positive")
    log.insert(row)
    rolled(client)
    client.execute(
        "INSERT INTO minute_counts SELECT * REPLACE (computed + 3600000000 AS computed) "
        "FROM minute_counts FINAL"
    )
    log.insert({**row, "sentiment": "negative", "scored_at": moment(200)})
    rolled(client)
    check(client, log)


def test_lost_quarters_are_counted_again(log: MentionLog, client: Client):
    """An audit holds the quarters against their minutes."""
    chance = random.Random(8)
    log.insert(*(post(chance, next(_numbers)) for _ in range(20)))
    rolled(client)
    client.execute("DELETE FROM quarter_counts WHERE brand = 'Aurora'")
    rolled(client)
    assert open_marks(client) == 0
    check(client, log)


class KilledError(Exception):
    """The process ended here."""


class Dying:
    """A client whose process ends before one of its statements."""

    def __init__(self, client: Client, *, after: int) -> None:
        self._client = client
        self._left = after

    def execute(self, *arguments: Any, **options: Any) -> Any:
        if self._left == 0:
            raise KilledError
        self._left -= 1
        return self._client.execute(*arguments, **options)
