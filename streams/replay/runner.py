"""Works a replay off: read, prepare, score, store, and only then remember how far it is."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from schemas.errors import StoreError
from schemas.mention import COLUMN_NAMES
from schemas.replay import MOST_PLACES, Lane, LaneProgress
from streams.clickhouse.mention_sink import MentionSink
from streams.preparation import PreparedBatch
from streams.replay.pace import ChunkSize, Pace
from streams.replay.sources import Chunk, Prepare, ReplaySource
from streams.replay.wanted_brands import ALL_BRANDS, WantedBrands
from streams.scoring import DetectLanguages, Scored, merged, score_batches
from streams.text_scorer import TextScorer

logger = logging.getLogger(__name__)

# Rows wait for others at most so long: what is killed does no more than that again.
_STORE_EVERY_S: Final = 5.0
# Or until their texts have so many characters: a batch must fit into the memory.
_MOST_CHARACTERS: Final = 50_000_000
_TEXT: Final = COLUMN_NAMES.index("text")
_RETRY_FIRST_S: Final = 0.25
_RETRY_LONGEST_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class ReplayParts:
    """What a replay is made of; tests put faulty ones in.

    save: keeps how far lanes are, once their rows are acknowledged; raises StoreError.
    insert_rows: that are written to ClickHouse at a time. brands: whose rows are wanted.
    """

    source: ReplaySource
    scorer: TextScorer
    detect_languages: DetectLanguages
    sink: MentionSink
    save: Callable[[Sequence[LaneProgress]], None]
    pace: Pace
    insert_rows: int
    brands: WantedBrands = ALL_BRANDS


@dataclass(slots=True)
class _Waiting:
    """Rows that are not stored yet, and how far the lanes are once they are."""

    scored: list[Scored] = field(default_factory=list)
    lanes: dict[Lane, LaneProgress] = field(default_factory=dict)
    rows: int = 0
    characters: int = 0
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A chunk that is being prepared."""

    chunk: Chunk
    preparing: "asyncio.Task[Sequence[PreparedBatch]]"


@dataclass(frozen=True, slots=True)
class _Spent:
    """Seconds by the clock, and seconds of cores, up to now."""

    clock_s: float
    busy_s: float


