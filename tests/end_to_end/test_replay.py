"""Replays on the real Kafka and the real engine: exact whatever happens, and never news."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from msgspec import structs

from compose.commands.replay_jobs import skip_expired
from compose.replay_parts import Wanted, resumed_parts
from schemas.errors import IngestError, RuntimePartError, StreamError
from schemas.replay import Event, LaneProgress, State
from streams.clickhouse.mention_sink import ClickHouseMentionSink
from streams.clickhouse.migrate import migrate
from streams.replay.lease import encode_owner, this_process
from streams.replay.store import Job, ReplayStore
from tests.end_to_end.conftest import Stage
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.ledger import PARTITIONS, dead_letters, post
from tests.end_to_end.replays import LASTING, Replays, is_done, totals
from tests.end_to_end.swallowing_proxy import SwallowingProxy
from tests.end_to_end.test_alert_once import produce as produce_at


@pytest.fixture
def replays(stage: Stage) -> Replays:
    """A database of its own, and a topic without a worker."""
    database = f"replays_{uuid4().hex[:12]}"
    stage.clickhouse_url = f"{stage.clickhouse_url.rpartition('/')[0]}/{database}"
    migrate(stage.clickhouse_url)
    return Replays.of(stage.kafka, stage.clickhouse_url, stage.folder)


ID = LASTING.index("post_id")


def without_model(row: tuple[Any, ...]) -> dict[str, Any]:
    """A row but for the columns that name its model."""
    named = dict(zip(LASTING, row, strict=True))
    return {name: named[name] for name in named if not name.startswith("model_")}


def of_topic(stage: Stage, **changes: Any) -> Wanted:
    return Wanted(topics=(stage.ledger.topic,), **changes)


def killed_again_and_again(stage: Stage, replays: Replays, *, mutation: str = "") -> Job:
    """Three SIGKILLs at any time, each time gone on with."""
    rng = random.Random(1)
    process = replays.process("--topics", stage.ledger.topic, "--rate", "4000", mutation=mutation)
    assert process.stdout is not None
    id_ = next(line.split()[1] for line in process.stdout if line.startswith("replay "))
    with replays.desk() as desk:
        for _ in range(3):
            before = totals(desk.find(id_))[0]
            deadline = time.monotonic() + 180
            while totals(desk.find(id_))[0] == before:
                assert process.poll() is None, (replays.folder / "replay.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            time.sleep(rng.uniform(0, 0.3))
            process.kill()
            process.wait()
            process = replays.process("resume", id_, mutation=mutation)
        said, _ = process.communicate(timeout=180)
        assert process.returncode == 0, said
        return desk.find(id_)


@pytest.mark.fault
@pytest.mark.scenario("replay-kill")
def test_killed_again_and_again_it_is_exact(stage: Stage, replays: Replays, figure: Figure):
    """SIGKILL at any time; the same command goes on, and the oracle finds every post once."""
    bad = dict.fromkeys(range(0, 12_000, 101), b"{")
    stage.produce(12_000, bad=bad)
    job = killed_again_and_again(stage, replays)
    assert is_done(job)
    found = replays.ids(stage.ledger.topic)
    assert (set(found), len(found)) == (stage.ledger.good, len(stage.ledger.good))
    assert totals(job) == (12_000, len(found), 0, len(bad))
    assert [each.event for each in job.events].count(Event.STARTED) == 4
    # Who reads a topic live keeps its dead letters; a replay only says where they are.
    assert asyncio.run(dead_letters(stage.kafka, stage.ledger.topic)) == {}
    places = {
        f"{stage.ledger.topic}:{lane.partition}:{place}"
        for lane in job.progress.values()
        for place in lane.bad_places
    }
    assert len(places) == min(20 * PARTITIONS, len(bad))
    assert places <= stage.ledger.bad.keys()
    figure("3 SIGKILLs in a replay of 12,000 posts: each stored once, counts exact")


@pytest.mark.slow_fault
@pytest.mark.scenario("replay-kill")
def test_killed_again_and_again_bites(stage: Stage, replays: Replays, figure: Figure):
    """A replay that remembers how far it is before its rows are stored loses some."""
    stage.produce(12_000)
    killed_again_and_again(stage, replays, mutation="save_before_storing")
    assert stage.ledger.good - set(replays.ids(stage.ledger.topic))
    figure("bites: progress saved before the rows")


@pytest.mark.fault
@pytest.mark.scenario("replay-twice")
def test_the_same_replay_twice_changes_nothing(stage: Stage, replays: Replays):
    """Nor does going on with one that is done; another model's scores stand beside."""
    stage.produce(1_000)
    first = replays.begin(of_topic(stage))
    stored = replays.rows()
    assert is_done(first)
    assert len(stored) == 1_000
    second = replays.begin(of_topic(stage))
    assert totals(second) == totals(first) == (1_000, 1_000, 0, 0)
    assert replays.rows() == stored
    with pytest.raises(RuntimePartError, match="is done; begin a new one"):
        replays.go_on(first)
    replays.begin(of_topic(stage), other=True)
    assert replays.rows("model_version = 'stub'") == stored
    assert len(replays.rows("model_version = 'other'")) == 1_000


