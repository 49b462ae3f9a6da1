"""One surge is one incident and one key, however often the monitor dies; the past is no news."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError

from compose.runtime.kafka import free_port
from schemas.alert import Alert
from schemas.topics import ALERTS_TOPIC
from streams.clickhouse.connection import connect
from streams.clickhouse.migrate import migrate
from tests.end_to_end.conftest import Stage
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.faulty_monitor import MonitorOrder, run
from tests.end_to_end.forked import Forked
from tests.end_to_end.ledger import PARTITIONS
from tests.end_to_end.lengths import rounds

pytestmark = pytest.mark.fault

WATCHLIST = """
brands: [{name: Acme}]
alerts:
  rules: [{rule: posts >= 60 in 5m, brand: Acme}]
"""
HISTORY_MIN, SURGE_MIN = 180, 12
ROUNDS = rounds(1, most=5)
# A monitor that starts has hours of history to learn: on a busy machine it takes minutes.
LONGEST_S = 600.0
POINTS = [
    *("before-journal", "after-journal", "before-events", "after-events"),
    *("before-topic", "after-topic", "before-snapshot", "after-snapshot"),
]


@dataclass
class Watchpost:
    """A monitor that can die and come back, and a clock that the test moves.

    start_s: the minute in which the surge begins, in seconds since 1970. deadly: points at which it
    dies, one after the other.
    """

    order: MonitorOrder
    folder: Path
    start_s: int
    deaths: int = 0
    deadly: list[str] = field(default_factory=list)
    process: Forked | None = field(default=None)

    @classmethod
    def over(cls, stage: Stage, folder: Path, start_s: int, *, mutation: str = "") -> "Watchpost":
        """A monitor over what the stage's worker stores; its files lie in the folder."""
        order = MonitorOrder(
            kafka=stage.kafka,
            clickhouse_url=stage.clickhouse_url,
            topic=stage.ledger.topic,
            worker_group=stage.group,
            group=f"{stage.group}-monitor",
            port=free_port(),
            watchlist=WATCHLIST,
            clock=str(folder / "clock"),
            told=str(folder / "told.jsonl"),
            mutation=mutation,
        )
        return cls(order, folder, start_s)

    def at(self, minute: int) -> None:
        """Put the clock to just after the end of a minute, counted from the surge's first."""
        new = self.folder / "clock.new"
        new.write_text(str(self.start_s + 60 * (minute + 1) + 3))
        new.rename(self.order.clock)

    def start(self) -> None:
        order = replace(self.order, kill_at=self.deadly.pop(0) if self.deadly else "")
        self.process = Forked(run, msgspec.json.encode(order).decode(), self.folder / "monitor.log")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def begins(self, minute: int, *, timeout_s: float = LONGEST_S) -> None:
        """Start at a minute and wait until the past is known."""
        self.at(minute)
        self.start()
        deadline = time.monotonic() + timeout_s
        while not self.ask("SELECT 1 FROM watch_snapshots LIMIT 1"):
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.1)

    def reaches(self, minute: int, *, timeout_s: float = LONGEST_S) -> None:
        """Wait until a minute is taken in, bringing the monitor back whenever it has died."""
        self.at(minute)
        deadline = time.monotonic() + timeout_s
        while self.taken_s() < self.start_s + 60 * minute:
            assert time.monotonic() < deadline, self.log()
            assert self.process is not None
            if self.process.poll() is not None:
                assert self.process.returncode == -9, self.log()
                self.deaths += 1
                self.start()
                deadline = time.monotonic() + timeout_s
            time.sleep(0.05)

    def taken_s(self) -> int:
        """The last minute of the journal."""
        return max((int(row[0]) for row in self.ask("SELECT ref FROM watch_journal")), default=0)

    def ask(self, sql: str) -> list[Any]:
        for left in (2, 1, 0):
            try:
                with connect(self.order.clickhouse_url) as client:
                    return list(client.execute(sql))
            except TimeoutError:  # a busy machine; asking again changes nothing
                if not left:
                    raise
        raise AssertionError

    def stored(self) -> dict[tuple[str, int], bytes]:
        """Every event in ClickHouse, by key and number."""
        rows = self.ask("SELECT key, sequence, alert FROM incident_events FINAL")
        return {(key, number): alert.encode() for key, number, alert in rows}

    def told(self) -> list[Alert]:
        """What the notifier was given."""
        file = Path(self.order.told)
        lines = file.read_bytes().splitlines() if file.exists() else []
        return [msgspec.json.decode(line, type=Alert) for line in lines]

    def log(self) -> str:
        return (self.folder / "monitor.log").read_text()[-4000:]


