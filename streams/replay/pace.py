"""How much a replay takes at a time, and how long it rests in between.  Pure."""

from dataclasses import dataclass
from typing import Final

# Short enough to be paused soon, and to leave no live batch waiting long.
TARGET_S: Final = 0.5
LEAST_RECORDS: Final = 256
MOST_RECORDS: Final = 20_000
_GROWTH: Final = 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Bounds of a replay.

    share: of the machine, above 0 and at most 1. cores: that this process may use.
    rate: most posts a second; 0 for no bound.
    """

    share: float
    cores: int
    rate: float = 0.0

    @property
    def threads(self) -> int:
        """Threads that may score at a time: the share of the cores, at least one."""
        return max(1, int(self.cores * self.share))

    def at_most(self, records: int) -> int:
        """So many records, or as many as the rate lets through in TARGET_S."""
        return min(records, max(1, int(self.rate * TARGET_S))) if self.rate else records

    def rest_s(self, *, records: int, busy_s: float, passed_s: float) -> float:
        """Seconds to rest so that neither bound is passed.

        records: handled. busy_s: seconds of cores spent on them, added up. passed_s: by the clock.
        """
        by_share = busy_s / (self.share * self.cores) if self.share < 1 else 0.0
        by_rate = records / self.rate if self.rate else 0.0
        return max(0.0, max(by_share, by_rate) - passed_s)


@dataclass(slots=True)
class ChunkSize:
    """How many records to take next, so that they take about TARGET_S."""

    records: int = LEAST_RECORDS

    def learn(self, records: int, took_s: float) -> None:
        """So many took so long."""
        if not records:
            return
        fitting = TARGET_S * records / max(took_s, 1e-6)
        grown = min(fitting, _GROWTH * self.records)
        self.records = int(min(MOST_RECORDS, max(LEAST_RECORDS, grown)))
