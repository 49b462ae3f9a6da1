"""What happens every week at the same time: a memory of two weeks, by half-hour.

A show on Sunday evenings lifts the counts as a surge does. What was notably high at this time a
week ago is half expected now, and what was so twice is a schedule. Nothing is learned for the
baseline while something is expected, and the expectation only excuses a rise: it demands none.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from streams.detection.clock import HALF_HOURS_A_WEEK, Moment
from streams.detection.columns import Columns, Flags, Floats, Wholes, within
from streams.detection.tuning import Tuning

# Half-hours that wait before they are written, so that this week's do not excuse each other; and
# how far to both sides the memory is read: clocks change by an hour, twice a year.
_WAITING: Final = 3
_AROUND: Final = (-2, -1, 0, 1, 2)
_MOST: Final = 50.0


@dataclass(slots=True)
class Schedule(Columns):
    """The memory.

    last_week, week_before: how many times the expectation, shape (336, series), 1 where nothing was
    notable. waiting, waiting_at: not yet written, (3, series). half_hour: the present one, -1
    before the first row. peak, surprise: the highest within it. tolerance: how many times the mean
    is excused now. usual: posts a row at each half-hour of the last week, (336, series), NaN where
    not known. posts, rows: of the present half-hour, as far as they are believed.
    """

    last_week: NDArray[np.float32]
    week_before: NDArray[np.float32]
    waiting: Floats
    waiting_at: Wholes
    half_hour: Wholes
    peak: Floats
    surprise: Floats
    tolerance: Floats
    usual: NDArray[np.float32]
    rows: Floats
    posts: Floats

    @classmethod
    def empty(cls, series: int) -> Self:
        """Nothing seen yet."""
        return cls(
            last_week=np.ones((HALF_HOURS_A_WEEK, series), dtype=np.float32),
            week_before=np.ones((HALF_HOURS_A_WEEK, series), dtype=np.float32),
            waiting=np.full((_WAITING, series), np.nan),
            waiting_at=np.zeros((_WAITING, series), dtype=np.int64),
            half_hour=np.full(series, -1),
            peak=np.zeros(series),
            surprise=np.zeros(series),
            tolerance=np.ones(series),
            usual=np.full((HALF_HOURS_A_WEEK, series), np.nan, dtype=np.float32),
            rows=np.zeros(series),
            posts=np.zeros(series),
        )

    def roll(self, moment: Moment, tuning: Tuning) -> None:
        """Close the half-hour where a new one has begun; read what is excused in the new one."""
        chosen = np.flatnonzero(moment.half_hour != self.half_hour)
        if not chosen.size:
            return
        self._write(chosen, tuning)
        self._write_usual(chosen)
        self.half_hour[chosen] = moment.half_hour[chosen]
        around = (moment.half_hour[chosen] + np.array(_AROUND)[:, None]) % HALF_HOURS_A_WEEK
        last, before = self.last_week[around, chosen], self.week_before[around, chosen]
        twice, once = np.minimum(last, before).max(0), np.maximum(last, before).max(0)
        excused_once = once**tuning.once_power * tuning.once_margin
        notable = self.last_week[:, chosen] > tuning.notable_ratio
        often = (notable & ~np.roll(notable, 1, axis=0)).sum(0) > tuning.once_most
        stretch = np.arange(-tuning.once_longest, tuning.once_longest + 1)[:, None]
        nearby = (moment.half_hour[chosen] + stretch) % HALF_HOURS_A_WEEK
        lasting = notable[nearby, np.arange(chosen.size)].sum(0) > tuning.once_longest
        is_once = (once > tuning.notable_ratio) & ~often & ~lasting
        tolerance = np.where(is_once, excused_once, 1.0)
        scheduled = twice > tuning.notable_ratio
        self.tolerance[chosen] = np.where(scheduled, twice * tuning.schedule_margin, tolerance)

    def note(self, ratio: Floats, surprise: Floats) -> None:
        """How many times the expectation the row's window holds, and how surprising it is."""
        self.peak = np.maximum(self.peak, ratio)
        self.surprise = np.maximum(self.surprise, surprise)

    def count(self, posts: Floats, known: Flags) -> None:
        """Take in one row's posts, as many as are believed of them."""
        self.posts += np.where(known, posts, 0.0)
        self.rows += known

    def a_week_ago(self, moment: Moment, mean: Floats, *, prior: float, tuning: Tuning) -> Floats:
        """How many times the mean came at this time of the last week, 1 if not more or not known.

        Until the weekdays are learned, Monday's return is known from the Monday before. prior:
        posts a row that both are thought to have besides, so that small counts say little.
        """
        columns = np.arange(self.half_hour.size)
        usual = self.usual[moment.half_hour, columns].astype(np.float64)
        times = np.nan_to_num((usual + prior) / (mean + prior), nan=1.0)
        return within(times, 1.0, tuning.week_ago_most)

    def _write_usual(self, chosen: Wholes) -> None:
        at = self.half_hour[chosen]
        written = (at >= 0) & (self.rows[chosen] > 0)
        columns, rows = chosen[written], at[written]
        self.usual[rows, columns] = self.posts[columns] / self.rows[columns]
        self.posts[chosen] = 0.0
        self.rows[chosen] = 0.0

    def _write(self, chosen: Wholes, tuning: Tuning) -> None:
        ripe, at = self.waiting[-1, chosen], self.waiting_at[-1, chosen]
        written = ~np.isnan(ripe)
        columns, rows = chosen[written], at[written]
        self.week_before[rows, columns] = self.last_week[rows, columns]
        self.last_week[rows, columns] = ripe[written]
        notable = self.surprise[chosen] > tuning.notable_nats
        ratio = np.where(notable, np.minimum(self.peak[chosen], _MOST), 1.0)
        seen = (self.half_hour[chosen] >= 0) & (self.peak[chosen] > 0)
        self.waiting[1:, chosen] = self.waiting[:-1, chosen]
        self.waiting_at[1:, chosen] = self.waiting_at[:-1, chosen]
        self.waiting[0, chosen] = np.where(seen, ratio, np.nan)
        self.waiting_at[0, chosen] = np.maximum(self.half_hour[chosen], 0)
        self.peak[chosen] = 0.0
        self.surprise[chosen] = 0.0