async def produce(kafka: str, topic: str, times_s: list[int]) -> None:
    """One post of the brand at each time, dated so on Kafka too."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", linger_ms=20)
    await producer.start()
    try:
        for number, time_s in enumerate(times_s):
            post = {
                "post_id": f"p{number}",
                "text": "I like Acme",
                "source": "test",
                "posted_at": datetime.fromtimestamp(time_s, UTC),
                "lang": "en",
            }
            await producer.send(
                topic,
                msgspec.json.encode(post),
                partition=number % PARTITIONS,
                timestamp_ms=time_s * 1000,
            )
    finally:
        await producer.stop()


async def published(kafka: str, keys: set[str]) -> list[tuple[str, bytes]]:
    """What is on the topic of alerts under these keys, by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        partitions = [TopicPartition(ALERTS_TOPIC, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found = []
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [(record.key.decode(), record.value) for record in records]
        return [(key, value) for key, value in found if key in keys]
    finally:
        await consumer.stop()


@pytest.fixture
def watchpost(stage: Stage, tmp_path: Path) -> Iterator[Watchpost]:
    """Three quiet hours and a surge on Kafka, stored by a real worker; a database of its own."""
    database = f"alerts_{uuid4().hex[:12]}"
    stage.clickhouse_url = f"{stage.clickhouse_url.rpartition('/')[0]}/{database}"
    migrate(stage.clickhouse_url)
    start_s = (int(time.time()) // 60 - 240) * 60
    quiet = [start_s + 60 * minute + 7 for minute in range(-HISTORY_MIN, 120)]
    surge = [start_s + 60 * minute + number for minute in range(SURGE_MIN) for number in range(40)]
    asyncio.run(produce(stage.kafka, stage.ledger.topic, quiet + surge))
    worker = stage.worker()
    worker.start()
    assert stage.drained(), worker.tail()
    worker.kill()
    post = Watchpost.over(stage, tmp_path, start_s)
    yield post
    post.stop()


@pytest.mark.scenario("alert-once")
@pytest.mark.timeout(1800)
def test_a_surge_is_one_incident_through_any_crash(watchpost: Watchpost, figure: Figure):
    """The monitor dies at each of its edges; all events have one key and come out alike."""
    watchpost.begins(-3)
    watchpost.deadly = POINTS * ROUNDS
    watchpost.stop()
    watchpost.start()
    for minute in (*range(-2, 4), *range(4, 50, 5)):
        watchpost.reaches(minute)
    events = [msgspec.json.decode(raw, type=Alert) for _, raw in sorted(watchpost.stored().items())]
    assert len({event.key for event in events}) == 1, watchpost.log()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    changes = [event.change.value for event in events]
    assert changes[0] == "opened"
    assert changes.count("opened") == changes.count("resolved") == 1
    assert watchpost.deaths == len(POINTS) * ROUNDS, "the scenario proves nothing"
    opened = events[0]
    assert (opened.opened_at.timestamp() - watchpost.start_s) / 60 <= 5

    stored = watchpost.stored()
    sent = asyncio.run(published(watchpost.order.kafka, {opened.key}))
    assert {raw for _, raw in sent} == set(stored.values())
    told = {(event.key, event.sequence): event for event in watchpost.told()}
    assert told.keys() == stored.keys()
    figure(f"{watchpost.deaths} SIGKILLs of the monitor: one key, {len(events)} events, all told")


async def set_back(kafka: str, topic: str, group: str) -> None:
    """The group's offsets to the start, as somebody does who wants everything read again."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(places)
    try:
        async with asyncio.timeout(40):
            while True:
                try:
                    await consumer.commit(dict.fromkeys(places, 0))
                    break
                except CommitFailedError:  # the killed worker is a member still
                    await asyncio.sleep(0.5)
    finally:
        await consumer.stop()


@pytest.mark.scenario("replay-week")
def test_the_past_is_no_news(watchpost: Watchpost, stage: Stage, figure: Figure):
    """A monitor that first starts after the surge learns from it, and tells nobody.

    Nor does it when all is read again; until that is done the present is not known, and it says so.
    """
    watchpost.begins(100)
    watchpost.reaches(101)
    asyncio.run(set_back(stage.kafka, stage.ledger.topic, stage.group))
    watchpost.at(105)
    deadline = time.monotonic() + 120
    while not watchpost.ask("SELECT 1 FROM watch_states FINAL WHERE state = 'unknown'"):
        assert time.monotonic() < deadline, watchpost.log()
        time.sleep(0.1)
    assert watchpost.taken_s() == watchpost.start_s + 60 * 101
    worker = stage.worker()
    worker.start()
    assert stage.drained(), worker.tail()
    watchpost.reaches(105)
    assert watchpost.stored() == {}
    assert watchpost.told() == []
    deadline = time.monotonic() + 120  # states are written behind the minutes
    while watchpost.ask("SELECT 1 FROM watch_states FINAL WHERE state = 'unknown'"):
        assert time.monotonic() < deadline, watchpost.log()
        time.sleep(0.1)
    figure("all offsets to the start: nothing told, nothing twice")
