"""Rows first, then progress; killed anywhere, the next run does the rest."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scorer import load_scorer
from schemas.errors import StoreError
from schemas.mention import COLUMN_NAMES
from schemas.replay import Lane, LaneProgress
from streams.preparation import prepare
from streams.records import Partition, RecordBatch, StoredRecord
from streams.replay.pace import Pace
from streams.replay.runner import ReplayParts, ReplayRunner
from streams.replay.sample import try_out
from streams.replay.sources import Chunk, nothing
from tests.streams.test_preparation import NOW

LANES = (Lane("reviews", 0), Lane("reviews", 1))
ID, OFFSET = COLUMN_NAMES.index("post_id"), COLUMN_NAMES.index("kafka_offset")


class DiedError(Exception):
    """The process is gone."""


def match(posts):
    return [{"Apple": ""} if "Apple" in post.text else {} for post in posts]


def record(lane, offset):
    """Every fifth is no post, every third of the others names nobody."""
    if offset % 5 == 4:
        return StoredRecord(offset, 0, b"{")
    text = "Nobody" if offset % 3 == 2 else "Apple"
    fields = {"text": text, "source": "s", "posted_at": "2026-11-01T10:00:00Z", "lang": "en"}
    return StoredRecord(
        offset, 0, msgspec.json.encode({**fields, "post_id": f"{lane.partition}-{offset}"})
    )


@dataclass
class NumberedSource:
    """So many records in each of two lanes, cut into chunks as told."""

    records: int
    cuts: tuple[int, ...] = (3,)
    read: list[tuple[Lane, int]] = field(default_factory=list)

    async def chunks(self, progress, size):
        for lane in LANES:
            done = progress.get(lane)
            at, turn = (done.next_offset if done else 0), 0
            if done and done.finished:
                continue
            while at < self.records:
                end = min(self.records, at + self.cuts[turn % len(self.cuts)])
                turn += 1
                self.read.append((lane, at))
                yield Chunk(lane, end, end, end - at, partial(prepared, lane, at, end))
                at = end
            yield Chunk(lane, self.records, self.records, 0, nothing, finished=True)


def prepared(lane, first, end):
    batch = RecordBatch(Partition(*lane), [record(lane, offset) for offset in range(first, end)])
    return (prepare(batch, match, now=NOW),)


@dataclass
class Store:
    """Keeps rows and progress, and dies at a given step.  steps: inserts and saves so far."""

    dies_at: int = -1
    after: bool = False
    fails: int = 0
    steps: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    progress: dict[Lane, LaneProgress] = field(default_factory=dict)
    on_save: Callable[[], object] = int

    def _step(self, act):
        if self.fails:
            self.fails -= 1
            raise StoreError("a fault of the test")
        dies = self.steps == self.dies_at
        self.steps += 1
        if dies and not self.after:
            raise DiedError
        act()
        if dies:
            raise DiedError

    def insert(self, columns):
        self._step(lambda: self.rows.update(columns[ID]))

    def save(self, lanes):
        def act():
            for lane in lanes:
                # Everything below is there, or it may not be remembered.
                assert expected(lane.lane, lane.next_offset) <= self.rows.keys()
                self.progress[lane.lane] = lane

        self._step(act)
        self.on_save()


def expected(lane, end):
    return {
        f"{lane.partition}-{offset}" for offset in range(end) if offset % 5 != 4 and offset % 3 != 2
    }


def runner(source, store, *, insert_rows=4, **changes):
    parts = ReplayParts(
        source=source,
        scorer=load_scorer("stub"),
        detect_languages=lambda texts: ["und"] * len(texts),
        sink=store,
        save=store.save,
        pace=Pace(1, 1),
        insert_rows=insert_rows,
        **changes,
    )
    return ReplayRunner(parts, store.progress)


def test_all_is_stored_and_counted():
    """Every record is stored, unmatched or bad, and the places of the bad ones are kept."""
    store = Store()
    run = runner(NumberedSource(30), store)
    assert asyncio.run(run.run())
    for lane in LANES:
        found = store.progress[lane]
        assert (found.read, found.next_offset, found.finished) == (30, 30, True)
        assert found.mentions == len(expected(lane, 30))
        assert found.bad_places == (4, 9, 14, 19, 24, 29)
        assert found.read == found.mentions + found.unmatched + found.bad
    assert run.progress == store.progress == run.reached


@given(
    records=st.integers(0, 25),
    cuts=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=4),
    deaths=st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=4),
    insert_rows=st.integers(1, 12),
)
def test_whenever_it_dies_the_rest_is_done_and_the_counts_are_exact(
    records, cuts, deaths, insert_rows
):
    """Before or after any insert or save, and however the next process cuts the records."""
    store = Store()
    for number, (dies_at, after) in enumerate([*deaths, (-1, False)]):
        store.dies_at, store.after, store.steps = dies_at, after, 0
        source = NumberedSource(records, cuts[number % len(cuts)])
        try:
            done = asyncio.run(runner(source, store, insert_rows=insert_rows).run())
        except DiedError:
            continue
        assert done
    assert store.rows.keys() == set().union(*(expected(lane, records) for lane in LANES))
    for lane in LANES:
        found = store.progress[lane]
        assert found.finished
        assert found.read == records
        assert found.mentions == len(expected(lane, records))
        assert found.read == found.mentions + found.unmatched + found.bad


def test_progress_before_its_rows_is_found():
    """The checks above bite: a runner that remembers first is caught when it does so."""

    class HastyRunner(ReplayRunner):
        async def _write(self, waiting):
            self._parts.save(list(waiting.lanes.values()))
            await super()._write(waiting)

    store = Store()
    hasty = HastyRunner(runner(NumberedSource(10), store)._parts, {})
    with pytest.raises(AssertionError):
        asyncio.run(hasty.run())


def test_what_is_done_is_not_read_again():
    """A finished replay run once more reads nothing."""
    store = Store()
    asyncio.run(runner(NumberedSource(10), store).run())
    again = NumberedSource(10)
    asyncio.run(runner(again, store).run())
    assert again.read == []


def test_stopped_in_order_it_goes_on_where_it_was():
    """What was scored is stored; only what was read ahead is read twice."""
    store, first = Store(), NumberedSource(30)
    run = runner(first, store)
    store.on_save = run.stop
    assert asyncio.run(run.run()) is False
    store.on_save = int
    second = NumberedSource(30)
    assert asyncio.run(runner(second, store).run())
    assert len(set(first.read) & set(second.read)) <= 1
    assert set(store.rows.values()) == {1}
    assert len(store.rows) == 2 * len(expected(LANES[0], 30))


def test_a_rest_ends_when_it_is_stopped():
    """Somebody who wants it paused does not wait for a long rest."""
    store = Store()
    run = runner(NumberedSource(100), store)
    run = ReplayRunner(replace(run._parts, pace=Pace(1, 1, rate=0.001)), {})

    async def stop_in_the_rest():
        working = asyncio.create_task(run.run())
        await asyncio.sleep(0.1)
        run.stop()
        return await asyncio.wait_for(working, timeout=10)

    assert asyncio.run(stop_in_the_rest()) is False
    assert store.progress


def test_a_refused_insert_is_repeated(monkeypatch: pytest.MonkeyPatch):
    """As in the worker: ClickHouse will be back."""
    monkeypatch.setattr("streams.replay.runner._RETRY_FIRST_S", 0.001)
    store = Store(fails=3)
    assert asyncio.run(runner(NumberedSource(10), store).run())
    assert set(store.rows.values()) == {1}


def test_a_lease_that_is_asked_for_again_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    """Nothing is written until it is held."""
    monkeypatch.setattr("streams.replay.runner._RETRY_FIRST_S", 0.001)
    store, refusals = Store(), iter([True] * 3)

    def refuse():
        if next(refusals, False):
            assert not store.rows
            raise StoreError("not held just now")

    run = ReplayRunner(runner(NumberedSource(10), store)._parts, {}, may_go_on=refuse)
    assert asyncio.run(run.run())
    assert len(store.rows) == 2 * len(expected(LANES[0], 10))


def test_a_lost_lease_ends_it():
    """Nothing is written by a process that may no longer."""

    def refuse():
        raise DiedError

    store = Store()
    run = runner(NumberedSource(10), store)
    run = ReplayRunner(run._parts, {}, may_go_on=refuse)
    with pytest.raises(DiedError):
        asyncio.run(run.run())
    assert not store.rows
    assert not store.progress


def test_a_trial_writes_nothing():
    """It says what the first posts say."""
    store = Store()
    parts = runner(NumberedSource(30), store)._parts
    sample = asyncio.run(try_out(parts))
    assert (sample.read, sample.bad, sample.mentions) == (60, 12, 2 * len(expected(LANES[0], 30)))
    assert sample.rate > 0
    assert not store.rows
    assert not store.progress
