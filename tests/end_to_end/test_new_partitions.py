"""Partitions that are added to a topic are read as well: nobody else would."""

import asyncio
import time

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from streams.worker.layout import count_partitions, member_name, until_more
from tests.end_to_end.conftest import Stage
from tests.end_to_end.ledger import PARTITIONS, post
from tests.end_to_end.lengths import within

MORE = PARTITIONS + 2


async def add_partitions(kafka: str, topic: str) -> None:
    """Two more than it has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_partitions({topic: NewPartitions(MORE)})
    await admin.close()
    await until_more(kafka, {topic: MORE - 1}, every_s=0.1)


async def send(kafka: str, topic: str, ids: list[str]) -> None:
    """Posts, to the new partitions by turns."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for number, name in enumerate(ids):
            await producer.send_and_wait(topic, post(name), partition=PARTITIONS + number % 2)


@pytest.mark.timeout(300)
def test_a_worker_that_comes_back_reads_partitions_that_came_meanwhile(stage: Stage):
    """At once, while the group still holds its old ones for it."""
    stage.produce(20)
    worker = stage.worker()
    worker.start()
    assert stage.drained(timeout_s=120), worker.tail()
    worker.terminate(timeout_s=60)
    asyncio.run(add_partitions(stage.kafka, stage.ledger.topic))
    worker.start()
    ids = [f"new-{number}" for number in range(20)]
    asyncio.run(send(stage.kafka, stage.ledger.topic, ids))
    until = time.monotonic() + within(60)
    while not stage.stored() >= set(ids):
        assert time.monotonic() < until, worker.tail()
        time.sleep(0.2)


def test_a_worker_that_runs_is_told_of_more_partitions(stage: Stage):
    """It then begins anew, under a name that the group does not know."""
    kafka, topic = stage.kafka, stage.ledger.topic

    async def play() -> tuple[dict[str, int], dict[str, int]]:
        before = await count_partitions(kafka, [topic, "not-there"])
        watching = asyncio.create_task(until_more(kafka, before, every_s=0.1))
        await asyncio.sleep(1)
        assert not watching.done()
        await add_partitions(kafka, topic)
        await asyncio.wait_for(watching, within(30))
        return before, await count_partitions(kafka, [topic, "not-there"])

    before, after = asyncio.run(play())
    assert before == {topic: PARTITIONS, "not-there": 0}
    assert after == {topic: MORE, "not-there": 0}
    assert member_name("host-1", before) == member_name("host-1", dict(reversed(before.items())))
    assert member_name("host-1", before) != member_name("host-1", after)
