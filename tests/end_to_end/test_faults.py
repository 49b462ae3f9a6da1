"""Killing, failing and hanging: nothing is lost, nothing is counted twice.

Each scenario is checked by the oracle in ledger.py.  Two are run once more with a mutation of the
lines that keep posts safe, and must then fail.
"""

import asyncio
import os
import random
import signal
import time

import pytest

from compose.runtime.kafka import free_port
from streams.clickhouse.connection import connect
from tests.end_to_end.conftest import Stage
from tests.end_to_end.faulty_worker import Faults
from tests.end_to_end.ledger import PARTITIONS, committed, dead_letters
from tests.end_to_end.swallowing_proxy import SwallowingProxy

pytestmark = pytest.mark.fault

# What the broker takes into an input topic, with the record's own frame.
LARGEST_RECORD = 5 * 1024 * 1024


def test_kill_worker(stage: Stage):
    """30 SIGKILLs, 0.1 to 1 s apart once it works, in 60,000 posts."""
    stage.produce(60_000)
    rng = random.Random(1)
    worker = stage.worker(insert_rows=200)
    for number in range(30):
        worker.start()
        if number % 3 == 0:  # every third one gets to work first; the others die starting up
            worker.await_ready()
        time.sleep(rng.uniform(0.1, 1))
        worker.kill()
    worker.start()
    assert stage.drained(timeout_s=60), worker.tail()
    assert stage.verdict().clean, stage.verdict()


# Deaths at each point: a few at every change, 50 by `make faults`.
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "4"))
POINTS = ("before-insert", "after-insert", "before-commit", "after-commit", "after-dead-letters")


@pytest.mark.parametrize("point", POINTS)
def test_kill_points(stage: Stage, point: str):
    """The process dies at one point again and again, each time after a few batches."""
    posts = 2_000 * (ROUNDS + 1)
    stage.produce(posts, bad=dict.fromkeys(range(0, posts, 97), b"{"))
    port = free_port()
    for seed in range(ROUNDS):
        faults = Faults(kill_at=point, kill_within=4, seed=seed)
        worker = stage.worker(faults, port=port, insert_rows=50)
        worker.start()
        assert worker.wait(timeout_s=60) == -signal.SIGKILL, worker.tail()
    last = stage.worker(port=port)
    last.start()
    assert stage.drained(), last.tail()
    assert stage.verdict().clean, stage.verdict()


def raise_in_insert(stage: Stage, *, mutation: str = "") -> bool:
    """Every 7th insert raises; a supervisor starts the worker again.  Whether all was well."""
    stage.produce(30_000)
    worker = stage.worker(
        Faults(raise_every=7, mutation=mutation), insert_rows=100, insert_linger_s=0.05
    )
    well = True
    for _ in range(40):
        worker.start()
        while worker.alive and not stage.drained(timeout_s=1):
            pass
        if worker.alive:
            break
        well &= never_ahead(stage)
    return well and stage.drained(timeout_s=1) and stage.verdict().clean


def never_ahead(stage: Stage) -> bool:
    """Whether everything below the committed offsets is in ClickHouse."""
    done = asyncio.run(committed(stage.kafka, stage.group, stage.ledger.topic))
    stored = stored_offsets(stage)
    return all(set(range(offset)) <= stored[number] for number, offset in done.items())


def stored_offsets(stage: Stage) -> dict[int, set[int]]:
    """Offsets whose rows ClickHouse has, by partition."""
    with connect(stage.clickhouse_url) as client:
        rows = client.execute(
            "SELECT kafka_partition, groupUniqArray(kafka_offset) FROM mentions "
            "WHERE kafka_topic = %(topic)s GROUP BY kafka_partition",
            {"topic": stage.ledger.topic},
        )
    found: dict[int, set[int]] = {number: set() for number in range(PARTITIONS)}
    found.update({number: set(offsets) for number, offsets in rows})
    return found


def test_raise_in_insert(stage: Stage):
    """Nothing is committed past what ClickHouse acknowledged, and in the end all is there."""
    assert raise_in_insert(stage), stage.verdict()


def test_raise_in_insert_bites(stage: Stage):
    """Acknowledging on delivery loses what the failed inserts held."""
    assert not raise_in_insert(stage, mutation="acknowledge_on_delivery")


