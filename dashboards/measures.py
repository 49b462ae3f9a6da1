"""The numbers of the page: shares, net sentiment, their 95 % intervals, and changes.

Every interval takes mentions as independent of each other; posts that copy one another make the
true uncertainty wider.
"""

import math
from dataclasses import dataclass
from typing import Final, Self

Z_95: Final = 1.959964
FEW_MENTIONS: Final = 30


@dataclass(frozen=True, slots=True)
class Counts:
    """Mentions by sentiment."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0

    @property
    def total(self) -> int:
        """All mentions: every one is scored."""
        return self.negative + self.neutral + self.positive

    @property
    def few(self) -> bool:
        """Whether there are too few mentions to speak of a share."""
        return self.total < FEW_MENTIONS

    def __add__(self, other: Self) -> "Counts":
        return Counts(
            self.negative + other.negative,
            self.neutral + other.neutral,
            self.positive + other.positive,
        )

    def __sub__(self, other: Self) -> "Counts":
        return Counts(
            self.negative - other.negative,
            self.neutral - other.neutral,
            self.positive - other.positive,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its 95 % interval; `low <= value <= high`."""

    value: float
    low: float
    high: float


def net_sentiment(counts: Counts) -> Estimate | None:
    """(positive - negative) / all, in [-1, 1]; None without mentions.

    The interval is the adjusted Wald interval for a difference of paired proportions (Bonett and
    Price 2012, Journal of Educational and Behavioral Statistics 37), which holds for small samples.
    """
    if not counts.total:
        return None
    value = (counts.positive - counts.negative) / counts.total
    size = counts.total + 2
    up, down = (counts.positive + 1) / size, (counts.negative + 1) / size
    centre = up - down
    reach = Z_95 * math.sqrt(max(up + down - centre * centre, 0.0) / size)
    return Estimate(
        value, min(max(centre - reach, -1.0), value), max(min(centre + reach, 1.0), value)
    )


def share(part: int, whole: int) -> Estimate | None:
    """One part of a whole, in [0, 1], with Wilson's interval; None when there is no whole."""
    if not whole:
        return None
    value = part / whole
    scale = 1 + Z_95 * Z_95 / whole
    centre = (value + Z_95 * Z_95 / (2 * whole)) / scale
    reach = Z_95 * math.sqrt(value * (1 - value) / whole + (Z_95 / (2 * whole)) ** 2) / scale
    # Rounding may reach a hair beyond what a share can be.
    return Estimate(
        value, max(min(centre - reach, value), 0.0), min(max(centre + reach, value), 1.0)
    )


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of a number between a period and the one before.

    clear: whether its 95 % interval leaves out zero, so that it is more than chance.
    """

    difference: Estimate
    clear: bool


def change(now: Estimate | None, before: Estimate | None) -> Change | None:
    """The difference now - before, its interval made from the two intervals (MOVER, Newcombe 1998).

    None when either period has no mentions.
    """
    if now is None or before is None:
        return None
    value = now.value - before.value
    low = value - math.hypot(now.value - now.low, before.high - before.value)
    high = value + math.hypot(now.high - now.value, before.value - before.low)
    return Change(Estimate(value, low, high), clear=low > 0 or high < 0)


def growth(now: int, before: int) -> float | None:
    """(now - before) / before; None when there was nothing before."""
    return (now - before) / before if before else None


def growth_is_clear(now: int, before: int) -> bool:
    """Whether two counts of equally long periods differ by more than chance (Poisson, 95 %).

    The square roots of Poisson counts have nearly the same spread whatever the counts.
    """
    return abs(math.sqrt(now + 0.375) - math.sqrt(before + 0.375)) > Z_95 * math.sqrt(0.5)
