"""The Numenta Anomaly Benchmark's score of alerts, after Lavin and Ahmad (2015).

A window is worth up to 1, the more the earlier its first alert; an alert outside of all windows
costs up to the profile's weight, the more the farther behind the last window it is; a window
without an alert costs the profile's weight too. 0 is a detector that never alerts, 100 one that
alerts in the first row of each window and nowhere else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from streams.detection.columns import Flags, Wholes

# The first rows are for learning and are not scored: this share, of at most so many rows.
_LEARNING_SHARE: Final = 0.15
_LEARNING_ROWS: Final = 5000
_FAR: Final = 3.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a mistake costs: NAB's tpWeight, fpWeight and fnWeight."""

    found: float
    false: float
    missed: float


@dataclass(frozen=True, slots=True)
class LabelledSeries:
    """Times in seconds, rising, and windows as numbers of their first and last rows."""

    name: str
    time_s: Wholes
    windows: tuple[tuple[int, int], ...]

    @property
    def learning_rows(self) -> int:
        """Rows at the beginning that are not scored."""
        rows = int(self.time_s.size)
        return min(math.floor(_LEARNING_SHARE * rows), math.floor(_LEARNING_SHARE * _LEARNING_ROWS))

    @property
    def scored_windows(self) -> tuple[tuple[int, int], ...]:
        """Windows of which at least one row is scored."""
        return tuple(window for window in self.windows if window[1] >= self.learning_rows)

    @property
    def scored_weeks(self) -> float:
        """Weeks of scored rows."""
        return float(self.time_s[-1] - self.time_s[self.learning_rows]) / (7 * 86400.0)


def sigmoid(position: float) -> float:
    """The worth of a row: near 1 at a window's left edge (-1), 0 at its right edge, then below."""
    return -1.0 if position >= _FAR else 2.0 / (1.0 + math.exp(5.0 * position)) - 1.0


def found_windows(series: LabelledSeries, alerts: Flags) -> dict[int, int]:
    """The first scored alert's row in each window that has one, by the window's number."""
    found: dict[int, int] = {}
    for row in _scored(series, alerts):
        for number, (first, last) in enumerate(series.windows):
            if first <= row <= last:
                found.setdefault(number, row)
    return found


def false_rows(series: LabelledSeries, alerts: Flags) -> list[int]:
    """The rows of scored alerts outside of all windows."""
    return [
        row
        for row in _scored(series, alerts)
        if not any(first <= row <= last for first, last in series.windows)
    ]


def raw_score(series: LabelledSeries, alerts: Flags, profile: Profile) -> float:
    """NAB's score before it is normalised; alerts: shape (rows,)."""
    score = 0.0
    found = found_windows(series, alerts)
    for number, row in found.items():
        first, last = series.windows[number]
        score += profile.found * sigmoid(-(last - row + 1) / (last - first + 1)) / sigmoid(-1.0)
    for row in false_rows(series, alerts):
        before = [window for window in series.windows if window[1] < row]
        position = _FAR
        if before:
            first, last = before[-1]
            position = (row - last) / max(1, last - first)
        score += profile.false * sigmoid(position)
    return score - profile.missed * (len(series.scored_windows) - len(found))


def normalised_score(
    series: Sequence[LabelledSeries], alerts: Sequence[Flags], profile: Profile
) -> float:
    """100 for all windows found at once and nothing else, 0 for silence; may be negative."""
    windows = sum(len(one.scored_windows) for one in series)
    none, all_found = -profile.missed * windows, profile.found * windows
    score = sum(raw_score(*pair, profile) for pair in zip(series, alerts, strict=True))
    return 100.0 * (score - none) / (all_found - none)


def false_a_week(series: Sequence[LabelledSeries], alerts: Sequence[Flags]) -> float:
    """Scored alerts outside of all windows, a series-week of scored rows."""
    false = sum(len(false_rows(*pair)) for pair in zip(series, alerts, strict=True))
    return false / sum(one.scored_weeks for one in series)


def _scored(series: LabelledSeries, alerts: Flags) -> list[int]:
    return [int(row) for row in np.flatnonzero(alerts) if row >= series.learning_rows]