def test_failed_inserts_are_repeated(stage: Stage):
    """ClickHouse refuses every third batch: it is sent again, by the same process."""
    stage.produce(5_000)
    worker = stage.worker(Faults(fail_every=3), insert_rows=100)
    worker.start()
    assert stage.drained(), worker.tail()
    assert worker.alive
    assert stage.verdict().clean, stage.verdict()


def test_cancel_in_insert(stage: Stage):
    """SIGTERM in an insert of 10 s: it exits within 30 s, and loses nothing."""
    stage.produce(1_000)
    worker = stage.worker(Faults(insert_s=10))
    worker.start()
    while 'batch_rows_count{stage="store"}' not in worker.get("metrics")[1]:
        assert worker.alive, worker.tail()
        time.sleep(0.2)
    started = time.monotonic()
    assert worker.terminate(timeout_s=30) == 0, worker.tail()
    assert time.monotonic() - started < 30
    after = stage.worker(port=worker.order.port)
    after.start()
    assert stage.drained(), after.tail()
    assert stage.verdict().clean, stage.verdict()


HELD_S = 60.0


def gap_commit(stage: Stage, *, mutation: str = "") -> tuple[int, int]:
    """Hold the insert of one post, let 500 later ones through, SIGKILL.

    Returns the held post's offset and the offset then committed in its partition.
    """
    held = 0
    stage.produce(4)
    faults = Faults(hold_post=f"p{held}", hold_s=HELD_S, mutation=mutation)
    worker = stage.worker(faults, insert_rows=4, insert_linger_s=0.05)
    worker.start()
    worker.await_ready()
    time.sleep(1)
    stage.produce(2_000, first=4)
    deadline = time.monotonic() + HELD_S / 2
    while sum(map(len, stored_offsets(stage).values())) < 2_000 and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(2)
    worker.kill()
    done = asyncio.run(committed(stage.kafka, stage.group, stage.ledger.topic))
    after = stage.worker(port=worker.order.port)
    after.start()
    assert stage.drained(), after.tail()
    return 0, done[held % PARTITIONS]


def test_gap_commit(stage: Stage):
    """Post N hangs, later ones are stored: the broker never hears of an offset past N."""
    held, done = gap_commit(stage)
    assert done <= held
    assert stage.verdict().clean, stage.verdict()


def test_gap_commit_bites(stage: Stage):
    """Finishing out of order commits past the held post and loses it."""
    held, done = gap_commit(stage, mutation="finish_out_of_order")
    assert done > held
    assert stage.verdict().lost > 0


def test_lost_ack(stage: Stage):
    """A proxy swallows the end of one insert in five: it is sent again and counted once."""
    stage.produce(20_000)
    with SwallowingProxy(stage.clickhouse_url, every=5) as proxy:
        worker = stage.worker(insert_rows=100, clickhouse_url=proxy.url)
        worker.start()
        assert stage.drained(), worker.tail()
        assert proxy.swallowed >= 4
    assert stage.verdict().clean, stage.verdict()


def test_poison(stage: Stage):
    """One record in a hundred is bad: each is kept byte for byte, all the others are stored."""
    kinds = [
        b"\xff\xfe\x00bad",
        b'{"text":"' + b"x" * 2_000_000 + b'"}',
        b"x" * (LARGEST_RECORD - 200),
        b"[" * 100_000,
        b'{"text":"a\x00b"}',
        b"",
        b'{"text":"no source"}',
        b"\x00" * 64,
    ]
    bad = {number: kinds[number // 100 % len(kinds)] for number in range(0, 10_000, 100)}
    stage.produce(10_000, bad=bad)
    worker = stage.worker()
    worker.start()
    assert stage.drained(), worker.tail()
    verdict = stage.verdict()
    assert verdict.clean, verdict
    assert len(stage.ledger.bad) == 100


def test_poison_flood(stage: Stage):
    """Nothing but bad records: it stops and says why, with all it read in the dead letters."""
    stage.produce(3_000, bad=dict.fromkeys(range(3_000), b"{"))
    worker = stage.worker(max_poison=1_000)
    worker.start()
    assert worker.wait(timeout_s=60) == 1
    assert "records in a row are no posts" in worker.tail()
    done = asyncio.run(committed(stage.kafka, stage.group, stage.ledger.topic))
    kept = asyncio.run(dead_letters(stage.kafka, stage.ledger.topic))
    assert 1_000 <= sum(done.values()) <= 3_000
    for number, offset in done.items():
        for place in range(offset):
            assert f"{stage.ledger.topic}:{number}:{place}" in kept
