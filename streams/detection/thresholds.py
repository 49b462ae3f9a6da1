"""From surprise to alert: each series' own thresholds, as return periods, and the two witnesses.

One witness alone (surprise against the season) has to be very rare for the series. Two witnesses
may each be less so: sharp against the season, and sustained against the level of the week. In a
series that is wild, one witness alone is believed half as much while the other one sees nothing.
"""

from typing import Final

import numpy as np

from streams.detection.clock import Moment
from streams.detection.columns import Columns, Flags, Floats, within
from streams.detection.return_period import BlockMaxima, Prior
from streams.detection.tuning import Tuning

_LEAST_SHARP_DAYS: Final = 1.0
_LEAST_WEEK_DAYS: Final = 1.5
# The week's level is exceeded every day; below this no excess of it means anything.
_LEAST_EXCESS: Final = 0.1


class Thresholds:
    """Statistics over their thresholds: of each window, of the rises, and of silence.

    return_days: an undisturbed series reaches the threshold of one statistic once in so many days.
    """

    def __init__(
        self, *, series: int, rows_a_day: float, return_days: float, tuning: Tuning
    ) -> None:
        self._rows_a_day = rows_a_day
        self._return_days = return_days
        self._tuning = tuning
        windows = tuning.windows_min + tuning.windows_min[: tuning.rise_windows]
        scales = np.log(1440.0 / np.array(windows)) + tuning.prior_extra
        self._prior = Prior(
            location=np.append(scales, tuning.silence_prior)[:, None],
            scale=tuning.prior_scale,
            least_scale=tuning.least_scale,
            heavy_from=tuning.heavy_from_nats,
            blocks_a_day=tuning.blocks_a_day,
        )
        self._week_prior = Prior(
            location=np.array([[tuning.week_location]]),
            scale=tuning.week_scale,
            least_scale=0.1,
            heavy_from=np.inf,
        )
        days = tuning.memory_days
        self.maxima = BlockMaxima.empty(prior=self._prior, days=days, series=series)
        self.week_maxima = BlockMaxima.empty(prior=self._week_prior, days=days, series=series)

    def over(self, surprise: Floats, excess: Floats, *, often: Floats) -> Floats:
        """Each statistic over its threshold, shape (statistics, series); above 1 is an alert.

        surprise: shape (statistics, series), the windows first, silence last. excess: over the
        week's level, a logarithm. often: incidents of late; who cries often is believed less.
        """
        tuning, days, windows = self._tuning, self._return_days, len(self._tuning.windows_min)
        over = surprise / (self._alone() * (1.0 + tuning.often_raises * often))
        week = self.week_maxima.level(tuning.wild_days, self._week_prior)[0]
        over[:-1] /= 1.0 + tuning.wild_raises * self._wildness() * (excess < week)
        sharp = self.maxima.level(max(_LEAST_SHARP_DAYS, days * tuning.sharp_share), self._prior)
        sharp = np.maximum(sharp, tuning.least_nats)
        week_days = max(_LEAST_WEEK_DAYS, days * tuning.week_share)
        lasting = self.week_maxima.level(week_days, self._week_prior)[0]
        lasting = np.maximum(lasting, _LEAST_EXCESS)
        agreed = np.minimum(surprise[:windows] / sharp[:windows], excess / lasting)
        over[:windows] = np.maximum(over[:windows], agreed)
        return over

    def note(  # noqa: PLR0913 - the row, and three ways to count it
        self,
        moment: Moment,
        surprise: Floats,
        excess: Floats,
        *,
        known: Flags,
        counted: Flags,
        warm: Flags,
    ) -> None:
        """Take in one row.

        warm: the series is known a little. counted: the row is not within an incident. The one that
        opens it is counted, or bursts that always alert would stay unheard of.
        """
        if (self._prior.block(moment) != self.maxima.block).any():
            self._roll(moment, excess)
        self.maxima.note(surprise, known, counted)
        # A block in which nothing was counted has no maximum, not one of minus infinity.
        self.week_maxima.note(excess[None], known & warm, known & warm)

    def _roll(self, moment: Moment, excess: Floats) -> None:
        tuning = self._tuning
        limit = tuning.beyond_times * self._alone() + tuning.beyond_nats
        self.maxima.roll(moment, limit, self._prior, rows_a_day=self._rows_a_day, tuning=tuning)
        self.week_maxima.roll(
            moment,
            np.full_like(excess[None], np.inf),
            self._week_prior,
            rows_a_day=self._rows_a_day,
            tuning=tuning,
        )

    def _wildness(self) -> Floats:
        """0 where a block's highest surprise varies as chance has it, 1 where far more."""
        tuning = self._tuning
        scale = self.maxima.scale[tuning.windows_min.index(tuning.week_window_min)]
        return within((scale - tuning.tame_nats) / tuning.wild_nats, 0.0, 1.0)

    def _alone(self) -> Floats:
        level = self.maxima.level(self._return_days, self._prior)
        return np.maximum(level, self._tuning.least_nats)

    def parts(self) -> dict[str, Columns]:
        """The state, by name."""
        return {"thresholds.maxima": self.maxima, "thresholds.week_maxima": self.week_maxima}

    def restore(self, parts: dict[str, Columns]) -> None:
        """Take the state from parts as `parts` gives them."""
        for name in self.parts():
            setattr(self, name.partition(".")[2], parts[name])