class ReplayRunner:
    """One process's work on a replay.  One event loop; `run` once.

    progress: how far the lanes are at the beginning.
    may_go_on: asked before anything is written; raises StoreError where that has to wait, and
    anything else to end the replay.
    """

    def __init__(
        self,
        parts: ReplayParts,
        progress: dict[Lane, LaneProgress],
        *,
        may_go_on: Callable[[], None] = lambda: None,
    ) -> None:
        self._parts = parts
        self._may_go_on = may_go_on
        self._size = ChunkSize()
        self._reached = dict(progress)
        self._waiting = _Waiting()
        self._storing: asyncio.Task[None] | None = None
        self._stored_s = 0.0
        self._rested = self._spent()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self.progress = dict(progress)
        self.stopped = False

    @property
    def reached(self) -> dict[Lane, LaneProgress]:
        """How far the lanes are read and scored; `progress` says how far they are stored."""
        return dict(self._reached)

    def stop(self) -> None:
        """Let `run` end in order, after what has begun; from any thread."""
        self.stopped = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def run(self) -> bool:
        """Work until all is done, or `stop` is called; True if all is done.

        Raises what the source, the model or `may_go_on` raises; what was stored by then is kept.
        """
        self._rested = self._spent()
        self._loop = asyncio.get_running_loop()
        pace = self._parts.pace
        chunks = self._parts.source.chunks(
            dict(self._reached), lambda: pace.at_most(self._size.records)
        )
        ahead: _Ahead | None = None
        try:
            async with aclosing(chunks):  # type: ignore[type-var]  # it is a generator
                async for chunk in chunks:
                    # Python's part of one chunk runs while the model is at work on the one before.
                    before, ahead = ahead, _Ahead(chunk, _in_thread(chunk.prepare))
                    if before is not None:
                        await self._take(before)
                    if self.stopped:
                        break
            if ahead is not None and not self.stopped:
                await self._take(ahead)
            await self._store()
            await self._stored()
        finally:
            # Never half of it: the rows of an insert under way are stored, and remembered.
            preparing = ahead.preparing if ahead is not None else None
            under_way = [task for task in (self._storing, preparing) if task is not None]
            await asyncio.gather(*under_way, return_exceptions=True)
        return not self.stopped

    async def _take(self, ahead: _Ahead) -> None:
        chunk = ahead.chunk
        begun_s = time.perf_counter()
        prepared = await ahead.preparing
        scored = None
        if any(batch.matched for batch in prepared):
            scored = await asyncio.to_thread(self._score, prepared)
        took_s = time.perf_counter() - begun_s
        self._size.learn(chunk.records, took_s)
        self._remember(chunk, prepared)
        waiting = self._waiting
        waiting.since_s = waiting.since_s or begun_s
        if scored is not None:
            waiting.scored.append(scored)
            waiting.rows += scored.rows
            waiting.characters += sum(map(len, scored.columns[_TEXT]))
        if (
            waiting.rows >= self._parts.insert_rows
            or waiting.characters >= _MOST_CHARACTERS
            or time.perf_counter() - waiting.since_s > _STORE_EVERY_S
        ):
            await self._store()
        await self._rest(chunk.records)

    async def _rest(self, records: int) -> None:
        """Rest as long as the pace wants it after what was done since the last rest."""
        spent = self._spent()
        rest_s = self._parts.pace.rest_s(
            records=records,
            busy_s=spent.busy_s - self._rested.busy_s,
            passed_s=spent.clock_s - self._rested.clock_s,
        )
        if rest_s and not self.stopped:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), rest_s)
        self._rested = self._spent()

    def _spent(self) -> _Spent:
        # While the servers take rows they work for this replay as well.
        return _Spent(time.perf_counter(), time.process_time() + self._stored_s)

    def _score(self, prepared: Sequence[PreparedBatch]) -> Scored:
        """Rows of what was prepared.  Runs in a thread of its own."""
        parts = self._parts
        scored = score_batches(
            prepared, parts.scorer, parts.detect_languages, now=lambda: datetime.now(UTC)
        )
        return replace(scored, columns=parts.brands.rows(scored.columns))

    def _remember(self, chunk: Chunk, prepared: Sequence[PreparedBatch]) -> None:
        before = self._reached.get(chunk.lane) or LaneProgress(*chunk.lane, 0, 0)
        letters = [letter.offset for batch in prepared for letter in batch.dead_letters]
        places = [*before.bad_places, *chunk.bad, *letters]
        after = msgspec.structs.replace(
            before,
            next_offset=chunk.next_offset,
            position=chunk.position,
            read=before.read + chunk.records,
            mentions=before.mentions + sum(map(self._parts.brands.mentions, prepared)),
            unmatched=before.unmatched + sum(batch.unmatched for batch in prepared),
            bad=before.bad + len(chunk.bad) + len(letters),
            bad_places=tuple(sorted(places)[:MOST_PLACES]),
            finished=chunk.finished,
        )
        self._reached[chunk.lane] = self._waiting.lanes[chunk.lane] = after

    async def _store(self) -> None:
        """Begin to store what waits, once what was begun before is stored."""
        await self._stored()
        waiting, self._waiting = self._waiting, _Waiting()
        if waiting.lanes:
            self._storing = asyncio.create_task(self._write(waiting))

    async def _stored(self) -> None:
        if self._storing is not None:
            storing = self._storing
            await asyncio.wait({storing})
            self._storing = None
            storing.result()

    async def _write(self, waiting: _Waiting) -> None:
        begun_s = time.perf_counter()
        if waiting.rows:
            columns = merged(waiting.scored).columns
            await self._until_done(lambda: self._parts.sink.insert(columns))
        lanes = list(waiting.lanes.values())
        await self._until_done(lambda: self._parts.save(lanes))
        self.progress |= waiting.lanes
        self._stored_s += time.perf_counter() - begun_s

    async def _until_done(self, attempt: Callable[[], None]) -> None:
        """Try until it works, as the worker does; meanwhile nothing more is read."""
        pause_s = _RETRY_FIRST_S
        while True:
            try:
                self._may_go_on()
                await asyncio.to_thread(attempt)
            except StoreError as error:
                if self.stopped:
                    raise
                logger.warning("not stored, again in %.1f s: %s", pause_s, error)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _RETRY_LONGEST_S)
            else:
                return


def _in_thread(prepare: Prepare) -> "asyncio.Task[Sequence[PreparedBatch]]":
    return asyncio.create_task(asyncio.to_thread(prepare))
