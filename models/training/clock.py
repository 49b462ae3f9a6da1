"""The time that a run has, and the learning rate that follows from it."""

import math
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Counts seconds of training.

    budget_s: the run's time.  elapsed_s: what an earlier part of the run has used.
    """

    def __init__(self, budget_s: float, elapsed_s: float = 0.0) -> None:
        self._budget_s = budget_s
        self._began = time.monotonic() - elapsed_s

    @property
    def elapsed_s(self) -> float:
        """Seconds used, of all parts of the run."""
        return time.monotonic() - self._began

    @property
    def share(self) -> float:
        """The part of the time that is used, 0 to 1 and beyond."""
        return self.elapsed_s / self._budget_s

    @property
    def over(self) -> bool:
        """Whether the time is used up."""
        return self.elapsed_s >= self._budget_s

    @property
    def ends(self) -> datetime:
        """When the time will be used up, in the machine's time zone."""
        left_s = max(0.0, self._budget_s - self.elapsed_s)
        return (datetime.now(UTC) + timedelta(seconds=left_s)).astimezone()

    def rate(self, warm_up: float) -> float:
        """The learning rate's factor now, 0 to 1: it rises over warm_up, then falls as a cosine."""
        return rate(self.share, warm_up)


def rate(done: float, warm_up: float) -> float:
    """The factor at a share of the run, 0 to 1."""
    if done < warm_up:
        return done / warm_up
    left = (min(done, 1.0) - warm_up) / max(1 - warm_up, 1e-9)
    return 0.5 * (1 + math.cos(math.pi * left))
