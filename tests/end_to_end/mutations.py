"""Changes to the lines that keep posts safe.

A scenario that does not fail under its mutation proves nothing.
"""

from collections.abc import Callable
from typing import Any

from streams.offsets import OffsetTracker
from streams.records import Partition, Span
from streams.worker import app as worker_app
from streams.worker import main as worker_main


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