def test_the_range_is_fixed_at_the_start(stage: Stage, replays: Replays):
    """What comes while it is paused is not part of it."""
    stage.produce(2_000)
    paused = replays.until(Event.PAUSE_WANTED, of_topic(stage))
    assert paused.state is State.PAUSED
    assert 0 < totals(paused)[0] < 2_000
    stage.produce(500, first=2_000)
    done = replays.go_on(paused)
    assert is_done(done)
    assert sorted(replays.ids(stage.ledger.topic)) == sorted(f"p{n}" for n in range(2_000))


def test_a_cancelled_replay_is_over(stage: Stage, replays: Replays):
    """What it stored stays; it cannot go on."""
    stage.produce(2_000)
    job = replays.until(Event.CANCEL_WANTED, of_topic(stage))
    assert job.state is State.CANCELLED
    stored = len(replays.rows())
    assert totals(job)[1] == stored
    with pytest.raises(RuntimePartError, match="is cancelled"):
        replays.go_on(job)
    assert len(replays.rows()) == stored


def test_two_processes_cannot_work_on_one_replay(stage: Stage, replays: Replays):
    """The second is told who has it; once the first is dead, it gets it at once."""
    stage.produce(4_000)
    process = replays.process("--topics", stage.ledger.topic, "--rate", "400")
    assert process.stdout is not None
    id_ = next(line.split()[1] for line in process.stdout if line.startswith("replay "))
    with replays.desk() as desk:
        while not totals(desk.find(id_))[0]:
            time.sleep(0.1)
        job = desk.find(id_)
        with pytest.raises(RuntimePartError, match=f"is held by process {process.pid} on"):
            replays.go_on(job)
        process.kill()
        process.wait()
        # At the plan's rate the rest would take long.
        job = desk.find(id_)
        parts = resumed_parts(replays.settings, structs.replace(job.plan, rate=0.0))
        done = replays.carry_out(job, parts)
    assert is_done(done)
    assert len(replays.ids(stage.ledger.topic)) == 4_000


@pytest.mark.fault
@pytest.mark.scenario("replay-lost-ack")
def test_lost_acknowledgements(stage: Stage, replays: Replays):
    """A proxy swallows the end of every second insert: it is sent again and counted once."""
    stage.produce(3_000)
    job, parts = replays.planned(of_topic(stage))
    with SwallowingProxy(replays.settings.clickhouse_url, every=2) as proxy:
        faulty = replace(
            parts,
            sink=ClickHouseMentionSink(proxy.url),
            save=ReplayStore(proxy.url).saver(job.plan.id),
            insert_rows=100,
        )
        job = replays.carry_out(job, faulty)
        assert proxy.swallowed >= 2
    assert is_done(job)
    assert totals(job) == (3_000, 3_000, 0, 0)
    assert len(replays.ids(stage.ledger.topic)) == 3_000


