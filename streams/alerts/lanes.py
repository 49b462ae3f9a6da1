"""Detectors and rules, each over the series that it is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from schemas.alert import SeriesName
from schemas.alert_rules import WatchedRule
from streams.detection.columns import Columns, PackedArray, Wholes
from streams.detection.detector import Detector
from streams.detection.rules import RuleWatch
from streams.detection.stored import pack_detector, unpack_detector
from streams.detection.tuning import Sensitivity

Parts = dict[str, dict[str, PackedArray]]


@dataclass(slots=True)
class DetectorLane:
    """The series of one sensitivity. rows: which of the watch's series, one a column."""

    rows: Wholes
    detector: Detector

    @classmethod
    def empty(cls, sensitivity: Sensitivity) -> "DetectorLane":
        """No series yet."""
        return cls(np.zeros(0, dtype=np.int64), Detector(0, sensitivity=sensitivity))

    def add(self, rows: Sequence[int]) -> None:
        """Watch these, too."""
        if rows:
            self.rows = np.append(self.rows, np.array(rows, dtype=np.int64))
            self.detector.grow(len(rows))

    def kept(self, places: Mapping[int, int]) -> "DetectorLane":
        """With only the rows that have a new place."""
        columns = np.array([i for i, row in enumerate(self.rows.tolist()) if row in places], int)
        rows = np.array([places[int(self.rows[column])] for column in columns], dtype=np.int64)
        return DetectorLane(rows, self.detector.take(columns))


@dataclass(slots=True)
class RuleLane:
    """The series of one rule. rows: which of the watch's series, one a column."""

    rule: WatchedRule
    rows: Wholes
    watch: RuleWatch

    @classmethod
    def empty(cls, rule: WatchedRule) -> "RuleLane":
        """No series yet."""
        watch = RuleWatch(rule.rule, series=0, step_s=60)
        return cls(rule, np.zeros(0, dtype=np.int64), watch)

    def covers(self, name: SeriesName) -> bool:
        """Whether the rule is for that series."""
        rule = self.rule
        return (rule.topic, rule.lang, rule.product) == (
            name.topic,
            name.lang,
            name.product,
        ) and rule.brand in {"", name.brand}

    def add(self, rows: Sequence[int]) -> None:
        """Watch these, too."""
        if rows:
            self.rows = np.append(self.rows, np.array(rows, dtype=np.int64))
            self.watch.grow(len(rows))

    def kept(self, places: Mapping[int, int]) -> "RuleLane":
        """With only the rows that have a new place."""
        columns = np.array([i for i, row in enumerate(self.rows.tolist()) if row in places], int)
        rows = np.array([places[int(self.rows[column])] for column in columns], dtype=np.int64)
        return RuleLane(self.rule, rows, self.watch.take(columns))


class LaneState(msgspec.Struct, frozen=True):
    """A detector lane as stored."""

    sensitivity: str
    rows: list[int]
    detector: bytes


class RuleState(msgspec.Struct, frozen=True):
    """A rule lane as stored; scope: brand, topic, lang, product."""

    text: str
    scope: tuple[str, str, str, str]
    rows: list[int]
    parts: Parts


def packed(parts: Mapping[str, Columns]) -> Parts:
    """Parts of columns, for storage."""
    return {name: part.pack() for name, part in parts.items()}


def unpacked(stored: Parts, like: Mapping[str, Columns]) -> dict[str, Any]:
    """The inverse of `packed`; like: parts of the same types. Raises KeyError or ValueError."""
    return {name: type(part).unpack(stored[name]) for name, part in like.items()}


def detector_state(lane: DetectorLane) -> LaneState:
    """For a snapshot."""
    return LaneState(
        lane.detector.sensitivity.value, lane.rows.tolist(), pack_detector(lane.detector)
    )


def rule_state(lane: RuleLane) -> RuleState:
    """For a snapshot."""
    rule = lane.rule
    scope = (rule.brand, rule.topic, rule.lang, rule.product)
    return RuleState(rule.text, scope, lane.rows.tolist(), packed(lane.watch.parts()))


def refill(lane: DetectorLane, states: Sequence[LaneState], was: Mapping[int, int]) -> None:
    """Give the lane's series the state that they had, whatever sensitivity they had then.

    was: the lane's row to its row in the states. Raises ValueError for states of another version.
    """
    for state in states:
        column_of = {row: column for column, row in enumerate(state.rows)}
        pairs = [
            (column, column_of[was[row]])
            for column, row in enumerate(lane.rows.tolist())
            if row in was and was[row] in column_of
        ]
        if pairs:
            old = unpack_detector(state.detector)
            new, columns = np.array(pairs, dtype=np.int64).T
            lane.detector.put(new, old.take(columns))


def refill_rule(lane: RuleLane, states: Sequence[RuleState], was: Mapping[int, int]) -> None:
    """The same for a rule that stood in the watchlist before."""
    rule = lane.rule
    for state in states:
        if (state.text, state.scope) != (
            rule.text,
            (rule.brand, rule.topic, rule.lang, rule.product),
        ):
            continue
        column_of = {row: column for column, row in enumerate(state.rows)}
        pairs = [
            (column, column_of[was[row]])
            for column, row in enumerate(lane.rows.tolist())
            if row in was and was[row] in column_of
        ]
        if pairs:
            old = lane.watch.sibling(0)
            old.restore(unpacked(state.parts, old.parts()))
            new, columns = np.array(pairs, dtype=np.int64).T
            lane.watch.put(new, old.take(columns))
