"""Workers, brokers and models that come, go, freeze and hang; what is read is not lost."""

import asyncio
import itertools
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.end_to_end.conftest import Stage, ending, new_stage
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.faulty_worker import Faults
from tests.end_to_end.ledger import end_offsets
from tests.end_to_end.lengths import seconds, within
from tests.end_to_end.worker_process import WorkerProcess
from tests.kafka_server import KafkaServer

pytestmark = [pytest.mark.slow_fault, pytest.mark.timeout(1500)]

RATE = 200


def set_running(workers: list[WorkerProcess], count: int) -> None:
    """Let the first `count` of them run, and no others, as an autoscaler does."""
    for worker in workers[:count]:
        if not worker.alive:
            worker.start()
    leaving = [worker for worker in workers[count:] if worker.alive]
    for worker in leaving:
        worker.signal(signal.SIGTERM)
    for worker in leaving:
        worker.wait(timeout_s=120)


def rebalance_storm(stage: Stage, *, mutation: str = "") -> float:
    """2, 4 and 1 workers by turns, each for 10 s; the share of posts that were worked twice."""
    faults = Faults(journal=stage.journal(), mutation=mutation)
    workers = [stage.worker(faults) for _ in range(4)]
    with stage.feeding(rate=RATE):
        until = time.monotonic() + seconds(300)
        for count in itertools.cycle((2, 4, 1)):
            begun = time.monotonic()
            if begun >= until:
                break
            set_running(workers, count)
            for worker in workers[:count]:
                worker.await_ready()
            time.sleep(max(0.0, begun + 10 - time.monotonic()))
    set_running(workers, 1)
    assert stage.drained(timeout_s=120), workers[0].tail()
    worked = stage.journaled()
    return (len(worked) - len(set(worked))) / len(set(worked))


@pytest.mark.scenario("rebalance-storm")
def test_rebalance_storm(stage: Stage, figure: Figure):
    """Partitions go to and fro for five minutes; at most 5 % is worked twice."""
    twice = rebalance_storm(stage)
    verdict = stage.verdict()
    assert verdict.clean, verdict
    figure(f"2, 4, 1 workers for {seconds(300):.0f} s, {len(stage.ledger.good):,} posts")
    figure(f"{twice:.1%} worked twice")
    assert twice <= 0.05


@pytest.mark.scenario("zombie")
def test_zombie(stage: Stage, figure: Figure):
    """A worker is frozen with inserts under way; another has taken over when it goes on."""
    frozen_s = max(40.0, seconds(90))  # the group waits 15 s for a member
    first, second = stage.worker(Faults(insert_s=0.5)), stage.worker(Faults(insert_s=0.5))
    for worker in (first, second):
        worker.start()
        worker.await_ready()
    seen = [stage.committed()]

    def look(until: float) -> None:
        while time.monotonic() < until:
            seen.append(stage.committed())
            time.sleep(0.3)

    with stage.feeding(rate=RATE):
        look(time.monotonic() + 10)
        first.signal(signal.SIGSTOP)
        frozen = time.monotonic()
        before = seen[-1]
        look(frozen + frozen_s)
        during = seen[-1]
        first.signal(signal.SIGCONT)
        look(time.monotonic() + 20)
    assert stage.drained(), first.tail() + second.tail()
    verdict = stage.verdict()
    assert verdict.clean, verdict
    assert all(during[number] > before[number] for number in before), (before, during)
    lowered = sum(
        later[number] < earlier[number]
        for earlier, later in itertools.pairwise(seen)
        for number in later
    )
    assert lowered == 0
    figure(f"SIGSTOP {frozen_s:.0f} s, {len(stage.ledger.good):,} posts")
    figure(f"{len(seen)} looks at the offsets, {lowered} lowered")


@pytest.fixture
def on_own_kafka(own_kafka: KafkaServer, clickhouse_server: str, tmp_path: Path) -> Iterator[Stage]:
    """A stage with a broker of its own."""
    with ending(new_stage(own_kafka.servers, clickhouse_server, tmp_path)) as found:
        yield found


def passed(offsets: dict[int, int], ends: dict[int, int]) -> bool:
    """Whether every partition is committed past an offset."""
    return all(offsets[number] > end for number, end in ends.items())


