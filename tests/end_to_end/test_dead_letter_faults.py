"""The topic of dead letters takes nothing for a while: nothing is committed past what waits."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.topics import DEAD_LETTER_TOPIC
from tests.end_to_end.conftest import Stage
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.faulty_worker import Faults
from tests.end_to_end.ledger import PARTITIONS
from tests.end_to_end.lengths import within

pytestmark = [pytest.mark.slow_fault, pytest.mark.timeout(600)]

FIRST_BAD = 1_200


async def set_largest(kafka: str, size: int) -> None:
    """Let the topic of dead letters take records of so many bytes."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        configs = {"max.message.bytes": str(size)}
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, DEAD_LETTER_TOPIC, configs)]
        )
    finally:
        await admin.close()


@contextmanager
def dead_letters_down(kafka: str) -> Iterator[None]:
    """The broker is up and takes no dead letter: each is larger than it allows."""
    asyncio.run(set_largest(kafka, 1))
    try:
        yield
    finally:
        asyncio.run(set_largest(kafka, 64 * 1024 * 1024))


def dead_letter_down(stage: Stage, *, mutation: str = "") -> tuple[int, float]:
    """Bad records among good ones while dead letters cannot be kept.

    Returns the offset committed in the partition of the first bad one, and the seconds until the
    worker said what was wrong.
    """
    with dead_letters_down(stage.kafka):
        worker = stage.worker(Faults(mutation=mutation), insert_rows=100)
        worker.start()
        # Ready once, before it has read the first bad one: from then on it is not.
        worker.await_ready()
        stage.produce(4_000, bad=dict.fromkeys(range(FIRST_BAD, 4_000, 100), b"{"))
        begun, told_s = time.monotonic(), 0.0
        while time.monotonic() < begun + 25:
            if not told_s and worker.get("ready")[0] == 503:
                told_s = time.monotonic() - begun
            time.sleep(0.2)
        done = stage.committed()
        if mutation:
            worker.kill()
    return done[FIRST_BAD % PARTITIONS], told_s


@pytest.mark.scenario("dead-letter-down")
def test_dead_letter_down(stage: Stage, figure: Figure):
    """Nothing is committed past the first bad record; once letters are kept again, all is clean."""
    done, told_s = dead_letter_down(stage)
    assert done <= FIRST_BAD // PARTITIONS
    assert stage.drained(timeout_s=90), stage.workers[0].tail()
    verdict = stage.verdict()
    assert verdict.clean, verdict
    figure(f"25 s without: committed {done} of at most {FIRST_BAD // PARTITIONS}")
    figure(f"not ready after {told_s:.1f} s, clean later")
    assert 0 < told_s < within(20)


@pytest.mark.scenario("dead-letter-down")
def test_dead_letter_down_bites(stage: Stage, figure: Figure):
    """A worker that does not wait for the broker's word commits past the bad record."""
    done, _ = dead_letter_down(stage, mutation="trust_the_dead_letters")
    assert done > FIRST_BAD // PARTITIONS
    figure("bites: not waiting for the broker's word")
