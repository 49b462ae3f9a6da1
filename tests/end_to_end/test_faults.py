"""Killing, failing and hanging: nothing is lost, nothing is counted twice.

Each scenario is checked by the oracle in ledger.py.  Two are run once more with a mutation of the
lines that keep posts safe, and must then fail.
"""

import asyncio
import random
import signal
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from clickhouse_driver import Client

from compose.runtime.kafka import free_port
from schemas.alert import SeriesName
from streams.clickhouse.connection import connect
from streams.clickhouse.migrate import migrate
from streams.rollups.reader import closed_minutes
from streams.rollups.roller import Roller
from tests.end_to_end.conftest import Stage
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.faulty_worker import Faults
from tests.end_to_end.ledger import PARTITIONS, committed, dead_letters
from tests.end_to_end.lengths import FULL, rounds, within
from tests.end_to_end.swallowing_proxy import SwallowingProxy

pytestmark = pytest.mark.fault

# What the broker takes into an input topic, with the record's own frame.
LARGEST_RECORD = 5 * 1024 * 1024


@pytest.mark.scenario("kill-worker")
@pytest.mark.timeout(900)
def test_kill_worker(stage: Stage, figure: Figure):
    """SIGKILLs, 0.1 to 1 s apart once it works: 30 of them in 60,000 posts by `make faults`."""
    posts, kills = (60_000, 30) if FULL else (20_000, 9)
    stage.produce(posts)
    rng = random.Random(1)
    worker = stage.worker(insert_rows=200)
    for number in range(kills):
        worker.start()
        if number % 3 == 0:  # every third one gets to work first; the others die starting up
            worker.await_ready()
        time.sleep(rng.uniform(0.1, 1))
        worker.kill()
    worker = stage.worker(port=worker.order.port)
    worker.start()
    begun = time.monotonic()
    assert stage.drained(timeout_s=60), worker.tail()
    later_s = time.monotonic() - begun
    assert stage.verdict().clean, stage.verdict()
    assert later_s < within(60)
    figure(f"{kills} SIGKILLs in {posts:,} posts, lag 0 {later_s:.0f} s after the last start")


# Deaths at each point: a few at every change, 50 by `make faults`.
ROUNDS = rounds(3)
POINTS = (
    *("before-insert", "in-insert", "after-insert"),
    *("before-commit", "after-commit", "after-dead-letters"),
)


@pytest.mark.scenario("kill-points")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("point", POINTS)
def test_kill_points(stage: Stage, point: str, figure: Figure):
    """The process dies at one point again and again, each time after a few batches."""
    posts = 2_000 * (ROUNDS + 1)
    stage.produce(posts, bad=dict.fromkeys(range(0, posts, 97), b"{"))
    port = free_port()
    for seed in range(ROUNDS):
        faults = Faults(kill_at=point, kill_within=4, seed=seed)
        worker = stage.worker(faults, port=port, insert_rows=50)
        worker.start()
        assert worker.wait(timeout_s=180) == -signal.SIGKILL, worker.tail()
    last = stage.worker(port=port)
    last.start()
    assert stage.drained(), last.tail()
    assert stage.verdict().clean, stage.verdict()
    figure(f"{ROUNDS} {point}")


def raise_in_insert(stage: Stage, *, posts: int, mutation: str = "") -> bool:
    """Every 7th insert raises; a supervisor starts the worker again.  Whether all was well."""
    stage.produce(posts)
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


@pytest.mark.scenario("raise-in-insert")
def test_raise_in_insert(stage: Stage, figure: Figure):
    """Nothing is committed past what ClickHouse acknowledged, and in the end all is there."""
    posts = 30_000 if FULL else 6_000
    assert raise_in_insert(stage, posts=posts), stage.verdict()
    figure(f"every 7th insert raises, {posts:,} posts, never committed past what is stored")


@pytest.mark.scenario("raise-in-insert")
def test_raise_in_insert_bites(stage: Stage, figure: Figure):
    """Acknowledging on delivery loses what the failed inserts held."""
    # Enough of them that offsets are committed while an insert has failed.
    assert not raise_in_insert(stage, posts=30_000, mutation="acknowledge_on_delivery")
    figure("bites: acknowledging on delivery")


@pytest.mark.scenario("failed inserts")
def test_failed_inserts_are_repeated(stage: Stage, figure: Figure):
    """ClickHouse refuses every third batch: it is sent again, by the same process."""
    stage.produce(5_000)
    worker = stage.worker(Faults(fail_every=3), insert_rows=100)
    worker.start()
    assert stage.drained(), worker.tail()
    assert worker.alive
    assert stage.verdict().clean, stage.verdict()
    figure("every 3rd batch refused, 5,000 posts, by the same process")


