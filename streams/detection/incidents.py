"""Whether an incident is open: opened once, held while it lasts, closed after quiet."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from streams.detection.columns import Columns, Flags, Floats, Wholes
from streams.detection.tuning import Tuning

NONE: Final = 0
VOLUME: Final = 1
NEGATIVE: Final = 2
SILENCE: Final = 3
KINDS: Final = ("", "volume", "negative", "silence")

_NEVER: Final = -(1 << 60)


@dataclass(slots=True)
class Incidents(Columns):
    """One possible incident of each series, shape (series,) each.

    kind: 0 where none is open. since, ended: seconds since 1970. calm_min: quiet minutes so far.
    often: new incidents, each forgotten by half in `often_half_life_days`.
    """

    kind: Wholes
    since: Wholes
    ended: Wholes
    calm_min: Floats
    often: Floats

    @classmethod
    def empty(cls, series: int) -> Self:
        """None is open and none has been."""
        return cls(
            kind=np.zeros(series, dtype=np.int64),
            since=np.full(series, _NEVER),
            ended=np.full(series, _NEVER),
            calm_min=np.zeros(series),
            often=np.zeros(series),
        )

    @property
    def open(self) -> Flags:
        """Where one is open."""
        return self.kind > 0

    def begin(self, chosen: Flags, kind: Wholes, time_s: Wholes, tuning: Tuning) -> Flags:
        """Open incidents; says which of them are new, and not one that flares up again."""
        chosen = chosen & ~self.open
        fresh = chosen & (time_s - self.ended > tuning.reopen_h * 3600.0)
        self.kind = np.where(chosen, kind, self.kind)
        self.since = np.where(chosen, time_s, self.since)
        self.calm_min = np.where(chosen, 0.0, self.calm_min)
        self.often = self.often + fresh
        return fresh

    def end(
        self, quiet: Flags, known: Flags, time_s: Wholes, *, row_min: float, tuning: Tuning
    ) -> tuple[Flags, Flags]:
        """Close what was quiet for long enough, or has lasted so long that it is the new usual.

        Says which were closed, and which of those as the new usual.
        """
        self.often = self.often * 2.0 ** (-row_min / (1440.0 * tuning.often_half_life_days))
        waited = np.where(quiet, self.calm_min + row_min, 0.0)
        self.calm_min = np.where(self.open & known, waited, self.calm_min)
        lasting = self.open & known & (time_s - self.since > tuning.adopt_h * 3600.0)
        closed = self.open & ((self.calm_min >= tuning.calm_min) | lasting)
        self.kind = np.where(closed, NONE, self.kind)
        self.ended = np.where(closed, time_s, self.ended)
        return closed, lasting
