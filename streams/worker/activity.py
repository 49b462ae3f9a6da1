"""What the worker's stages are doing, for the readiness probe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Activity:
    """Knows which stages are busy and since when, and which of them fail.

    clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since_s: dict[object, tuple[str, float]] = {}
        self._failing: dict[str, str] = {}

    @contextmanager
    def busy(self, stage: str) -> Iterator[None]:
        """While the block runs, the stage is at work on one thing; it may be on several."""
        work = object()
        self._since_s[work] = (stage, self._clock())
        try:
            yield
        finally:
            del self._since_s[work]

    def fails(self, stage: str, reason: str) -> None:
        """The stage cannot do its work for now."""
        self._failing[stage] = reason

    def works(self, stage: str) -> None:
        """The stage did its work."""
        self._failing.pop(stage, None)

    def troubles(self, *, stuck_after_s: float) -> list[str]:
        """Why the worker is not ready, a line each; empty if it is."""
        now_s = self._clock()
        stuck = [
            f"{stage}: at the same batch for {now_s - since_s:.0f} s"
            for stage, since_s in self._since_s.values()
            if now_s - since_s > stuck_after_s
        ]
        return [*stuck, *(f"{stage}: {reason}" for stage, reason in self._failing.items())]
