"""Changes to the lines that keep posts safe.

A scenario that does not fail under its mutation proves nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from clickhouse_driver import Client

from schemas.dead_letter import DeadLetter
from schemas.errors import StoreError, StreamError
from streams.alerts.watermark import Answer, Watermark
from streams.clickhouse import mention_sink
from streams.offsets import OffsetTracker
from streams.records import Partition, RecordBatch, Span
from streams.replay.runner import ReplayRunner
from streams.worker import app as worker_app
from streams.worker import main as worker_main
from streams.worker.dead_letter_sink import KafkaDeadLetterSink
from streams.worker.pipeline import Pipeline


def acknowledge_on_delivery() -> None:
    """Let Faust acknowledge what it delivered, as `take` does, instead of what is stored."""
    build_app = worker_app.build_app

    def eager(*args: Any, put: Any, **kwargs: Any) -> Any:
        async def put_and_commit(batch: Any) -> None:
            await put(batch)
            await worker_app.commit(app, {batch.partition: batch.span.next_offset})

        app = build_app(*args, put=put_and_commit, **kwargs)
        return app

    setattr(worker_main, "build_app", eager)  # noqa: B010 - a name that mypy does not see


def finish_out_of_order() -> None:
    """Commit each span as it is finished, whatever is in work before it."""

    def finish(self: OffsetTracker, span: Span) -> int | None:
        return span.next_offset if self.epoch(span.partition) == span.epoch else None

    OffsetTracker.finish = finish  # type: ignore[method-assign]


def around_commit(at: Callable[[str], None]) -> None:
    """Tell when a commit begins and has ended."""
    commit = worker_app.commit

    async def watched(app: Any, offsets: dict[Partition, int]) -> bool:
        at("before-commit")
        done = await commit(app, offsets)
        at("after-commit")
        return done

    setattr(worker_main, "commit", watched)  # noqa: B010 - a name that mypy does not see


def before_the_answer(act: Callable[[], None]) -> None:
    """Do something when the rows of an insert are with ClickHouse, whose answer is not there."""
    receive = Client.receive_end_of_insert_query

    def watched(self: Client) -> Any:
        act()
        return receive(self)

    Client.receive_end_of_insert_query = watched


def drop_when_full() -> None:
    """Pass over records while the stages are full, instead of waiting."""
    put = Pipeline.put

    async def hasty(self: Pipeline, batch: RecordBatch) -> None:
        if self._to_score.full():
            batch = replace(batch, records=batch.records[-1:])
        await put(self, batch)

    Pipeline.put = hasty  # type: ignore[method-assign]


def give_up_on_errors() -> None:
    """Try everything once, and go on if it does not work."""

    async def once(self: Pipeline, stage: str, attempt: Callable[[], Awaitable[None]]) -> None:
        with suppress(StoreError, StreamError):
            await attempt()

    Pipeline._until_done = once  # type: ignore[method-assign]


def trust_the_dead_letters() -> None:
    """Send dead letters, and do not wait for the broker's word."""
    send = KafkaDeadLetterSink.send
    sent = set()

    async def trusting(self: KafkaDeadLetterSink, letters: Sequence[DeadLetter]) -> None:
        sent.add(asyncio.create_task(send(self, letters)))

    KafkaDeadLetterSink.send = trusting  # type: ignore[method-assign]


def ignore_suppressions() -> None:
    """Store what was erased."""
    setattr(mention_sink, "suppressed_rows", lambda *_: [])  # noqa: B010


def hand_over_unfinished() -> None:
    """Let partitions go at once, whatever is in work."""
    build_app = worker_app.build_app

    async def at_once(_: float) -> bool:
        return False

    def hasty(*args: Any, drain: Any, **kwargs: Any) -> Any:
        return build_app(*args, drain=at_once, **kwargs)

    setattr(worker_main, "build_app", hasty)  # noqa: B010


def save_before_storing() -> None:
    """Let a replay remember how far it is, and store the rows a little later."""
    write = ReplayRunner._write

    async def early(self: ReplayRunner, waiting: Any) -> None:
        lanes = list(waiting.lanes.values())
        await asyncio.to_thread(self._parts.save, lanes)
        await asyncio.sleep(1)
        await write(self, waiting)

    ReplayRunner._write = early  # type: ignore[method-assign]


def close_by_the_clock() -> None:
    """Take a minute for known once it is over, whatever is stored."""

    def decide(self: Watermark, end_s: int, views: object, *, now_s: float) -> Answer:
        return Answer(closed=now_s >= end_s + self.grace_s)

    Watermark.decide = decide  # type: ignore[method-assign]