@pytest.mark.scenario("cancel-in-insert")
def test_cancel_in_insert(stage: Stage, figure: Figure):
    """SIGTERM in an insert of 10 s: it exits within 30 s, and loses nothing."""
    stage.produce(1_000)
    worker = stage.worker(Faults(insert_s=10))
    worker.start()
    while 'batch_rows_count{stage="store"}' not in worker.get("metrics")[1]:
        assert worker.alive, worker.tail()
        time.sleep(0.2)
    started = time.monotonic()
    assert worker.terminate(timeout_s=250) == 0, worker.tail()
    took_s = time.monotonic() - started
    assert took_s < within(30)
    after = stage.worker(port=worker.order.port)
    after.start()
    assert stage.drained(), after.tail()
    assert stage.verdict().clean, stage.verdict()
    figure(f"SIGTERM in an insert of 10 s, out after {took_s:.0f} s")


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


@pytest.mark.scenario("gap-commit")
def test_gap_commit(stage: Stage, figure: Figure):
    """Post N hangs, later ones are stored: the broker never hears of an offset past N."""
    held, done = gap_commit(stage)
    assert done <= held
    assert stage.verdict().clean, stage.verdict()
    figure(f"offset {held} held, 500 later ones stored, SIGKILL: committed {done}")


@pytest.mark.scenario("gap-commit")
def test_gap_commit_bites(stage: Stage, figure: Figure):
    """Finishing out of order commits past the held post and loses it."""
    held, done = gap_commit(stage, mutation="finish_out_of_order")
    assert done > held
    assert stage.verdict().lost > 0
    figure("bites: finishing out of order")


@pytest.mark.scenario("lost-ack")
def test_lost_ack(stage: Stage, figure: Figure):
    """A proxy swallows the end of one insert in five: it is sent again and counted once."""
    # A database of its own: the counts by minute are all of its mentions'.
    stage.clickhouse_url = f"{stage.clickhouse_url.rpartition('/')[0]}/lost_{uuid4().hex[:12]}"
    migrate(stage.clickhouse_url)
    stage.produce(20_000)
    with SwallowingProxy(stage.clickhouse_url, every=5) as proxy:
        worker = stage.worker(insert_rows=100, clickhouse_url=proxy.url)
        worker.start()
        assert stage.drained(), worker.tail()
        assert proxy.swallowed >= 4
    assert stage.verdict().clean, stage.verdict()
    with connect(stage.clickhouse_url) as client:
        counted = rolled_up(client)
        final = client.execute(MINUTES_OF_FINAL)
    assert counted == dict(final)
    assert sum(counted.values()) == 20_000
    figure(f"{proxy.swallowed} answers to inserts lost, 20,000 posts, rollups equal FINAL")


MINUTES_OF_FINAL = """
SELECT intDiv(toUnixTimestamp64Milli(posted_at), 60000) AS minute, count()
FROM mentions FINAL GROUP BY minute
"""


def rolled_up(client: Client) -> dict[int, int]:
    """Posts of the brand by minute since 1970, as the rollups have them."""
    roller = Roller(client)
    while roller.behind:
        roller.roll()
    since = datetime(2025, 12, 31, tzinfo=UTC)
    found = closed_minutes(client, since, since + timedelta(days=4))
    rows = zip(found.row.tolist(), found.minute.tolist(), found.posts.tolist(), strict=True)
    whole = found.series.index(SeriesName(brand="Acme"))
    return {minute: posts for row, minute, posts in rows if row == whole}


@pytest.mark.scenario("poison")
def test_poison(stage: Stage, figure: Figure):
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
    figure("100 bad of 10,000, each kept byte for byte")


@pytest.mark.scenario("poison-flood")
def test_poison_flood(stage: Stage, figure: Figure):
    """Nothing but bad records: it stops and says why, with all it read in the dead letters."""
    stage.produce(3_000, bad=dict.fromkeys(range(3_000), b"{"))
    worker = stage.worker(max_poison=1_000)
    worker.start()
    assert worker.wait(timeout_s=180) == 1
    assert "records in a row are no posts" in worker.tail()
    done = asyncio.run(committed(stage.kafka, stage.group, stage.ledger.topic))
    kept = asyncio.run(dead_letters(stage.kafka, stage.ledger.topic))
    assert 1_000 <= sum(done.values()) <= 3_000
    for number, offset in done.items():
        for place in range(offset):
            assert f"{stage.ledger.topic}:{number}:{place}" in kept
    figure(f"3,000 bad, stopped with a clear error after {sum(done.values()):,}, all kept")
