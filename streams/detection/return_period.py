"""How high is once in N days, for this series: a Gumbel fit of its own block maxima.

The maximum of many values with exponential tails, as -ln p has, is Gumbel distributed (Gumbel
1958): the level reached once in N blocks is location + scale x ln N. A block is a day, or a quarter
of one where the hour of the day does not matter: then a series is known four times as soon.
Location and scale are read from two quantiles of the blocks kept, so that a few true surges do not
move them, and are pulled to a prior while there are few. Series whose maxima have heavier tails
than that are fitted on a scale that turns from linear to logarithmic at `heavy_from_nats`.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from streams.detection.clock import Moment
from streams.detection.columns import Columns, Flags, Floats, Wholes, within
from streams.detection.tuning import Tuning

_KNOWN_SHARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a series before it has been seen, for each statistic, shape (k, 1).

    location: of a day's maximum. heavy_from: where the scale turns logarithmic; infinite for a
    statistic that is a logarithm. blocks_a_day: 1, 2 or 4.
    """

    location: Floats
    scale: float
    least_scale: float
    heavy_from: float
    blocks_a_day: int = 1

    @property
    def of_block(self) -> Floats:
        """The location of a block's maximum: of exponential tails, ln(blocks a day) lower."""
        return np.asarray(self.location - np.log(self.blocks_a_day))

    def block(self, moment: Moment) -> Wholes:
        """The number of the block in which each series is, shape (series,)."""
        return np.asarray(moment.quarter * self.blocks_a_day // 4)


@dataclass(slots=True)
class BlockMaxima(Columns):
    """The maxima of the last blocks, the oldest overwritten, and the fit.

    kept: (blocks, k, series), NaN where not known. highest: of the present one, (k, series). block:
    the present one, -1 before the first row. rows: known in it. total: known ever. location, scale:
    (k, series), of the fit.
    """

    kept: NDArray[np.float32]
    highest: Floats
    block: Wholes
    rows: Floats
    total: Floats
    location: Floats
    scale: Floats

    @classmethod
    def empty(cls, *, prior: Prior, days: int, series: int) -> Self:
        """Nothing seen yet: the fit is the prior."""
        k = prior.location.shape[0]
        maxima = cls(
            kept=np.full((days * prior.blocks_a_day, k, series), np.nan, dtype=np.float32),
            highest=np.full((k, series), -np.inf),
            block=np.full(series, -1),
            rows=np.zeros(series),
            total=np.zeros(series),
            location=np.zeros((k, series)),
            scale=np.ones((k, series)),
        )
        maxima.location, maxima.scale = _pulled(prior, maxima.kept, pull=1.0, quantiles=(0.5, 0.75))
        return maxima

    def level(self, days: float, prior: Prior) -> Floats:
        """What each statistic reaches once in so many days, shape (k, series)."""
        blocks = days * prior.blocks_a_day
        return _unbent(self.location + self.scale * np.log(blocks), prior.heavy_from)

    def roll(
        self, moment: Moment, limit: Floats, prior: Prior, *, rows_a_day: float, tuning: Tuning
    ) -> None:
        """Where a new block has begun, keep the old one's maxima up to the limit, and fit anew."""
        block = prior.block(moment)
        chosen = np.flatnonzero(block != self.block)
        if not chosen.size:
            return
        # Of half a block, or of the first day, the maximum says little.
        told = self.rows[chosen] > _KNOWN_SHARE * rows_a_day / prior.blocks_a_day
        told &= self.total[chosen] > tuning.maxima_first_days * rows_a_day
        kept = np.minimum(self.highest[:, chosen], limit[:, chosen])
        place = np.maximum(self.block[chosen], 0) % self.kept.shape[0]
        written = chosen[told]
        self.kept[place[told], :, written] = kept[:, told].T
        self.block[chosen] = block[chosen]
        self.rows[chosen] = 0.0
        self.highest[:, chosen] = -np.inf
        if written.size:
            quantiles = (tuning.lower_quantile, tuning.upper_quantile)
            self.location[:, written], self.scale[:, written] = _pulled(
                prior, self.kept[:, :, written], tuning.maxima_prior_blocks, quantiles=quantiles
            )

    def note(self, values: Floats, known: Flags, counted: Flags) -> None:
        """Take in one row's statistics, shape (k, series)."""
        self.highest = np.where(counted, np.maximum(self.highest, values), self.highest)
        self.rows += known
        self.total += known


def _pulled(
    prior: Prior, kept: NDArray[np.float32], pull: float, *, quantiles: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Location and scale, on the bent scale, of maxima of shape (blocks, k, series)."""
    low, high = (-np.log(-np.log(q)) for q in quantiles)
    blocks = np.sort(_bent(kept.astype(np.float64), prior.heavy_from), axis=0)
    count = (~np.isnan(blocks)).sum(0)
    lower, upper = (_quantile(blocks, count, q) for q in quantiles)
    middle = prior.of_block + low * prior.scale
    prior_scale = prior.scale / (1.0 + middle / prior.heavy_from)
    trust = np.where(count >= 4, count / (count + pull), 0.0)
    scale = trust * (upper - lower) / (high - low) + (1 - trust) * prior_scale
    at = trust * lower + (1 - trust) * _bent(middle, prior.heavy_from)
    if np.isfinite(prior.heavy_from):
        # A well-behaved series cannot be calmer than chance: -ln p has a known distribution.
        least = _bent(np.maximum(prior.of_block - 0.7, 0.0), prior.heavy_from)
        at = np.maximum(at, least + 0.7 * low * prior_scale)
    least_scale = prior.least_scale / (1.0 + _unbent(at, prior.heavy_from) / prior.heavy_from)
    scale = np.maximum(scale, least_scale)
    return at - low * scale, scale


def _quantile(blocks: Floats, count: Wholes, q: float) -> Floats:
    last = np.maximum(count, 1) - 1
    place = q * last
    under = np.floor(place).astype(np.int64)
    over = np.minimum(under + 1, last)
    share = place - under
    lower, upper = (
        np.nan_to_num(np.take_along_axis(blocks, at[None], 0)[0]) for at in (under, over)
    )
    return np.asarray(lower * (1 - share) + upper * share)


def _bent(values: Floats, heavy_from: float) -> Floats:
    if not np.isfinite(heavy_from):
        return values
    return np.log1p(np.maximum(values, 0.0) / heavy_from) * heavy_from


def _unbent(values: Floats, heavy_from: float) -> Floats:
    if not np.isfinite(heavy_from):
        return values
    return np.expm1(within(values / heavy_from, 0.0, 40.0)) * heavy_from
