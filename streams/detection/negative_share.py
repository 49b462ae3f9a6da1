"""Whether the share of negative posts has turned, as an overdispersed binomial.

The share to expect is a ratio of sums: negative posts over posts. The caller may weigh a minute's
posts by how negative their languages usually are (`LanguageMix`); without that every post counts
alike. A minute's say is limited as for the volume: one bot is no mood.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from streams.detection.clock import Moment
from streams.detection.columns import Columns, Flags, Floats, Wholes, within
from streams.detection.dispersion import Dispersion
from streams.detection.incidents import NEGATIVE, Incidents
from streams.detection.return_period import BlockMaxima, Prior
from streams.detection.rolling import RollingSums
from streams.detection.tails import share_surprise
from streams.detection.tuning import Tuning

_LEAST_CORRELATION = 1e-4
_MOST_CORRELATION = 0.5


@dataclass(slots=True)
class ShareSums(Columns):
    """Negative posts seen and due, shape (series,)."""

    seen: Floats
    due: Floats

    @classmethod
    def empty(cls, series: int) -> Self:
        """Nothing seen yet."""
        return cls(np.zeros(series), np.zeros(series))


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One row of the share, shape (series,) each; posts and negative after the cap on a minute.

    known: posts and negative ones are known. usual: posts weighed for this mix of
    languages. free: no volume incident is open or has just ended. warm: seen long enough.
    """

    time_s: Wholes
    posts: Floats
    negative: Floats
    usual: Floats
    known: Flags
    free: Flags
    warm: Flags


class NegativeShare:
    """The state of the share of every series, and its step."""

    def __init__(self, *, series: int, row_min: float, rows_a_day: float, tuning: Tuning) -> None:
        self._tuning = tuning
        self._row_min = row_min
        self._rows_a_day = rows_a_day
        scales = tuning.share_windows_min
        lengths = [max(1, round(minutes / max(1.0, row_min))) for minutes in scales]
        self.prior = Prior(
            location=np.log(1440.0 / np.array(scales))[:, None] + tuning.prior_extra,
            scale=tuning.prior_scale,
            least_scale=tuning.least_scale,
            heavy_from=tuning.share_heavy_from_nats,
        )
        self.sums = ShareSums.empty(series)
        self.windows = RollingSums.empty(channels=4, lengths=lengths, series=series)
        self.correlation = Dispersion.empty(scales=len(scales), series=series)
        self.maxima = BlockMaxima.empty(prior=self.prior, days=tuning.memory_days, series=series)
        self.incidents = Incidents.empty(series)

    def step(self, row: ShareRow, moment: Moment, *, return_days: float) -> tuple[Flags, Floats]:
        """Which series open an incident, and each one's surprise over its threshold."""
        tuning = self._tuning
        factor = self.factor()
        share = factor * np.divide(
            row.usual, row.posts, out=np.ones_like(row.posts), where=row.posts > 0
        )
        correlation = self._correlations()
        self.windows.push(np.where(row.known, (row.posts, row.negative, row.usual, row.known), 0.0))
        posts, negative, usual, rows = self.windows.sums
        posts = np.maximum(posts, 1e-6)
        expected = within(factor * usual / posts, 1e-4, 1 - 1e-4)
        doubt = 1.0 / (self.sums.due * factor + tuning.share_prior_posts)
        # A window of which part is not known averages over less: its posts are more alike.
        alike = correlation * self.windows.lengths / np.maximum(rows, 1.0)
        surprise = share_surprise(negative, posts, expected, alike + doubt)
        threshold = np.maximum(
            self.maxima.level(return_days * tuning.share_rarer, self.prior), tuning.least_nats
        )
        over = (surprise / threshold).max(0)
        can = row.known & row.free & row.warm
        fresh = self.incidents.begin(
            can & (over > 1.0), np.full(over.shape, NEGATIVE), row.time_s, tuning
        )
        quiet = np.all(surprise[:2] < tuning.calm_nats, axis=0)
        closed, lasting = self.incidents.end(
            quiet, row.known, row.time_s, row_min=self._row_min, tuning=tuning
        )
        if lasting.any():
            self._adopt(lasting, negative[-1] / np.maximum(usual[-1], 1e-6))
        if closed.any():
            self.windows.clear(closed)
        limit = tuning.beyond_times * threshold + tuning.beyond_nats
        self.maxima.roll(moment, limit, self.prior, rows_a_day=self._rows_a_day, tuning=tuning)
        learn = row.known & row.free & ~self.incidents.open
        self.maxima.note(surprise, row.known, learn & row.warm)
        self._learn(row, share, correlation[0], learn)
        self._learn_correlation(negative, posts, expected, correlation, learn)
        return fresh, np.where(can, over, 0.0)

    def factor(self) -> Floats:
        """Negative posts a weighed post; the share itself where every post counts alike."""
        prior = self._tuning.share_prior_posts
        return (self.sums.seen + self._tuning.share_prior * prior) / (self.sums.due + prior)

    def mute(self, chosen: Flags) -> None:
        """Forget the last minutes: a volume incident has just ended there."""
        self.windows.clear(chosen)

    def _correlations(self) -> Floats:
        tuning = self._tuning
        values = self.correlation.values(
            self.windows.lengths,
            prior=tuning.correlation_prior,
            prior_windows=tuning.correlation_prior_windows,
        )
        return within(values, _LEAST_CORRELATION, _MOST_CORRELATION)

    def _adopt(self, chosen: Flags, share: Floats) -> None:
        due = np.minimum(self.sums.due, 10.0 * self._tuning.share_prior_posts)
        self.sums.due = np.where(chosen, due, self.sums.due)
        self.sums.seen = np.where(chosen, share * due, self.sums.seen)

    def _learn(self, row: ShareRow, share: Floats, correlation: Floats, learn: Flags) -> None:
        share = within(share, 1e-4, 1 - 1e-4)
        factor = 1.0 + np.maximum(row.posts - 1.0, 0.0) * correlation
        chance = row.posts * share * (1 - share)
        most = row.posts * share + 3.0 * np.sqrt(chance * factor) + 0.5
        keep = 2.0 ** (-1.0 / (self._tuning.share_half_life_days * self._rows_a_day))
        seen = keep * self.sums.seen + np.minimum(row.negative, most) / factor
        self.sums.seen = np.where(learn, seen, self.sums.seen)
        self.sums.due = np.where(learn, keep * self.sums.due + row.usual / factor, self.sums.due)

    def _learn_correlation(
        self, negative: Floats, posts: Floats, share: Floats, correlation: Floats, learn: Flags
    ) -> None:
        told = learn & (self.maxima.total * self._row_min >= self._tuning.share_windows_min[-1])
        chance = share * (1 - share)
        self.correlation.learn(
            negative - posts * share,
            poisson=posts * chance,
            unit=chance * posts * np.maximum(posts - 1.0, 0.0),
            known_extra=np.zeros_like(posts),
            dispersion=correlation,
            weight=told.astype(np.float64),
            half_life_rows=self._tuning.dispersion_half_life_days * self._rows_a_day,
        )

    def parts(self) -> dict[str, Columns]:
        """The state, by name."""
        return {
            "share.sums": self.sums,
            "share.windows": self.windows,
            "share.correlation": self.correlation,
            "share.maxima": self.maxima,
            "share.incidents": self.incidents,
        }

    def restore(self, parts: dict[str, Columns]) -> None:
        """Take the state from parts as `parts` gives them."""
        for name in self.parts():
            setattr(self, name.partition(".")[2], parts[name])
