"""Many series of any step, each row judged in the order of its series.

Series of one step share a lane, where one numpy step advances all of them. A block of rows is
worked off "first rows of all series, second rows of all series, …", so that a file sorted by series
costs as little as one sorted by time; the answers do not depend on how rows are cut into blocks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.threshold_rules import Rule
from streams.detection.columns import Floats, Wholes
from streams.detection.detector import Detector
from streams.detection.incidents import KINDS
from streams.detection.rules import RuleWatch
from streams.detection.table import TableRow
from streams.detection.tuning import Sensitivity

# Rows of a series in which a smaller distance than before still means that this is its step.
_STEP_ROWS: Final = 20
_STEPS_S: Final = (
    *(1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800),
    *(3600, 7200, 10800, 14400, 21600, 28800, 43200, 86400, 604800),
)


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What is said of one row; kind: "" where no incident is open."""

    score: float
    low: float
    high: float
    alert: bool
    kind: str


@dataclass(slots=True)
class _Place:
    """Where a series lives: its lane's step, its column there, and its last and first rows."""

    step_s: int = 0
    column: int = -1
    rows: int = 0
    last: TableRow | None = None


@dataclass(slots=True)
class _Stretch:
    """Rows of one series that go into one column. at: numbers in the block, -1 for an older row."""

    column: int
    rows: list[TableRow] = field(default_factory=list)
    at: list[int] = field(default_factory=list)


class Lanes:
    """The state of all series. sensitivity: None for rules alone."""

    def __init__(
        self,
        *,
        sensitivity: Sensitivity | None,
        rules: Sequence[Rule] = (),
        with_negative: bool,
    ) -> None:
        self._sensitivity = sensitivity
        self._rules = tuple(rules)
        self._with_negative = with_negative
        self._places: dict[str, _Place] = {}
        self._lanes: dict[int, _Lane] = {}

    @property
    def series(self) -> int:
        """How many series there have been."""
        return len(self._places)

    def steps_s(self) -> Counter[int]:
        """The steps that were found, in seconds, and how many series have them."""
        return Counter(place.step_s for place in self._places.values() if place.step_s)

    def judge(self, rows: Sequence[TableRow]) -> list[Answer]:
        """One answer a row, in order."""
        answers = [Answer(0.0, 0.0, row.value if row.value > 0 else 0.0, False, "") for row in rows]
        for step_s, stretches in self._stretches(rows).items():
            self._lanes[step_s].judge(stretches, answers)
        return answers

    def _stretches(self, rows: Sequence[TableRow]) -> dict[int, list[_Stretch]]:
        found: dict[tuple[int, int], _Stretch] = {}
        for number, row in enumerate(rows):
            place = self._places.get(row.series)
            if place is None:
                place = self._places[row.series] = _Place()
            if place.rows < _STEP_ROWS and place.last is not None:
                self._place(place, row.time_s - place.last.time_s, found)
            if place.step_s:
                key = (place.step_s, place.column)
                stretch = found.get(key)
                if stretch is None:
                    stretch = found[key] = _Stretch(place.column)
                stretch.rows.append(row)
                stretch.at.append(number)
            place.rows += 1
            place.last = row
        lanes: dict[int, list[_Stretch]] = {}
        for (step_s, _), stretch in found.items():
            lanes.setdefault(step_s, []).append(stretch)
        return lanes

    def _place(
        self, place: _Place, distance_s: int, found: dict[tuple[int, int], _Stretch]
    ) -> None:
        """Begin the series anew, with its last row, in the lane of a step that fits better."""
        step_s = _nearest_step(distance_s)
        if place.step_s and step_s >= place.step_s:
            return
        lane = self._lanes.get(step_s)
        if lane is None:
            lane = self._lanes[step_s] = self._new_lane(step_s)
        place.step_s, place.column = step_s, lane.add()
        assert place.last is not None
        found[step_s, place.column] = _Stretch(place.column, [place.last], [-1])

    def _new_lane(self, step_s: int) -> "_Lane":
        detector = (
            Detector(
                0,
                step_s=step_s,
                sensitivity=self._sensitivity,
                with_negative=self._with_negative,
            )
            if self._sensitivity is not None
            else None
        )
        return _Lane(detector, [RuleWatch(rule, series=0, step_s=step_s) for rule in self._rules])


