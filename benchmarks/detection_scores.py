"""What alerts on planted surges are worth: pure functions from alerts to figures."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from streams.detection.simulation import MINUTES_A_WEEK, SimulatedSeries, Surge

# An alert this long after a surge's end still tells of it; a disturbance this near may be to blame.
GRACE_MIN: Final = 60


@dataclass(frozen=True, slots=True)
class PlantedAlert:
    """An incident that opened: the series' number, its minute, and volume, negative or silence."""

    series: int
    minute: int
    kind: str


@dataclass(frozen=True, slots=True)
class Find:
    """A planted surge and its first alert. base: posts a minute. alert: None where it was missed.

    repeats: further alerts of the same surge.
    """

    base: float
    surge: Surge
    alert: PlantedAlert | None
    repeats: int

    @property
    def delay_min(self) -> int | None:
        """Minutes after an ideal observer was sure, below 0 when earlier; None where missed."""
        return None if self.alert is None else self.alert.minute - self.surge.sure


@dataclass(frozen=True, slots=True)
class FalseAlert:
    """An alert of nothing that was planted. near: the kinds of disturbance around it."""

    base: float
    alert: PlantedAlert
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Finds and false alerts in so many weeks of series."""

    finds: tuple[Find, ...]
    false: tuple[FalseAlert, ...]
    weeks: float

    @property
    def hits(self) -> int:
        """Surges found."""
        return sum(find.alert is not None for find in self.finds)

    @property
    def recall(self) -> float:
        """Share of the surges that were found; NaN of none."""
        return self.hits / len(self.finds) if self.finds else math.nan

    @property
    def false_a_week(self) -> float:
        """False alerts a series-week; NaN of no time."""
        return len(self.false) / self.weeks if self.weeks else math.nan

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision, a surge with its repeats counting once."""
        missed = len(self.finds) - self.hits
        counted = 2 * self.hits + missed + len(self.false)
        return 2 * self.hits / counted if counted else math.nan

    @property
    def kind_right(self) -> float:
        """Share of the found surges that were called what they are; NaN of none."""
        right = [
            find.alert.kind == find.surge.kind for find in self.finds if find.alert is not None
        ]
        return sum(right) / len(right) if right else math.nan

    @property
    def repeats(self) -> int:
        """Alerts of surges that had been told of already."""
        return sum(find.repeats for find in self.finds)

    def delay_min(self, quantile: float) -> float:
        """That quantile of the delays of the found surges, in minutes; NaN of none."""
        delays = [find.delay_min for find in self.finds if find.delay_min is not None]
        return float(np.quantile(delays, quantile)) if delays else math.nan

    def told_within(self, minutes: int) -> float:
        """Share of all surges, missed ones too, told so soon after an ideal observer was sure."""
        soon = [find.delay_min is not None and find.delay_min <= minutes for find in self.finds]
        return sum(soon) / len(soon) if soon else math.nan


def judge_alerts(series: Sequence[SimulatedSeries], alerts: Iterable[PlantedAlert]) -> Outcome:
    """Which surges the alerts found and which alerts are false."""
    of: list[list[PlantedAlert]] = [[] for _ in series]
    for alert in alerts:
        of[alert.series].append(alert)
    finds: list[Find] = []
    false: list[FalseAlert] = []
    for one, mine in zip(series, of, strict=True):
        told: set[PlantedAlert] = set()
        for surge in one.surges:
            its = sorted(
                (a for a in mine if surge.start <= a.minute < surge.end + GRACE_MIN),
                key=lambda alert: alert.minute,
            )
            told.update(its)
            finds.append(Find(one.base, surge, its[0] if its else None, max(0, len(its) - 1)))
        false.extend(
            FalseAlert(one.base, alert, _near(one, alert.minute))
            for alert in mine
            if alert not in told
        )
    weeks = sum(one.posts.size for one in series) / MINUTES_A_WEEK
    return Outcome(tuple(finds), tuple(false), weeks)


def by_base(outcome: Outcome, series: Sequence[SimulatedSeries]) -> dict[str, Outcome]:
    """The outcome of each decade of the base rate."""
    decades = sorted({_decade(one.base) for one in series})
    return {
        f"{10.0**decade:g} to {10.0 ** (decade + 1):g} a minute": Outcome(
            tuple(find for find in outcome.finds if _decade(find.base) == decade),
            tuple(alert for alert in outcome.false if _decade(alert.base) == decade),
            sum(one.posts.size for one in series if _decade(one.base) == decade) / MINUTES_A_WEEK,
        )
        for decade in decades
    }


def by_shape(outcome: Outcome) -> dict[str, Outcome]:
    """The surges of each shape; false alerts have none."""
    shapes = sorted({find.surge.shape for find in outcome.finds})
    return {
        str(shape): Outcome(tuple(f for f in outcome.finds if f.surge.shape == shape), (), 0.0)
        for shape in shapes
    }


def of_volume(outcome: Outcome) -> Outcome:
    """Without the turns of the share of negative posts, and without false alerts of any."""
    return Outcome(
        tuple(find for find in outcome.finds if find.surge.kind == "volume"),
        tuple(false for false in outcome.false if false.alert.kind == "volume"),
        outcome.weeks,
    )


def by_age(outcome: Outcome, series: Sequence[SimulatedSeries]) -> dict[str, Outcome]:
    """The first week, in which a detector learns, and the rest."""
    first_weeks = sum(min(one.posts.size, MINUTES_A_WEEK) for one in series) / MINUTES_A_WEEK

    def of(chosen: Callable[[int], bool], weeks: float) -> Outcome:
        return Outcome(
            tuple(find for find in outcome.finds if chosen(find.surge.start)),
            tuple(alert for alert in outcome.false if chosen(alert.alert.minute)),
            weeks,
        )

    return {
        "first week": of(lambda minute: minute < MINUTES_A_WEEK, first_weeks),
        "later": of(lambda minute: minute >= MINUTES_A_WEEK, outcome.weeks - first_weeks),
    }


def _decade(base: float) -> int:
    # A hair above, so that the last of evenly spread rates is where its rounded number is.
    return math.floor(math.log10(base) + 1e-9)


def _near(series: SimulatedSeries, minute: int) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                disturbance.kind
                for disturbance in series.disturbances
                if disturbance.start - GRACE_MIN <= minute <= disturbance.end + GRACE_MIN
            }
        )
    )
