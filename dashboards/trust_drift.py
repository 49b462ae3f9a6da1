"""How much a distribution moved between two periods: the population stability index. Pure.

PSI = sum of (p - q) ln(p / q) over the categories, p and q their shares now and before. It is the
symmetric Kullback-Leibler divergence; the bands 0.1 and 0.25 are those of credit scoring, where
the index comes from (Siddiqi 2006, Credit Risk Scorecards, chapter 8).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboards.trust_coverage import UNKNOWN

SOME: Final = 0.1
MUCH: Final = 0.25
LEAST_POSTS: Final = 200
MAX_CATEGORIES: Final = 12
# The rest of the categories, as one.
OTHERS: Final = "\0others"
# Added to each count, so that a category that is new has a finite part in the index.
_SMOOTHING: Final = 0.5
_Z_95_ONE_SIDED: Final = 1.644854

Counted = Mapping[str, int]


class Band(StrEnum):
    """How much moved, in the usual bands. FEW: too few posts to say."""

    FEW = "few"
    STEADY = "steady"
    SOME = "some"
    MUCH = "much"


@dataclass(frozen=True, slots=True)
class Part:
    """A category: its shares of the posts now and before, 0 to 1, and its part in the index."""

    name: str
    now: float
    before: float
    index: float


@dataclass(frozen=True, slots=True)
class Shift:
    """What moved. now, before: posts. parts: most posts now first, then by name.

    index: the PSI. chance: which 95 of 100 stay below where nothing moved at all.
    """

    now: int
    before: int
    index: float
    chance: float
    parts: tuple[Part, ...]

    @property
    def band(self) -> Band:
        """In the usual bands; FEW also where chance alone would reach the first of them."""
        if min(self.now, self.before) < LEAST_POSTS or self.chance >= SOME:
            return Band.FEW
        return Band.STEADY if self.index < SOME else Band.SOME if self.index < MUCH else Band.MUCH

    @property
    def foremost(self) -> Part | None:
        """The category that moved most, of those with a name of their own."""
        named = [part for part in self.parts if part.name != OTHERS]
        return max(named, key=lambda part: part.index, default=None)


def shift(now: Counted, before: Counted) -> Shift:
    """How the posts moved between the categories; small ones count as one, OTHERS.

    now, before: posts by category.
    """
    now, before = _folded(now, before)
    names = sorted({*now, *before}, key=lambda name: (name == OTHERS, -now.get(name, 0), name))
    whole_now, whole_before = sum(now.values()), sum(before.values())
    parts = tuple(
        Part(
            name,
            now.get(name, 0) / max(whole_now, 1),
            before.get(name, 0) / max(whole_before, 1),
            _index(
                _smoothed(now.get(name, 0), whole_now, len(names)),
                _smoothed(before.get(name, 0), whole_before, len(names)),
            ),
        )
        for name in names
    )
    return Shift(
        now=whole_now,
        before=whole_before,
        index=sum(part.index for part in parts),
        chance=_chance(whole_now, whole_before, len(names)),
        parts=parts,
    )


def two_parts(counted: Counted, names: tuple[str, ...]) -> dict[str, int]:
    """The posts of these categories against all others, as two categories: "yes" and "no"."""
    inside = sum(counted.get(name, 0) for name in names)
    return {"yes": inside, "no": sum(counted.values()) - inside}


def _index(now: float, before: float) -> float:
    return (now - before) * math.log(now / before)


def _smoothed(count: int, whole: int, categories: int) -> float:
    return (count + _SMOOTHING) / (whole + _SMOOTHING * categories)


def _chance(now: int, before: int, categories: int) -> float:
    """Where nothing moved, PSI / (1/n + 1/m) is near chi-squared (Yurdakul and Naranjo 2020)."""
    if not now or not before:
        return math.inf
    free = categories - 1
    if not free:
        return 0.0
    spread = 2 / (9 * free)
    # Wilson and Hilferty's quantile of chi-squared.
    quantile = free * (1 - spread + _Z_95_ONE_SIDED * math.sqrt(spread)) ** 3
    return float(quantile * (1 / now + 1 / before))


def _folded(now: Counted, before: Counted) -> tuple[dict[str, int], dict[str, int]]:
    names = sorted(
        {*now, *before}, key=lambda name: (-now.get(name, 0) - before.get(name, 0), name)
    )
    kept = set(names if len(names) <= MAX_CATEGORIES else names[: MAX_CATEGORIES - 1])
    folded = []
    for counted in (now, before):
        found: dict[str, int] = {}
        for name, count in counted.items():
            place = name if name in kept else OTHERS
            found[place] = found.get(place, 0) + count
        folded.append(found)
    return folded[0], folded[1]


def signals(counted: Mapping[str, tuple[Counted, Counted]]) -> dict[str, Shift]:
    """All comparisons of the page, by kind, and of the language that could not be told.

    counted: posts now and before, by kind; the kind "lang" is one of them.
    """
    now, before = counted["lang"]
    unknown = two_parts(now, UNKNOWN), two_parts(before, UNKNOWN)
    ordered = {"lang": counted["lang"], "unknown": unknown, **counted}
    return {kind: shift(*pair) for kind, pair in ordered.items()}