class _Lane:
    """All series of one step."""

    def __init__(self, detector: Detector | None, watches: list[RuleWatch]) -> None:
        self.detector = detector
        self.watches = watches
        self._series = 0
        self._new = 0

    def add(self) -> int:
        """The column of one more series."""
        self._new += 1
        return self._series + self._new - 1

    def judge(self, stretches: list[_Stretch], answers: list[Answer]) -> None:
        """Work the stretches off, the n-th rows of all of them at once."""
        self._grow()
        stretches.sort(key=lambda stretch: -len(stretch.rows))
        lengths = np.array([len(stretch.rows) for stretch in stretches])
        times, posts, negative = _matrices(stretches, int(lengths[0]))
        columns = np.array([stretch.column for stretch in stretches])
        width, part = 0, self
        for number in range(int(lengths[0])):
            # The longest stretches come first, so those that go on are always the first ones.
            going = int(np.searchsorted(-lengths, -number))
            if going != width:
                if width:
                    self._put(columns[:width], part)
                width, part = going, self._take(columns[:going])
            told = part.step(times[number, :width], posts[number, :width], negative[number, :width])
            for stretch, answer in zip(stretches[:width], told, strict=True):
                at = stretch.at[number]
                if at >= 0:
                    answers[at] = answer
        self._put(columns[:width], part)

    def step(self, times: Wholes, posts: Floats, negative: Floats) -> list[Answer]:
        """One row of every series of the lane."""
        count = times.size
        alert, kind = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.int64)
        score, low, high = np.zeros(count), np.zeros(count), np.maximum(np.nan_to_num(posts), 0.0)
        if self.detector is not None:
            said = self.detector.step(times, posts, negative)
            score, low, high = said.score, said.low, said.high
            alert, kind = said.alert, said.kind
        for watch in self.watches:
            fresh = watch.step(times, posts, negative)
            kind = np.where(
                (fresh & ~alert) | ((kind == 0) & watch.incidents.open), watch.kind, kind
            )
            alert = alert | fresh
            score = np.where(fresh, np.maximum(score, 0.5), score)
        columns = zip(
            score.tolist(), low.tolist(), high.tolist(), alert.tolist(), kind.tolist(), strict=True
        )
        return [Answer(s, a, b, fired, KINDS[k]) for s, a, b, fired, k in columns]

    def _grow(self) -> None:
        for part in (self.detector, *self.watches):
            if part is not None and self._new:
                part.grow(self._new)
        self._series += self._new
        self._new = 0

    def _take(self, columns: Wholes) -> "_Lane":
        detector = self.detector.take(columns) if self.detector is not None else None
        return _Lane(detector, [watch.take(columns) for watch in self.watches])

    def _put(self, columns: Wholes, part: "_Lane") -> None:
        if self.detector is not None and part.detector is not None:
            self.detector.put(columns, part.detector)
        for watch, other in zip(self.watches, part.watches, strict=True):
            watch.put(columns, other)


def _matrices(stretches: Sequence[_Stretch], length: int) -> tuple[Wholes, Floats, Floats]:
    """Times, posts and negative ones, shape (rows, stretches); nothing past an end is read."""
    shape = (length, len(stretches))
    times: NDArray[np.int64] = np.zeros(shape, dtype=np.int64)
    posts, negative = np.full(shape, np.nan), np.full(shape, np.nan)
    for column, stretch in enumerate(stretches):
        rows, count = stretch.rows, len(stretch.rows)
        times[:count, column] = [row.time_s for row in rows]
        posts[:count, column] = [row.value for row in rows]
        negative[:count, column] = [row.negative for row in rows]
    return times, posts, negative


def _nearest_step(distance_s: int) -> int:
    nearest = min(_STEPS_S, key=lambda step_s: abs(step_s - distance_s))
    return nearest if abs(nearest - distance_s) <= 0.1 * nearest else distance_s
