"""What Kafka still has of erased posts, and having it deleted at once; on a real broker."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.erasure_report import KafkaRemains
from streams.erasure.kafka_remains import kafka_remains
from streams.erasure.work_store import ErasedPost

RECORDS = 10


async def fill(kafka: str, topic: str) -> None:
    """Ten records in each of three partitions, kept for an hour, a file for as long."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await admin.start()
    await producer.start()
    try:
        configs = {"retention.ms": "3600000", "segment.ms": "3600000"}
        await admin.create_topics([NewTopic(topic, 3, 1, topic_configs=configs)])
        for number in range(3 * RECORDS):
            await producer.send_and_wait(topic, b"x", partition=number % 3)
    finally:
        await producer.stop()
        await admin.close()


async def commit(kafka: str, topic: str, group: str, offsets: dict[int, int]) -> None:
    """What a group of workers has worked off."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        places = {TopicPartition(topic, number): offset for number, offset in offsets.items()}
        consumer.assign(list(places))
        await consumer.commit(places)
    finally:
        await consumer.stop()


async def beginnings(kafka: str, topic: str) -> list[int]:
    """The first offset that can be read, by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(3)]
        found = await consumer.beginning_offsets(places)
        return [found[place] for place in places]
    finally:
        await consumer.stop()


def erased(topic: str, partition: int, offset: int) -> ErasedPost:
    """A post whose record lies there."""
    now = datetime.now(UTC)
    return ErasedPost(
        "web", f"p{partition}-{offset}", "Ada", "", "x", topic, partition, offset, now
    )


def test_records_are_deleted_where_the_workers_are_past_them(kafka: str):
    """Up to the newest post and no further, and not where somebody has still to read it."""
    name = uuid4().hex[:12]
    topic, group = f"remains-{name}", f"group-{name}"
    posts = [erased(topic, 0, 2), erased(topic, 0, 6), erased(topic, 1, 4)]

    async def play() -> None:
        await fill(kafka, topic)
        await commit(kafka, topic, group, {0: 7, 1: 4})
        said = await kafka_remains(kafka, [*posts, erased("gone-topic", 0, 1)])
        assert [(one.partition, one.records, one.deleted) for one in said] == [
            (0, 2, False),
            (1, 1, False),
        ]
        assert await beginnings(kafka, topic) == [0, 0, 0]
        said = await kafka_remains(kafka, posts, group=group, truncate=True)
        assert [(one.partition, one.records, one.deleted) for one in said] == [
            (0, 2, True),
            (1, 1, False),
        ]
        assert await beginnings(kafka, topic) == [7, 0, 0]
        check_times(said, posts)

    asyncio.run(play())


def check_times(said: tuple[KafkaRemains, ...], posts: list[ErasedPost]) -> None:
    """What stays does so for the topic's retention and a file's time after the newest post."""
    until = said[1].until
    assert until is not None
    assert (until - posts[2].received_at).total_seconds() == 2 * 3_600
