"""How much more a count varies than chance alone would have it, learned for each time scale.

The variance of a window is mean + dispersion x mean^2 (negative binomial). The moment estimate is a
ratio of sums, so quiet hours, which tell little, weigh little.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from streams.detection.columns import Columns, Floats, Wholes

_CLIP = 9.0


@dataclass(slots=True)
class Dispersion(Columns):
    """Sums for each scale, shape (scales, series): extra variance, its unit, and their weight."""

    extra: Floats
    unit: Floats
    weight: Floats

    @classmethod
    def empty(cls, *, scales: int, series: int) -> Self:
        """Nothing seen yet."""
        return cls(*(np.zeros((scales, series)) for _ in range(3)))

    def values(self, lengths: Wholes, *, prior: float, prior_windows: float) -> Floats:
        """The dispersion of each scale; `prior` counts as that many whole windows."""
        typical = np.maximum(self.unit / np.maximum(self.weight, 1e-9), 1e-9)
        pull = prior_windows * lengths * typical
        return (self.extra + prior * pull) / (self.unit + pull)

    def learn(  # noqa: PLR0913 - the terms of one formula
        self,
        residual: Floats,
        *,
        poisson: Floats,
        unit: Floats,
        known_extra: Floats,
        dispersion: Floats,
        weight: Floats,
        half_life_rows: float,
    ) -> None:
        """Take in one row's windows.

        residual: seen less expected. poisson: variance by chance alone. unit: what the dispersion
        is multiplied with. known_extra: variance that has another reason. weight: (series,) or
        scales too; a weight of 0 changes nothing.
        """
        spread = poisson + dispersion * unit + known_extra
        square = np.minimum(residual * residual, _CLIP * spread)
        keep = np.where(weight > 0, 2.0 ** (-1.0 / half_life_rows), 1.0)
        self.extra = keep * self.extra + weight * (square - poisson - known_extra)
        self.unit = keep * self.unit + weight * unit
        self.weight = keep * self.weight + weight
