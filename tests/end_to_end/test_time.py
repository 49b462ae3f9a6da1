"""Wrong clocks, zones, late posts, idle partitions: each minute counts what it should."""

import asyncio
import math
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from schemas.alert import SeriesName
from streams.clickhouse.connection import connect
from streams.clickhouse.migrate import migrate
from streams.rollups.reader import closed_minutes
from streams.rollups.roller import Roller
from tests.end_to_end.conftest import Stage
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.test_alert_once import Watchpost

pytestmark = [
    pytest.mark.slow_fault,
    pytest.mark.scenario("time"),
    pytest.mark.timeout(900),
]

HOUR_S, DAY_S = 3_600, 86_400
HISTORY_MIN = 180
# What arrives together, in minutes; between two of them the monitor takes in what is closed.
CHUNKS = ((0, 9), (10, 39), (40, 89), (90, 134))
# Wall clocks that show one moment, and the hour that Central Europe has twice.
ZONES = tuple(timezone(timedelta(minutes=minutes)) for minutes in (0, 345, -210, 840))
FOLD = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
FOLD_MIN = 120


class Arrival(NamedTuple):
    """When a post reaches Kafka, and when it was written as its source says; ISO 8601."""

    at_s: int
    written: str

    @property
    def minute(self) -> int:
        """The minute since 1970 in which it counts."""
        return int(datetime.fromisoformat(self.written).timestamp()) // 60


def arrivals(start_s: int, first: int, last: int) -> Iterator[Arrival]:
    """Posts of these minutes: in time, from clocks two hours ahead and behind, a day late."""
    for minute in range(first, last + 1):
        for number in range(3 + minute % 4):
            at_s = start_s + 60 * minute + 7 * number
            zone = ZONES[(minute + number) % len(ZONES)]
            yield Arrival(at_s, datetime.fromtimestamp(at_s, zone).isoformat())
            for every, off_s in ((3, 2 * HOUR_S), (4, -2 * HOUR_S), (5, -DAY_S)):
                if minute % every == 0:
                    yield Arrival(at_s, datetime.fromtimestamp(at_s + off_s, UTC).isoformat())


def fold(at_s: int) -> Iterator[Arrival]:
    """Posts of the night in which summer time ended, a minute apart, by the clock on the wall."""
    for minute in range(FOLD_MIN):
        moment = FOLD + timedelta(minutes=minute)
        summer = moment < datetime(2026, 10, 25, 1, tzinfo=UTC)
        zone = timezone(timedelta(hours=2 if summer else 1))
        yield Arrival(at_s, moment.astimezone(zone).isoformat())


async def produce(stage: Stage, posts: Iterable[Arrival], partitions: tuple[int, ...]) -> None:
    """Send them to these partitions by turns, dated as they arrive."""
    producer = AIOKafkaProducer(bootstrap_servers=stage.kafka, acks="all", linger_ms=20)
    await producer.start()
    try:
        for number, arrival in enumerate(posts):
            name = uuid4().hex
            value = msgspec.json.encode(
                {
                    "post_id": name,
                    "text": "I like Acme",
                    "source": "test",
                    "posted_at": arrival.written,
                    "lang": "en",
                }
            )
            partition = partitions[number % len(partitions)]
            await producer.send(
                stage.ledger.topic,
                value,
                partition=partition,
                timestamp_ms=arrival.at_s * 1000,
            )
            stage.ledger.good.add(name)
    finally:
        await producer.stop()


def counted(stage: Stage, since: int) -> Counter[int]:
    """Posts of the brand by minute since 1970, as people see them."""
    with connect(stage.clickhouse_url) as client:
        roller = Roller(client)
        while roller.behind:
            roller.roll()
        found = closed_minutes(
            client, datetime.fromtimestamp(60 * since, UTC), datetime.now(UTC) + timedelta(days=1)
        )
    (whole,) = (row for row, name in enumerate(found.series) if name == SeriesName(brand="Acme"))
    rows = zip(found.row.tolist(), found.minute.tolist(), found.posts.tolist(), strict=True)
    return Counter({minute: posts for row, minute, posts in rows if row == whole})


def watched(watchpost: Watchpost) -> Counter[int]:
    """Posts of the brand by minute since 1970, as the monitor took them in."""
    rows = watchpost.ask(
        "SELECT toUnixTimestamp(minute), posts FROM watch_log FINAL WHERE brand = 'Acme' "
        "AND topic = '' AND lang = '' AND product = '' AND source = ''"
    )
    assert not any(math.isnan(posts) for _, posts in rows)
    return Counter({start_s // 60: int(posts) for start_s, posts in rows if posts})


def play(stage: Stage, folder: Path, *, mutation: str = "") -> tuple[int, int, int]:
    """All of it; returns minutes, posts, and minutes of which the monitor was told wrong."""
    stage.clickhouse_url = f"{stage.clickhouse_url.rpartition('/')[0]}/time_{uuid4().hex[:12]}"
    migrate(stage.clickhouse_url)
    start_s = (int(time.time()) // 60 - 240) * 60
    watchpost = Watchpost.over(stage, folder, start_s, mutation=mutation)
    worker = stage.worker()
    worker.start()
    # Partition 3 never has a post, and partition 2 none after this.
    past = arrivals(start_s, -HISTORY_MIN, -1)
    # A long past would take the monitor long to learn.
    known = [one for one in past if one.minute >= start_s // 60 - HISTORY_MIN]
    asyncio.run(produce(stage, known, (0, 1, 2)))
    assert stage.drained(), worker.tail()
    try:
        watchpost.begins(-1)
        expected: Counter[int] = Counter()
        for first, last in CHUNKS:
            worker.signal(signal.SIGSTOP)
            new = list(arrivals(start_s, first, last))
            if first:
                new += fold(start_s + 60 * first)
            asyncio.run(produce(stage, new, (0, 1)))
            # The clock says that these minutes are over; they are not stored yet.
            watchpost.at(last)
            deadline = time.monotonic() + 6
            while time.monotonic() < deadline and watchpost.taken_s() < start_s + 60 * first:
                time.sleep(0.2)
            worker.signal(signal.SIGCONT)
            watchpost.reaches(last)
            assert stage.drained(), worker.tail()
            known += new
            closed = range(start_s // 60 + first, start_s // 60 + last + 1)
            every = Counter(arrival.minute for arrival in known)
            expected += Counter({minute: every[minute] for minute in closed})
    finally:
        watchpost.stop()
    assert stage.verdict().clean, stage.verdict()
    every = Counter(arrival.minute for arrival in known)
    assert counted(stage, min(every)) == every
    found = watched(watchpost)
    minutes = range(start_s // 60, start_s // 60 + CHUNKS[-1][1] + 1)
    wrong = sum(found[minute] != expected[minute] for minute in minutes)
    return len(minutes), len(known), wrong


def test_windows_equal_a_batch_recomputation(stage: Stage, tmp_path: Path, figure: Figure):
    """What the monitor took in, when it did, and what people see at the end."""
    minutes, posts, wrong = play(stage, tmp_path)
    assert wrong == 0
    figure(f"{posts:,} posts, 2 h ahead and behind, a day late, an hour that comes twice")
    figure(f"one partition idle: {wrong} of {minutes} minutes differ from a recomputation")


def test_windows_bite(stage: Stage, tmp_path: Path, figure: Figure):
    """A monitor that goes by the clock alone is told wrong."""
    *_, wrong = play(stage, tmp_path, mutation="close_by_the_clock")
    assert wrong > 0
    figure("bites: closing minutes by the clock")