@pytest.mark.scenario("broker-kill")
def test_broker_kill(on_own_kafka: Stage, own_kafka: KafkaServer, figure: Figure):
    """Five SIGKILLs of Kafka while posts come in: reading goes on within 30 s each time."""
    stage, rng = on_own_kafka, random.Random(1)
    worker = stage.worker()
    resumed_s = []
    with worker.supervised(), stage.feeding(rate=RATE):
        worker.await_ready()
        for _ in range(5):
            time.sleep(rng.uniform(3, 6))
            own_kafka.kill()
            time.sleep(rng.uniform(1, 5))
            own_kafka.start()
            begun = time.monotonic()
            # What is there now: whoever comes past it reads what was sent since.
            ends = asyncio.run(end_offsets(stage.kafka, stage.ledger.topic))
            while not passed(stage.committed(), ends):
                assert time.monotonic() < begun + 300, worker.tail()
                time.sleep(0.2)
            resumed_s.append(time.monotonic() - begun)
    if not worker.alive:
        worker.start()
    assert stage.drained(), worker.tail()
    verdict = stage.verdict()
    assert verdict.clean, verdict
    figure(f"5 SIGKILLs, {len(stage.ledger.good):,} posts")
    figure(f"consumption again after at most {max(resumed_s):.1f} s")
    figure(f"{worker.restarts} restarts of the worker")
    assert max(resumed_s) < within(30)


async def members(kafka: str, group: str) -> tuple[str, list[str]]:
    """State of the group, and the ids of its members."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([group])
        (found,) = answer.groups
        return found[2], sorted(member[0] for member in found[5])
    finally:
        await admin.close()


@pytest.mark.scenario("model-hang")
def test_model_hang(stage: Stage, figure: Figure):
    """One call of the model takes two minutes: the worker says so, and keeps its partitions."""
    hang_s = seconds(120)
    worker = stage.worker(Faults(hang_at=5, hang_s=hang_s))
    worker.start()
    worker.await_ready()
    slowest_s, not_ready_s = 0.0, None
    with stage.feeding(rate=RATE):
        begun = time.monotonic()
        while 'batch_rows_count{stage="store"}' not in worker.get("metrics")[1]:
            assert time.monotonic() < begun + 120, worker.tail()
            time.sleep(0.1)
        group = asyncio.run(members(stage.kafka, stage.group))
        assert group[0] == "Stable"
        begun = time.monotonic()
        while time.monotonic() < begun + hang_s - 2:
            asked = time.monotonic()
            status, _ = worker.get("live", answer_s=60)
            slowest_s = max(slowest_s, time.monotonic() - asked)
            assert status == 200, worker.tail()
            if not_ready_s is None and worker.get("ready")[0] == 503:
                not_ready_s = time.monotonic() - begun
                assert "score: at the same batch" in worker.get("ready")[1]
            assert asyncio.run(members(stage.kafka, stage.group)) == group
            time.sleep(0.5)
    assert stage.drained(), worker.tail()
    assert worker.alive
    verdict = stage.verdict()
    assert verdict.clean, verdict
    figure(f"a call of {hang_s:.0f} s; health within {slowest_s:.2f} s")
    figure(f"not ready after {not_ready_s:.1f} s, no rebalance")
    assert slowest_s < within(1)
    assert not_ready_s is not None
    assert not_ready_s < within(10)


def back_pressure(
    stage: Stage, *, surge_s: float, mutation: str = ""
) -> tuple[float, float, float]:
    """Twenty times the usual rate, which is twice what the model can do.

    Returns the memory before, the most memory since, both in MB, and the seconds until all was
    stored.
    """
    worker = stage.worker(Faults(score_s=0.0005, mutation=mutation))
    worker.start()
    worker.await_ready()
    with stage.feeding(rate=RATE) as usual:
        time.sleep(10)
    base = most = worker.memory_mb()
    with stage.feeding(rate=20 * RATE, first=usual.sent):
        until = time.monotonic() + surge_s
        while time.monotonic() < until:
            most = max(most, worker.memory_mb())
            time.sleep(0.2)
    begun = time.monotonic()
    while not stage.drained(timeout_s=0.5):
        most = max(most, worker.memory_mb())
        assert time.monotonic() < begun + 400, worker.tail()
    return base, most, time.monotonic() - begun


@pytest.mark.scenario("back-pressure")
def test_back_pressure(stage: Stage, figure: Figure):
    """The worker reads no more than it can work on; afterwards it catches up."""
    base, most, later_s = back_pressure(stage, surge_s=seconds(60))
    verdict = stage.verdict()
    assert verdict.clean, verdict
    figure(f"{20 * RATE:,} posts a second for {seconds(60):.0f} s to a model of 2,000")
    figure(f"{most - base:+.0f} MB over {base:.0f} MB, caught up {later_s:.0f} s later")
    assert most - base < 300


@pytest.mark.scenario("back-pressure")
def test_back_pressure_bites(stage: Stage, figure: Figure):
    """A worker that passes over records when it is full loses them."""
    back_pressure(stage, surge_s=10, mutation="drop_when_full")
    assert stage.verdict().lost > 0
    figure("bites: dropping when full")
