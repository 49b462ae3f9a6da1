"""Prepare, score, store, commit: the stages that every batch of records goes through, in order.

The stages hand their batches over through bounded queues, so that a slow model or a slow
ClickHouse holds back the reading instead of filling the memory.  An offset is committed only after
its rows are in ClickHouse and its dead letters in their topic, and only in order.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from schemas.errors import StoreError, StreamError
from streams.batching import Batcher
from streams.clickhouse.mention_sink import MentionSink
from streams.offsets import OffsetTracker
from streams.preparation import Match, PreparedBatch, prepare
from streams.records import Partition, RecordBatch
from streams.scoring import DetectLanguages, Scored, merged, score_batches
from streams.shadow import Shadow
from streams.text_scorer import TextScorer
from streams.worker.activity import Activity
from streams.worker.config import WorkerConfig
from streams.worker.dead_letter_sink import DeadLetterSink
from streams.worker.metrics import WorkerMetrics

logger = logging.getLogger(__name__)

_RETRY_FIRST_S: Final = 0.25
_RETRY_LONGEST_S: Final = 8.0

Item = TypeVar("Item")
Commit = Callable[[dict[Partition, int]], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Edges:
    """Where the pipeline's work comes from and goes to.

    mentions: as many as may write at a time; ClickHouse's answer to one batch then does not hold
    up the next.
    """

    match: Match
    detect_languages: DetectLanguages
    scorer: TextScorer
    mentions: Sequence[MentionSink]
    dead_letters: DeadLetterSink
    commit: Commit
    shadow: Shadow | None = None


class Pipeline:
    """The stages of one worker.  `put` records in, `run` the stages; both on one event loop."""

    def __init__(
        self,
        edges: Edges,
        config: WorkerConfig,
        *,
        tracker: OffsetTracker,
        activity: Activity,
        metrics: WorkerMetrics,
    ) -> None:
        self._edges = edges
        self._config = config
        self._tracker = tracker
        self._activity = activity
        self._metrics = metrics
        self._to_score: asyncio.Queue[PreparedBatch] = asyncio.Queue(maxsize=4)
        self._to_store: asyncio.Queue[Scored] = asyncio.Queue(maxsize=2)
        self._idle_sinks: asyncio.Queue[MentionSink] = asyncio.Queue()
        for sink in edges.mentions:
            self._idle_sinks.put_nowait(sink)
        self._scoring = ThreadPoolExecutor(1, thread_name_prefix="score")
        self._storing = ThreadPoolExecutor(len(edges.mentions), thread_name_prefix="store")
        self._committing = asyncio.Lock()
        self._bad_in_a_row = 0

    async def put(self, batch: RecordBatch) -> None:
        """Take a batch of records in; waits while the stages are full."""
        self._tracker.begin(batch.span)
        with self._metrics.stage_seconds.labels("prepare").time():
            prepared = prepare(batch, self._edges.match, now=datetime.now(UTC))
        await self._to_score.put(prepared)

    async def run(self) -> None:
        """Run the stages until cancelled.  An error in one of them ends them all."""
        async with asyncio.TaskGroup() as stages:
            stages.create_task(self._score_all(), name="score")
            stages.create_task(self._store_all(), name="store")

    async def drain(self, timeout_s: float) -> bool:
        """Wait until all that was begun is committed; False if that takes too long."""
        deadline_s = time.monotonic() + timeout_s
        while self._tracker.in_work():
            if time.monotonic() > deadline_s:
                return False
            await asyncio.sleep(0.05)
        return True

    async def _score_all(self) -> None:
        batcher: Batcher[PreparedBatch] = Batcher(self._config.scoring)
        loop = asyncio.get_running_loop()
        while True:
            await _collect(self._to_score, batcher, lambda batch: (batch.mentions, batch.tokens))
            batches = batcher.take()
            with self._activity.busy("score"):
                scored = await loop.run_in_executor(self._scoring, self._score, batches)
            await self._to_store.put(scored)

    def _score(self, batches: list[PreparedBatch]) -> Scored:
        """Score the texts of some batches.  Runs in its own thread."""
        posts = sum(len(batch.matched) for batch in batches)
        if posts:
            self._metrics.batch_rows.labels("score").observe(posts)
        with self._metrics.stage_seconds.labels("score").time() if posts else nullcontext():
            return score_batches(
                batches,
                self._edges.scorer,
                self._edges.detect_languages,
                now=lambda: datetime.now(UTC),
                shadow=self._edges.shadow,
            )

    async def _store_all(self) -> None:
        batcher: Batcher[Scored] = Batcher(self._config.storing)
        async with asyncio.TaskGroup() as writes:
            while True:
                await _collect(self._to_store, batcher, lambda scored: (scored.rows, 0))
                scored = merged(batcher.take())
                sink = await self._idle_sinks.get()
                writes.create_task(self._store(scored, sink))

    async def _store(self, scored: Scored, sink: MentionSink) -> None:
        rows = scored.rows
        loop = asyncio.get_running_loop()
        if scored.dead_letters:
            await self._until_done(
                "dead letters", lambda: self._edges.dead_letters.send(scored.dead_letters)
            )
        if rows:
            self._metrics.batch_rows.labels("store").observe(rows)
            with self._metrics.stage_seconds.labels("store").time():
                await self._until_done(
                    "store",
                    lambda: loop.run_in_executor(self._storing, sink.insert, scored.columns),
                )
        self._idle_sinks.put_nowait(sink)
        await self._settle(scored, rows=rows)

    async def _until_done(self, stage: str, attempt: Callable[[], Awaitable[None]]) -> None:
        """Try until it works: going on would lose the batch, ending would change nothing."""
        pause_s = _RETRY_FIRST_S
        while True:
            try:
                with self._activity.busy(stage):
                    await attempt()
            except (StoreError, StreamError) as error:
                logger.warning("%s failed, again in %.1f s: %s", stage, pause_s, error)
                self._activity.fails(stage, str(error))
                self._metrics.retries.labels(stage).inc()
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _RETRY_LONGEST_S)
            else:
                self._activity.works(stage)
                return

    async def _settle(self, scored: Scored, *, rows: int) -> None:
        """Everything is safe: commit the offsets and count."""
        async with self._committing:  # a later commit must not overtake an earlier one
            offsets: dict[Partition, int] = {}
            for span in scored.spans:
                offset = self._tracker.finish(span)
                if offset is not None:
                    offsets[span.partition] = offset
            if offsets and not await self._edges.commit(offsets):
                logger.warning("commit refused: %s; the records will be read again", offsets)
        self._count(scored, rows=rows)
        self._check_poison(scored)

    def _count(self, scored: Scored, *, rows: int) -> None:
        metrics = self._metrics
        metrics.mentions.inc(rows)
        for span, unmatched in zip(scored.spans, scored.unmatched, strict=True):
            metrics.posts.labels(span.partition.topic).inc(span.records)
            metrics.unmatched.labels(span.partition.topic).inc(unmatched)
        for letter in scored.dead_letters:
            metrics.dead_letters.labels(letter.topic).inc()
        oldest_ms = min(span.oldest_ms for span in scored.spans)
        metrics.age_seconds.observe(max(0.0, time.time() - oldest_ms / 1000))

    def _check_poison(self, scored: Scored) -> None:
        for span, bad in zip(scored.spans, scored.bad_at_end, strict=True):
            self._bad_in_a_row = self._bad_in_a_row + bad if bad == span.records else bad
            if self._bad_in_a_row >= self._config.max_poison:
                raise StreamError(
                    f"{span.partition.topic}: {self._bad_in_a_row} records in a row are no posts "
                    f"(max_poison={self._config.max_poison}); is something else written to this "
                    "topic? `groundswell dead-letters list` shows them"
                )


async def _collect(
    queue: asyncio.Queue[Item], batcher: Batcher[Item], size: Callable[[Item], tuple[int, int]]
) -> None:
    """Fill the batcher from the queue until it is due.  size: rows and tokens of an item."""
    while True:
        wait_s = batcher.wait_s(time.monotonic())
        if wait_s == 0:
            return
        try:
            async with asyncio.timeout(wait_s):
                item = await queue.get()
        except TimeoutError:
            return
        rows, tokens = size(item)
        batcher.add(item, rows=rows, tokens=tokens, now_s=time.monotonic())
