"""What every series showed over the last minutes, for telling people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from streams.detection.columns import Floats
from streams.detection.rolling import RollingSums

WINDOWS_MIN: Final = (5, 15, 60, 180)
HOUR: Final = WINDOWS_MIN.index(60)
POSTS, NEGATIVE, DUE, DUE_NEGATIVE, REACH = range(5)


def recent(series: int) -> RollingSums:
    """Sums of the five channels over WINDOWS_MIN, nothing seen yet."""
    return RollingSums.empty(channels=5, lengths=list(WINDOWS_MIN), series=series)


@dataclass(frozen=True, slots=True)
class Telling:
    """The window that shows a series best: its length in minutes, what it held and what was due."""

    window_min: int
    seen: float
    due: float


def telling_window(
    seen: Floats, due: Floats, *, among: Sequence[int] = range(len(WINDOWS_MIN))
) -> Telling:
    """The window in which most was seen for what was due, in standard deviations.

    seen, due: shape (windows,), of one series. among: numbers of the windows to choose from.
    """
    least = np.maximum(due, 0.05)
    excess = (seen - due) / np.sqrt(least + 0.05 * least * least)
    best = max(among, key=lambda number: float(excess[number]))
    return Telling(WINDOWS_MIN[best], float(seen[best]), float(due[best]))