@pytest.mark.fault
@pytest.mark.scenario("replay-lease")
@pytest.mark.parametrize("taken", [False, True])
def test_a_process_that_slept_past_its_lease(
    stage: Stage, replays: Replays, monkeypatch: pytest.MonkeyPatch, taken: bool
):
    """It goes on if nobody has come; if somebody has, it neither stores nor says anything more."""
    monkeypatch.setattr("streams.replay.job.LEASE_S", 1.0)
    monkeypatch.setattr("streams.replay.job.RENEW_S", 60.0)
    stage.produce(2_000)
    job, parts = replays.planned(of_topic(stage))
    other = structs.replace(this_process(), host="other", place="elsewhere")
    slept, really_save = False, parts.save

    def save(lanes: Sequence[LaneProgress]) -> None:
        nonlocal slept
        really_save(lanes)
        if not slept:
            time.sleep(1.2)
            if taken:
                with replays.desk() as desk:
                    desk.claim(job.plan.id, encode_owner(other))
            slept = True
            time.sleep(1.2)

    parts = replace(parts, save=save, insert_rows=100)
    if not taken:
        assert is_done(replays.carry_out(job, parts))
        assert len(replays.ids(stage.ledger.topic)) == 2_000
        return
    with pytest.raises(RuntimePartError, match=r"was taken over by process \d+ on other"):
        replays.carry_out(job, parts)
    left = replays.found(job)
    assert [each.event for each in left.events] == [Event.STARTED]
    assert 0 < totals(left)[1] < 2_000
    with pytest.raises(RuntimePartError, match="is held by process"):
        replays.go_on(left)
    with replays.desk() as desk:
        desk.claim(job.plan.id, encode_owner(other), lease_s=0)
    assert is_done(replays.go_on(left))
    assert len(replays.ids(stage.ledger.topic)) == 2_000


