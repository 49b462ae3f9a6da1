"""How long a series has been silent, and how improbable that is."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from streams.detection.columns import Columns, Flags, Floats, Wholes


@dataclass(slots=True)
class Quiet(Columns):
    """The present run of empty rows, shape (series,) each.

    last_s: when the last row began, in seconds since 1970; -1 before the first. nats: -ln of the
    run's probability, minute by minute. minutes: its length.
    """

    last_s: Wholes
    nats: Floats
    minutes: Floats

    @classmethod
    def empty(cls, series: int) -> Self:
        """Nothing seen yet."""
        return cls(np.full(series, -1), np.zeros(series), np.zeros(series))

    def step(  # noqa: PLR0913 - the row and the terms of one formula
        self,
        posts: Floats,
        known: Flags,
        *,
        mean: Floats,
        each: Floats,
        lasting: Floats,
        unit_min: float,
    ) -> Floats:
        """-ln of the probability that no post came for so long, shape (series,).

        mean: expected posts of this row. each, lasting: dispersion of a minute's and of an hour's
        count. unit_min: minutes of a row.
        """
        nats = unit_min * np.log1p(each * mean / unit_min) / each
        empty = posts <= 0
        self.nats = np.where(known, np.where(empty, self.nats + nats, 0.0), self.nats)
        run = np.where(empty, self.minutes + unit_min, 0.0)
        self.minutes = np.where(known, run, self.minutes)
        # A common slack period makes the minutes' silences go together (a gamma mixture).
        return np.asarray(np.log1p(self.nats * lasting) / lasting)

    def forget(self, chosen: Flags) -> None:
        """Begin anew in the chosen series."""
        self.nats[chosen] = 0.0
        self.minutes[chosen] = 0.0
