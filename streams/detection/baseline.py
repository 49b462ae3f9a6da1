"""How many posts to expect: level x time of day x weekday x the last hours.

Every factor is the ratio of two exponentially forgotten sums, posts seen over posts expected with
that factor left out. So a minute counts for what it can tell: a ratio of sums is the best estimate
for Poisson counts, and is as good at 0.05 posts a minute as at 2,000.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from streams.detection.clock import Moment
from streams.detection.columns import Columns, Flags, Floats, Wholes
from streams.detection.tuning import Tuning

_LN2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the baseline expects of one row, shape (series,) each.

    mean: posts. doubt: relative variance of the mean, for lack of experience. midnight: how many
    times higher the mean would be, were the weekday already (or still) the other one. hour_off: how
    many times higher, were the day an hour early and an hour late, shape (2, series).
    """

    mean: Floats
    doubt: Floats
    midnight: Floats
    hour_off: Floats
    level: Floats
    base: Floats
    season: Floats
    weekday: Floats
    unit: Floats
    young: Flags


@dataclass(slots=True)
class Baseline(Columns):
    """What was learned of each series; `_seen` and `_due` are the two sums of each ratio.

    hours: shape (24, series); days: (7, series); all else (series,). rows: known rows so far.
    gap_h: hours of which nothing is known, forgotten as rows come in.
    """

    level_seen: Floats
    level_due: Floats
    fast_seen: Floats
    fast_due: Floats
    week_seen: Floats
    week_due: Floats
    hours_seen: Floats
    hours_due: Floats
    days_seen: Floats
    days_due: Floats
    rows: Floats
    gap_h: Floats

    @classmethod
    def empty(cls, series: int) -> Self:
        """Nothing seen yet."""
        one = {"hours_seen": 24, "hours_due": 24, "days_seen": 7, "days_due": 7}
        return cls(
            **{
                name: np.zeros((one[name], series) if name in one else series)
                for name in cls.__dataclass_fields__
            }
        )

    def expect(self, moment: Moment, *, rows_a_day: float, tuning: Tuning) -> Expectation:
        """The next row's expectation."""
        columns = np.arange(self.rows.size)
        young = self.rows < tuning.absolute_days * rows_a_day
        unit = self._unit(young)
        hours_due = self.hours_due * unit
        before, early, late, after = (
            self._ratio(self.hours_seen, hours_due, tuning.hour_prior, at % 24)
            for at in (moment.hour - 1, moment.hour, moment.next_hour, moment.next_hour + 1)
        )
        share = moment.hour_share
        season = _between(early, late, share)
        an_hour_on, an_hour_back = _between(late, after, share), _between(before, early, share)
        today, tomorrow = (
            self._ratio(self.days_seen, self.days_due, tuning.weekday_prior, at)
            for at in (moment.weekday, moment.next_weekday)
        )
        turn = moment.weekday_share
        weekday = _between(today, tomorrow, turn)
        level = (self.level_seen + 0.02) / (self.level_due + 0.05)
        base = level * season * weekday
        highest = np.where(moment.near_midnight, np.maximum(today, tomorrow) / weekday, 1.0)
        hour_due = _between(
            hours_due[moment.hour, columns], hours_due[moment.next_hour, columns], share
        )
        days_due = _between(
            self.days_due[moment.weekday, columns],
            self.days_due[moment.next_weekday, columns],
            turn,
        )
        doubt = (
            1.0 / (tuning.hour_prior + hour_due)
            + 1.0 / (tuning.weekday_prior + 12.0 + days_due)
            + (tuning.timing_h * np.log(late / early)) ** 2
            + 1.0 / (self.level_seen + 1.0)
            + tuning.gap_doubt * (1.0 - np.exp(-self.gap_h / 3.0))
        )
        return Expectation(
            mean=base * self._fast(tuning),
            doubt=doubt,
            midnight=np.maximum(highest, 1.0),
            hour_off=np.stack((an_hour_on, an_hour_back)) / season,
            level=level,
            base=base,
            season=season,
            weekday=weekday,
            unit=unit,
            young=young,
        )

    def week_level(self) -> Floats:
        """Posts a row over about a week, whatever the hour."""
        return (self.week_seen + 0.02) / (self.week_due + 0.05)

    def learn(  # noqa: PLR0913 - the row, how far to believe it, and the settings
        self,
        moment: Moment,
        expected: Expectation,
        posts: Floats,
        weight: Floats,
        *,
        quick: Floats,
        rows_a_day: float,
        tuning: Tuning,
    ) -> None:
        """Take in one row of posts, already clipped.

        weight: 0 to 1, how far the row is to be believed. quick: the same for the last hours.
        """
        forget = _forget(tuning.level_half_life_days * rows_a_day, weight)
        self.level_seen = forget * self.level_seen + weight * posts
        self.level_due = forget * self.level_due + weight * expected.season * expected.weekday
        forget = _forget(tuning.fast_half_life_h * rows_a_day / 24.0, quick)
        self.fast_seen = forget * self.fast_seen + quick * posts
        self.fast_due = forget * self.fast_due + quick * expected.base
        week = self.week_level()
        forget = _forget(tuning.week_half_life_days * rows_a_day, weight)
        self.week_seen = forget * self.week_seen + weight * posts
        self.week_due = forget * self.week_due + weight
        # At first the mean is a guess: a loud series' first row would outweigh days of later ones.
        least = np.where(expected.young, self.week_level(), 0.0)
        self._learn_hours(
            moment,
            expected,
            posts,
            weight,
            rate=np.maximum(expected.mean, least),
            rows_a_day=rows_a_day,
            tuning=tuning,
        )
        due = week * expected.season
        a_day = np.maximum(expected.base, least) * rows_a_day
        self._learn_days(
            moment, posts, weight, due=due, a_day=a_day, rows_a_day=rows_a_day, tuning=tuning
        )

    def _learn_hours(  # noqa: PLR0913 - the row, how far to believe it, and the settings
        self,
        moment: Moment,
        expected: Expectation,
        posts: Floats,
        weight: Floats,
        *,
        rate: Floats,
        rows_a_day: float,
        tuning: Tuning,
    ) -> None:
        columns = np.arange(self.rows.size)
        # An hour of many posts is no better a witness than its own unrest allows.
        worth = weight / (1.0 + tuning.hour_dispersion * rate * rows_a_day / 24.0)
        due = np.where(expected.young, 1.0, expected.level * expected.weekday)
        forgotten = _LN2 / (tuning.season_half_life_days * max(1.0, rows_a_day / 24.0))
        shares = ((moment.hour, 1 - moment.hour_share), (moment.next_hour, moment.hour_share))
        for at, share in shares:
            keep = 1.0 - forgotten * share * weight
            self.hours_seen[at, columns] = (
                keep * self.hours_seen[at, columns] + share * worth * posts
            )
            self.hours_due[at, columns] = keep * self.hours_due[at, columns] + share * worth * due

    def _learn_days(  # noqa: PLR0913 - the row, how far to believe it, and the settings
        self,
        moment: Moment,
        posts: Floats,
        weight: Floats,
        *,
        due: Floats,
        a_day: Floats,
        rows_a_day: float,
        tuning: Tuning,
    ) -> None:
        columns = np.arange(self.rows.size)
        worth = weight / (1.0 + tuning.day_dispersion * a_day)
        rate = _LN2 / (tuning.weekday_half_life_days / 7.0 * rows_a_day)
        shares = (
            (moment.weekday, 1 - moment.weekday_share),
            (moment.next_weekday, moment.weekday_share),
        )
        for at, share in shares:
            keep = 1.0 - rate * share * weight
            self.days_seen[at, columns] = keep * self.days_seen[at, columns] + share * worth * posts
            self.days_due[at, columns] = keep * self.days_due[at, columns] + share * worth * due

    def age(self, expected: Expectation, known: Flags, *, row_h: float, tuning: Tuning) -> None:
        """Count the row, and let what the hours learned in absolute counts become ratios."""
        self.rows += known
        grown = expected.young & (self.rows * row_h >= tuning.absolute_days * 24.0)
        if grown.any():
            self.hours_due = np.where(grown, self.hours_due * expected.unit, self.hours_due)
        fresh = self.gap_h * 2.0 ** (-row_h / tuning.gap_half_life_h)
        self.gap_h = np.where(known, fresh, np.minimum(self.gap_h + row_h, 12.0))

    def adopt(self, chosen: Flags, times: Floats, *, rows_a_day: float) -> None:
        """Make `times` the old level the new one, and hold it loosely."""
        level = (self.level_seen + 0.02) / (self.level_due + 0.05)
        due = np.minimum(self.level_due, 0.1 * rows_a_day)
        self.level_due = np.where(chosen, due, self.level_due)
        self.level_seen = np.where(chosen, level * times * due, self.level_seen)

    def forget_last_hours(self, chosen: Flags) -> None:
        """After an incident: the last hours told nothing about the usual."""
        self.fast_seen = np.where(chosen, self.fast_due, self.fast_seen)
        self.gap_h = np.where(chosen, np.maximum(self.gap_h, 3.0), self.gap_h)

    def _fast(self, tuning: Tuning) -> Floats:
        pull = tuning.fast_pull * self.fast_due + tuning.fast_prior
        return np.minimum((self.fast_seen + pull) / (self.fast_due + pull), tuning.fast_most)

    def _unit(self, young: Flags) -> Floats:
        if not young.any():
            return np.ones_like(self.rows)
        visited = self.hours_due > 0
        rates = np.where(
            visited, (self.hours_seen + 0.02) / np.where(visited, self.hours_due, 1), 0
        )
        # Added up in order: `sum` would round otherwise where a series is alone.
        mean = rates.cumsum(0)[-1] / np.maximum(visited.sum(0), 1)
        return np.where(young & visited.any(0), np.maximum(mean, 1e-6), 1.0)

    @staticmethod
    def _ratio(seen: Floats, due: Floats, prior: float, at: Wholes) -> Floats:
        columns = np.arange(at.size)
        return np.asarray((seen[at, columns] + prior) / (due[at, columns] + prior))


def _between(first: Floats, second: Floats, share: Floats) -> Floats:
    """On the way from the first to the second. share: of the way, 0 to 1."""
    return np.asarray(first * (1 - share) + second * share)


def _forget(half_life_rows: float, weight: Floats) -> Floats:
    return np.asarray(1.0 - (1.0 - 2.0 ** (-1.0 / half_life_rows)) * weight)