async def delete_before(kafka: str, topic: str, offset: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        await admin.delete_records(dict.fromkeys(places, RecordsToDelete(before_offset=offset)))
    finally:
        await admin.close()


@pytest.mark.fault
@pytest.mark.scenario("replay-expired")
def test_expired_offsets(stage: Stage, replays: Replays):
    """They are an error that says what is left; --skip-expired goes on and counts them."""
    topic = stage.ledger.topic
    stage.produce(2_000)
    paused = replays.until(Event.PAUSE_WANTED, of_topic(stage))
    asyncio.run(delete_before(stage.kafka, topic, 400))
    with pytest.raises(StreamError, match=rf"{topic}:\d: \d+-400 were deleted .* 400-500 are left"):
        replays.go_on(paused)
    failed = replays.found(paused)
    assert failed.state is State.FAILED
    assert "offsets have expired" in failed.events[-1].detail
    with replays.desk() as desk:
        skip_expired(stage.kafka, desk, failed)
    done = replays.go_on(failed)
    assert is_done(done)
    expired = sum(lane.expired for lane in done.progress.values())
    assert expired > 0
    assert totals(done)[0] + expired == 2_000
    assert len(replays.ids(topic)) == totals(done)[1] == 2_000 - expired

    with pytest.raises(StreamError, match="400-500 are left"):
        replays.begin(Wanted(offsets=(f"{topic}:1:0-500",)))
    exact = replays.begin(Wanted(offsets=(f"{topic}:1:400-410", f"{topic}:3:499-900")))
    assert totals(exact) == (11, 11, 0, 0)


@pytest.mark.fault
@pytest.mark.scenario("replay-twice")
def test_files(stage: Stage, replays: Replays, tmp_path: Path):
    """JSON lines and Parquet; rows that are no posts are counted, and twice is once."""
    posts = [
        {"text": f"Acme {n}", "posted_at": "2026-01-01T00:00:00Z", "source": "s", "post_id": str(n)}
        for n in range(300)
    ]
    lines = tmp_path / "a.jsonl"
    lines.write_text("".join(json.dumps(post) + "\n" for post in posts[:200]) + "{\n")
    table = tmp_path / "b.parquet"
    pq.write_table(pa.Table.from_pylist([*posts[150:], {**posts[0], "source": None}]), table)
    first = replays.begin(Wanted(files=(lines, table)))
    assert is_done(first)
    assert totals(first) == (352, 350, 0, 2)
    assert [lane.bad_places for _, lane in sorted(first.progress.items())] == [(201,), (151,)]
    stored = replays.rows()
    assert {row[ID] for row in stored} == {str(n) for n in range(300)}
    assert len(stored) == 300
    replays.begin(Wanted(files=(table, lines)))
    assert len(replays.rows()) == 300
    lines.write_text("{}\n")
    plan = structs.replace(first.plan, id=uuid4().hex[:8])
    with replays.desk() as desk:
        desk.create(plan)
    with pytest.raises(IngestError, match="is not the file any longer"):
        replays.go_on(replace(first, plan=plan))


@pytest.mark.fault
@pytest.mark.scenario("replay-twice")
def test_stored_mentions(stage: Stage, replays: Replays):
    """Every stored mention gets the other model's scores; a new brand is found in the texts."""
    stage.produce(500)
    replays.begin(of_topic(stage))
    stored = replays.rows()
    again = replays.begin(Wanted(stored=True), other=True)
    assert is_done(again)
    assert totals(again) == (500, 500, 0, 0)
    beside = replays.rows("model_version = 'other'")
    assert [without_model(row) for row in beside] == [without_model(row) for row in stored]
    replays.begin(Wanted(stored=True), other=True)
    assert replays.rows("model_version = 'other'") == beside
    assert replays.rows("model_version = 'stub'") == stored

    both = Replays.of(
        stage.kafka,
        stage.clickhouse_url,
        stage.folder,
        brands='[{name: Acme}, {name: Likes, aliases: ["like"]}]',
    )
    new = both.begin(Wanted(stored=True, brands=("Likes",)))
    assert totals(new) == (500, 500, 0, 0)
    assert len(both.rows("brand = 'Likes' AND model_version = 'stub'")) == 500
    assert both.rows("brand = 'Acme'") == sorted([*stored, *beside])


def test_a_span_of_time(stage: Stage, replays: Replays):
    """By the time at which records arrived at Kafka; the end is not included."""
    begin_s = int(time.time()) - 3_600
    asyncio.run(produce_at(stage.kafka, stage.ledger.topic, [begin_s + n for n in range(400)]))
    since, until = (datetime.fromtimestamp(begin_s + n, UTC) for n in (100, 300))
    job = replays.begin(of_topic(stage, since=since, until=until))
    assert is_done(job)
    assert sorted(replays.ids(stage.ledger.topic)) == sorted(f"p{n}" for n in range(100, 300))
    later = replays.begin(of_topic(stage, since=until + timedelta(days=1)))
    assert is_done(later)
    assert totals(later) == (0, 0, 0, 0)


async def produce_in_transactions(kafka: str, topic: str, *, kept: int, aborted: int) -> None:
    """Records of one transaction that is kept and one that is not, in every partition."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"tx-{topic}")
    await producer.start()
    try:
        for count, first, keep in ((kept, 0, True), (aborted, kept, False)):
            await producer.begin_transaction()
            for number in range(first, first + count):
                await producer.send(topic, post(f"p{number}"), partition=number % PARTITIONS)
            await (producer.commit_transaction() if keep else producer.abort_transaction())
    finally:
        await producer.stop()


def test_markers_of_transactions_are_passed_over(stage: Stage, replays: Replays):
    """They hold offsets, also the last one of a partition, and come as nothing."""
    asyncio.run(produce_in_transactions(stage.kafka, stage.ledger.topic, kept=40, aborted=8))
    job = replays.begin(of_topic(stage))
    assert is_done(job)
    # As the worker does, a replay reads what was aborted too.
    assert totals(job) == (48, 48, 0, 0)
    assert all(lane.next_offset == 14 for lane in job.progress.values())
