"""Whether a series' day runs an hour early or late, as it does where clocks have changed.

People live by their clocks. Twice a year a brand's morning comes an hour earlier or later than the
day before, and where mornings are steep that is twice the posts for an hour, of every brand of a
country at once. So the season an hour on and an hour back are held against each half-hour too, as
in Wald's sequential test (1945), from nought up (Page 1954): what fits far better is believed, and
excuses as many posts as are usual then. It never expects any.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from streams.detection.baseline import Expectation
from streams.detection.clock import Moment
from streams.detection.columns import Columns, Flags, Floats, Wholes, within
from streams.detection.tuning import Tuning

# What is thought of the unrest before anything is known, and how far one half-hour moves the trend.
_UNREST: Final = 0.04
_STEP: Final = 0.02


@dataclass(slots=True)
class ClockChange(Columns):
    """What is known of it.

    half_hour: the present one, -1 before the first row. posts: seen in it. due: expected of it now,
    an hour early and an hour late, (3, series), but for what the last hours tell. trend: logarithm
    of a half-hour's posts by expectation, unrest: its variance. evidence: nats for early and for
    late, (2, series).
    """

    half_hour: Wholes
    posts: Floats
    due: Floats
    trend: Floats
    unrest: Floats
    evidence: Floats

    @classmethod
    def empty(cls, series: int) -> Self:
        """Nothing seen yet."""
        return cls(
            half_hour=np.full(series, -1),
            posts=np.zeros(series),
            due=np.zeros((3, series)),
            trend=np.zeros(series),
            unrest=np.full(series, _UNREST),
            evidence=np.zeros((2, series)),
        )

    def excused(self, expected: Expectation, tuning: Tuning) -> Floats:
        """How many times the mean is usual where the clocks are believed to have changed, else 1.

        Where half-hours hardly keep to the season at all, its hours tell nothing.
        """
        moved = (self.evidence >= tuning.clock_believed) & (self.unrest <= tuning.clock_calm)
        return np.asarray(np.where(moved, expected.hour_off, 1.0).max(0))

    def note(
        self, moment: Moment, posts: Floats, expected: Expectation, told: Flags, tuning: Tuning
    ) -> None:
        """Take in one row. told: it is known, and so is the season."""
        begun = np.flatnonzero(moment.half_hour != self.half_hour)
        if begun.size:
            self._close(begun[self.due[0, begun] > 0], tuning)
            self.half_hour[begun] = moment.half_hour[begun]
        self.posts += np.where(told, posts, 0.0)
        due = np.where(told, expected.base, 0.0)
        self.due += np.concatenate((due[None], due * expected.hour_off))

    def _close(self, chosen: Wholes, tuning: Tuning) -> None:
        """Weigh the half-hour that has ended in the chosen series."""
        posts, due = self.posts[chosen], self.due[:, chosen]
        trend, unrest = self.trend[chosen], self.unrest[chosen]
        off = np.log((posts + tuning.clock_posts) / (due + tuning.clock_posts)) - trend
        spread = 1.0 / (posts + tuning.clock_posts) + np.maximum(unrest, tuning.clock_unrest)
        nats = (off[0] ** 2 - off[1:] ** 2) / (2.0 * spread)
        evidence = self.evidence[:, chosen] + within(nats, -tuning.clock_nats, tuning.clock_nats)
        self.evidence[:, chosen] = within(evidence, 0.0, tuning.clock_most)
        early, late = evidence >= tuning.clock_believed
        best = np.where(early, off[1], np.where(late, off[2], off[0]))
        self.trend[chosen] += within(tuning.clock_learns * best, -_STEP, _STEP)
        self.unrest[chosen] += tuning.clock_learns * (best**2 - unrest)
        self.posts[chosen] = 0.0
        self.due[:, chosen] = 0.0
