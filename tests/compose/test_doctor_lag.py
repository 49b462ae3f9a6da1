"""How far the workers are behind, as `groundswell doctor` says it."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from compose.runtime import doctor_lag
from compose.runtime.doctor_lag import judge_lag, lag_finding
from compose.runtime.findings import Verdict
from compose.runtime.topics import create_topics
from compose.settings import Settings
from streams.worker.lag import PartitionLag


def look(*partitions: tuple[int, int]) -> list[PartitionLag]:
    """Of one topic; (committed, behind) by partition."""
    return [PartitionLag("reviews", number, *each) for number, each in enumerate(partitions)]


def test_nothing_left_is_all_well():
    """One look is enough."""
    found = judge_lag([look((5, 0), (7, 0))], between_s=5)
    assert (found.verdict, found.detail) == (Verdict.OK, "0 records, all is settled")


def test_a_lag_that_shrinks_says_when_it_is_gone():
    """At the rate of the two looks, with what arrived meanwhile taken off."""
    found = judge_lag([look((0, 1500), (0, 500)), look((600, 1000), (100, 500))], between_s=5)
    assert found.verdict is Verdict.OK
    assert "1,500 records (reviews 1,500), 140 a second are settled" in found.detail
    assert "all in about 0:00:15" in found.detail


def test_a_lag_that_grows_under_work_is_told():
    """Nothing is broken; there is too much."""
    found = judge_lag([look((0, 100)), look((50, 200))], between_s=5)
    assert found.verdict is Verdict.OK
    assert found.detail.endswith("as many arrive or more")


def test_a_lag_that_nobody_works_on_is_a_warning():
    """With where to look."""
    found = judge_lag([look((3, 100)), look((3, 110))], between_s=5)
    assert found.verdict is Verdict.WARN
    assert "none settled in 5 s" in found.detail
    assert "/ready" in found.remedy


async def _send_and_commit(settings: Settings, records: int, committed: int) -> None:
    await create_topics(settings)
    (topic,) = settings.input_topics
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for _ in range(records):
            await producer.send_and_wait(topic, b"x", partition=0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, group_id=settings.consumer_group, enable_auto_commit=False
    )
    await consumer.start()
    consumer.assign([TopicPartition(topic, 0)])
    await consumer.commit({TopicPartition(topic, 0): committed})
    await consumer.stop()


def test_the_broker_is_asked(kafka: str, monkeypatch: pytest.MonkeyPatch):
    """Of a group that nobody is in, and of a topic that is not there."""
    monkeypatch.setattr(doctor_lag, "_BETWEEN_LOOKS_S", 0.1)
    name = f"lag-{uuid4().hex[:8]}"
    settings = Settings(kafka=kafka, input_topics=(name,), consumer_group=name)
    asyncio.run(_send_and_commit(settings, 7, 3))
    found = lag_finding(settings)
    assert found.verdict is Verdict.WARN
    assert found.detail.startswith(f"4 records ({name} 4)")
    found = lag_finding(replace(settings, input_topics=(name, f"{name}-not")))
    assert found.verdict is Verdict.FAIL
    assert f"no topic {name}-not" in found.detail
    assert "groundswell prepare" in found.remedy


def test_a_kafka_that_is_away_is_one_line():
    """And no advice to install anything."""
    found = lag_finding(Settings(kafka="localhost:9"))
    assert found.verdict is Verdict.FAIL
    assert "address" in found.remedy
