"""How far the workers have come, read from a real Kafka; and who leads."""

import asyncio
import time
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from compose.runtime.topics import create_topics
from compose.settings import Settings
from schemas.errors import StreamError
from streams.alerts.kafka_watermark import KafkaWatermark
from streams.alerts.leader import Leader

NOW_S = int(time.time()) // 60 * 60 + 30
END_S = NOW_S - 90


async def produce(kafka: str, topic: str, times_s: list[int]) -> None:
    """A record in partition 0 at each time."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for time_s in times_s:
        await producer.send_and_wait(topic, b"x", partition=0, timestamp_ms=time_s * 1000)
    await producer.stop()


async def commit(kafka: str, topic: str, group: str, offset: int) -> None:
    """As a worker would, for partition 0 alone."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    await consumer.commit({place: offset})
    await consumer.stop()


def test_minutes_close_as_offsets_are_committed(kafka: str):
    """Empty partitions are no wait; what is not stored is, with its place and number."""

    async def play() -> None:
        topic, group = f"posts-{uuid4().hex[:8]}", f"group-{uuid4().hex[:8]}"
        await create_topics(Settings(kafka=kafka, input_topics=(topic,)))
        mark = KafkaWatermark(kafka, topics=[topic], group=group)
        await commit(kafka, topic, "other-group", 0)  # a fresh broker makes its own topic first
        try:
            assert (await mark.closed_until(END_S, now_s=NOW_S))[0] == NOW_S - 30
            await produce(kafka, topic, [END_S - 40, END_S - 10, END_S + 5, END_S + 35])
            until_s, answer = await mark.closed_until(END_S - 60, now_s=NOW_S)
            assert until_s == END_S - 60
            assert answer.reason == f"{topic}:0: no worker has committed an offset"
            await commit(kafka, topic, group, 1)
            assert (await mark.closed_until(END_S - 60, now_s=NOW_S))[0] == END_S - 60
            await commit(kafka, topic, group, 2)
            until_s, answer = await mark.closed_until(END_S - 60, now_s=NOW_S)
            assert until_s == END_S
            assert answer.reason == f"{topic}:0: 2 records are not stored yet"
            await commit(kafka, topic, group, 4)
            assert (await mark.closed_until(END_S, now_s=NOW_S))[0] == NOW_S - 30
        finally:
            await mark.close()

    asyncio.run(play())


def test_one_of_two_monitors_leads_and_the_other_takes_over(kafka: str):
    """Both ask; one leads; when it leaves, the other does."""

    async def until(leader: Leader, wanted: bool, others: list[Leader]) -> None:
        async with asyncio.timeout(30):
            while await leader.leads() is not wanted:
                for other in others:
                    await other.leads()
                await asyncio.sleep(0.1)

    async def play() -> None:
        topic, group = f"alerts-{uuid4().hex[:8]}", f"group-{uuid4().hex[:8]}"
        await create_topics(Settings(kafka=kafka, input_topics=(topic,), kafka_partitions=1))
        one = Leader(kafka, group=group, name="one", topic=topic, session_s=6)
        two = Leader(kafka, group=group, name="two", topic=topic, session_s=6)
        try:
            await until(one, True, [])
            for _ in range(30):
                await asyncio.gather(one.leads(), two.leads())
                await asyncio.sleep(0.1)
            first, second = await asyncio.gather(one.leads(), two.leads())
            assert first is not second
            leading, other = (one, two) if first else (two, one)
            await leading.close()
            await until(other, True, [])
        finally:
            await one.close()
            await two.close()

    asyncio.run(play())


def test_a_kafka_that_is_away_is_an_error_with_advice():
    """It names the setting; the next call may succeed."""
    mark = KafkaWatermark("127.0.0.1:1", topics=["posts"], group="g")
    with pytest.raises(StreamError, match="is Kafka up"):
        asyncio.run(mark.closed_until(END_S, now_s=NOW_S))
