"""A producer that remembers what Kafka acknowledged, and the oracle that compares."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from schemas.dead_letter import dead_letter_from_headers
from schemas.topics import DEAD_LETTER_TOPIC
from streams.clickhouse.connection import connect

PARTITIONS = 4
MAX_BYTES = 8 * 1024 * 1024


@dataclass
class Ledger:
    """What was acknowledged: post ids, and bad records by their place on Kafka.

    unknown: post ids of which the broker said nothing; they may be there.
    """

    topic: str
    good: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    bad: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What the oracle found; clean means all of it is 0."""

    lost: int
    doubled: int
    odd: int
    damaged: int
    lag: int

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing twice, nothing unexpected, nothing left to do."""
        return not (self.lost or self.doubled or self.odd or self.damaged or self.lag)


def post(post_id: str, *, text: str = "I like Acme", **fields: str) -> bytes:
    """A good record; its text names the brand Acme of the tests' watchlist."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=hash(post_id) % 86_400)
    return msgspec.json.encode(
        {
            "post_id": post_id,
            "text": text,
            "source": "test",
            "posted_at": moment,
            "lang": "en",
            **fields,
        }
    )


async def produce(  # noqa: PLR0913 - what tests vary, all by name
    kafka: str,
    ledger: Ledger,
    posts: int,
    *,
    bad: dict[int, bytes] | None = None,
    first: int = 0,
    value: Callable[[str], bytes] = post,
) -> None:
    """Send numbered posts, with bad records in the place of some, and note the broker's word.

    value: the record of a post's id.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", linger_ms=20, max_request_size=MAX_BYTES
    )
    await producer.start()
    try:
        sent = []
        for number in range(first, first + posts):
            raw = (bad or {}).get(number)
            record = value(f"p{number}") if raw is None else raw
            future = await producer.send(ledger.topic, record, partition=number % PARTITIONS)
            sent.append((number, raw, future))
        for number, raw, future in sent:
            place = await future
            if raw is None:
                ledger.good.add(f"p{number}")
            else:
                ledger.bad[f"{place.topic}:{place.partition}:{place.offset}"] = raw
    finally:
        await producer.stop()


async def committed(kafka: str, group: str, topic: str) -> dict[int, int]:
    """The group's offsets at the broker, by partition; 0 where none is committed."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        found = await _group_offsets(admin, group)
        return {
            number: max(0, found[TopicPartition(topic, number)].offset)
            if TopicPartition(topic, number) in found
            else 0
            for number in range(PARTITIONS)
        }
    finally:
        await admin.close()


async def _group_offsets(admin: AIOKafkaAdminClient, group: str) -> Any:
    """Ask until there is a coordinator: a fresh broker makes its offsets topic only now."""
    for _ in range(100):
        try:
            return await admin.list_consumer_group_offsets(group)
        except GroupCoordinatorNotAvailableError:
            await asyncio.sleep(0.2)
    raise TimeoutError(f"no coordinator for {group}")


async def lag(kafka: str, group: str, topic: str) -> int:
    """Records that the group has not committed yet."""
    done = await committed(kafka, group, topic)
    ends = await end_offsets(kafka, topic)
    return sum(end - done[number] for number, end in ends.items())


async def end_offsets(kafka: str, topic: str) -> dict[int, int]:
    """The offsets after the last record, by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        ends = await consumer.end_offsets(partitions)
        return {partition.partition: end for partition, end in ends.items()}
    finally:
        await consumer.stop()


async def dead_letters(kafka: str, topic: str) -> dict[str, bytes]:
    """The dead letters of a topic: identity to bytes."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, max_partition_fetch_bytes=MAX_BYTES)
    await consumer.start()
    try:
        partitions = [TopicPartition(DEAD_LETTER_TOPIC, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found = {}
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    if record.value is None:  # a mark that a letter was sent again
                        continue
                    letter = dead_letter_from_headers(record.value, record.headers)
                    if letter.topic == topic:
                        found[letter.identity] = letter.value
        return found
    finally:
        await consumer.stop()


def drained(kafka: str, group: str, topic: str, *, timeout_s: float) -> bool:
    """Wait until the group has committed everything; False once it commits nothing for so long."""

    async def wait() -> bool:
        clock = asyncio.get_running_loop().time
        least, deadline = None, clock() + timeout_s
        while left := await lag(kafka, group, topic):
            if least is None or left < least:
                least, deadline = left, clock() + timeout_s
            elif clock() > deadline:
                return False
            await asyncio.sleep(0.3)
        return True

    return asyncio.run(wait())


def judge(kafka: str, clickhouse_url: str, group: str, ledger: Ledger) -> Verdict:
    """Compare what was acknowledged with what is stored."""
    with connect(clickhouse_url) as client:
        stored = [
            row[0]
            for row in client.execute(
                "SELECT post_id FROM mentions FINAL WHERE kafka_topic = %(topic)s",
                {"topic": ledger.topic},
            )
        ]
    letters = asyncio.run(dead_letters(kafka, ledger.topic))
    ids = set(stored)
    return Verdict(
        lost=len(ledger.good - ids) + len(ledger.bad.keys() - letters.keys()),
        doubled=len(stored) - len(ids),
        odd=len(ids - ledger.good - ledger.unknown) + len(letters.keys() - ledger.bad.keys()),
        damaged=sum(ledger.bad[key] != raw for key, raw in letters.items() if key in ledger.bad),
        lag=asyncio.run(lag(kafka, group, ledger.topic)),
    )
