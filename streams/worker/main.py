"""Run one worker until it is told to stop, or until something goes wrong that it cannot mend."""

import asyncio
import gc
import logging
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

import faust

from schemas.errors import RuntimePartError
from streams.clickhouse.mention_sink import MentionSink
from streams.corrections.follower import Follower
from streams.offsets import OffsetTracker
from streams.preparation import Match
from streams.records import Partition
from streams.renewal import ANEW, Newer, run_to_its_end, verdict
from streams.scoring import DetectLanguages
from streams.shadow import Shadow
from streams.text_scorer import TextScorer
from streams.worker.activity import Activity
from streams.worker.app import build_app, commit
from streams.worker.config import STUCK_AFTER_S, WorkerConfig
from streams.worker.dead_letter_sink import DeadLetterSink
from streams.worker.lag import watch_lag
from streams.worker.layout import known_counts, until_more
from streams.worker.metrics import WorkerMetrics
from streams.worker.pipeline import Edges, Pipeline
from streams.worker.web import serve, web_app

logger = logging.getLogger(__name__)

# Faust's own stop waits for threads that may hang; after this long the process ends anyway.
_STOP_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a worker is made of; tests put faulty ones in.

    follower: of labels and erasures; nothing is read before it has carried over all that there is.
    newer: returns once the worker is to begin anew; None for never.
    """

    match: Match
    detect_languages: DetectLanguages
    scorer: TextScorer
    mentions: Sequence[MentionSink]
    dead_letters: DeadLetterSink
    follower: Follower | None = None
    shadow: Shadow | None = None
    newer: Newer | None = None


def run_worker(config: WorkerConfig, parts: WorkerParts) -> NoReturn:
    """Run a worker in this process; does not return.

    Exits with 0 after SIGTERM or Ctrl-C, with 1 after an error that it cannot mend.  The exit is
    hard: whatever was not committed is read again, and no thread that hangs may delay it. Begins
    anew, likewise, when it is told to.
    """
    # What is loaded by now stays, and batches hold no cycles: looking through them again and
    # again would take a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    run_to_its_end(_Worker(config, parts).run())


class _Worker:
    def __init__(self, config: WorkerConfig, parts: WorkerParts) -> None:
        self._config = config
        self._follower = parts.follower
        self._newer = parts.newer
        self._followed = asyncio.Event()
        self._app: faust.App | None = None
        self._metrics = WorkerMetrics()
        self._activity = Activity(time.monotonic)
        self._tracker = OffsetTracker()
        edges = Edges(
            match=parts.match,
            detect_languages=parts.detect_languages,
            scorer=parts.scorer,
            mentions=parts.mentions,
            dead_letters=parts.dead_letters,
            commit=self._commit,
            shadow=parts.shadow,
        )
        self._pipeline = Pipeline(
            edges, config, tracker=self._tracker, activity=self._activity, metrics=self._metrics
        )

    async def _commit(self, offsets: dict[Partition, int]) -> bool:
        assert self._app is not None, "it was read by it"
        return await commit(self._app, offsets)

    def _troubles(self) -> list[str]:
        found = self._activity.troubles(stuck_after_s=STUCK_AFTER_S)
        if not self._tracker.is_assigned():
            found.append("kafka: no partition is assigned to this worker yet")
        if self._follower is not None and not self._followed.is_set():
            found.append("labels and erasures are not known yet; the log says why")
        return found

    async def run(self) -> int:
        """The whole life of a worker; returns the exit status."""
        host, port = self._config.web_host, self._config.web_port
        try:
            await serve(web_app(self._metrics.registry, self._troubles), host=host, port=port)
        except OSError as error:
            raise RuntimePartError(
                f"listen_host={host}, worker_port={port} cannot be listened on ({error}); choose "
                "others with --listen-host and --worker-port"
            ) from error
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        tasks = {
            asyncio.create_task(self._pipeline.run(), name="pipeline"),
            asyncio.create_task(watch_lag(self._config, self._metrics), name="lag"),
            asyncio.create_task(self._consume(), name="faust"),
            asyncio.create_task(stop.wait(), name="stop"),
        }
        if self._follower is not None:
            following = self._follower.run(self._followed)
            tasks.add(asyncio.create_task(following, name="follower"))
        if self._newer is not None:
            tasks.add(asyncio.create_task(self._newer(), name="newer"))
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        status = max(verdict(task) for task in ended)
        if status == 0:
            await self._stop()
            return 0 if stop.is_set() else ANEW
        return status

    async def _consume(self) -> None:
        """Read until there is more to read from than was known, and this is to begin anew."""
        if self._follower is not None:
            await self._followed.wait()
        counts = await known_counts(self._config.kafka, self._config.input_topics)
        # Built inside the loop that it will run on.
        self._app = build_app(
            self._config,
            counts=counts,
            tracker=self._tracker,
            put=self._pipeline.put,
            drain=self._pipeline.drain,
        )
        await self._app.start()
        more = asyncio.create_task(until_more(self._config.kafka, counts))
        stopped = asyncio.create_task(self._app.wait_until_stopped())
        await asyncio.wait({more, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            await stopped
            raise RuntimePartError("Faust stopped reading; its log lines above say why")
        await more

    async def _stop(self) -> None:
        """Read no more, finish what was begun, leave the group."""
        logger.info("stopping: finishing %d batches", self._tracker.in_work())
        if self._app is None:
            return
        self._app.consumer.stop_flow()
        if not await self._pipeline.drain(self._config.drain_s):
            logger.warning("stopped with work unfinished; it will be read again")
        try:
            async with asyncio.timeout(_STOP_S):
                await self._app.stop()
        except TimeoutError:
            logger.info("Faust is slow to stop; leaving it")
