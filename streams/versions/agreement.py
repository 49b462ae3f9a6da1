"""How far two model versions agree, and what that does to net sentiment. Pure.

Every interval takes mentions as independent of each other; posts that copy one another make the
true uncertainty wider.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from schemas.scores import SENTIMENTS

Z_95: Final = 1.959964
# Fewer mentions than this say nothing about a part.
FEW: Final = 30


class Estimate(msgspec.Struct, frozen=True):
    """A number and its 95 % interval; `low <= value <= high`."""

    value: float
    low: float
    high: float


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions on the same mentions.

    counts: shape (3, 3), rows as the first version says, columns as the second, in the order of
    SENTIMENTS. same: share on which both say the same. kappa: Cohen's, agreement beyond chance;
    None where both always say one thing. first, second: net sentiment under each; shift: its
    change.
    """

    mentions: int
    counts: tuple[tuple[int, ...], ...]
    same: Estimate
    kappa: Estimate | None
    first: Estimate
    second: Estimate
    shift: Estimate


class Part(msgspec.Struct, frozen=True):
    """The agreement on one brand, language, source or topic."""

    dimension: str
    value: str
    agreement: Agreement


def agreement(pairs: Mapping[tuple[str, str], int]) -> Agreement | None:
    """From how many mentions the versions call what; None without mentions.

    pairs: mentions by (what the first says, what the second says).
    """
    counts = tuple(
        tuple(pairs.get((row, column), 0) for column in SENTIMENTS) for row in SENTIMENTS
    )
    total = sum(map(sum, counts))
    if not total:
        return None
    same = sum(counts[place][place] for place in range(len(SENTIMENTS)))
    rows = [sum(row) for row in counts]
    columns = [sum(column) for column in zip(*counts, strict=True)]
    return Agreement(
        mentions=total,
        counts=counts,
        same=_share(same, total),
        kappa=_kappa(same, rows, columns, total),
        first=_net(rows),
        second=_net(columns),
        shift=_shift(counts, total),
    )


def parts(rows: Iterable[tuple[str, str, str, str, int]]) -> list[Part]:
    """Parts from rows of dimension, value, what each version says, mentions; most mentions first.

    The part of dimension "" is about all mentions.
    """
    found: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for dimension, value, first, second, mentions in rows:
        pairs = found.setdefault((dimension, value), {})
        pairs[first, second] = pairs.get((first, second), 0) + mentions
    told = ((place, agreement(pairs)) for place, pairs in found.items())
    made = [Part(*place, item) for place, item in told if item is not None]
    return sorted(made, key=lambda part: (-part.agreement.mentions, part.dimension, part.value))


def most_different(found: Iterable[Part], dimension: str, *, most: int) -> list[Part]:
    """The parts of a dimension that differ most, by what is certain of their disagreement.

    That is the lower end of its interval, so that a rare part does not come first by chance.
    """
    own = [part for part in found if part.dimension == dimension]
    return sorted(own, key=lambda part: (part.agreement.same.high, part.value))[:most]


def _share(part: int, whole: int) -> Estimate:
    """Wilson's interval."""
    value = part / whole
    scale = 1 + Z_95 * Z_95 / whole
    centre = (value + Z_95 * Z_95 / (2 * whole)) / scale
    reach = Z_95 * math.sqrt(value * (1 - value) / whole + (Z_95 / (2 * whole)) ** 2) / scale
    return _bounded(value, centre - reach, centre + reach, least=0.0)


def _net(counts: list[int]) -> Estimate:
    """(positive - negative) / all, with the page's interval: Bonett and Price 2012."""
    negative, _, positive = counts
    total = sum(counts)
    size = total + 2
    up, down = (positive + 1) / size, (negative + 1) / size
    centre = up - down
    reach = Z_95 * math.sqrt(max(up + down - centre * centre, 0.0) / size)
    return _bounded((positive - negative) / total, centre - reach, centre + reach, least=-1.0)


def _kappa(same: int, rows: list[int], columns: list[int], total: int) -> Estimate | None:
    """Cohen 1960, Educational and Psychological Measurement 20, with his large-sample interval."""
    seen = same / total
    chance = sum(row * column for row, column in zip(rows, columns, strict=True)) / total**2
    if chance >= 1:
        return None
    value = (seen - chance) / (1 - chance)
    reach = Z_95 * math.sqrt(seen * (1 - seen) / total) / (1 - chance)
    return _bounded(value, value - reach, value + reach, least=-1.0)


def _shift(counts: tuple[tuple[int, ...], ...], total: int) -> Estimate:
    """The second net sentiment less the first: a mean of differences, post by post."""
    moves = [
        (column - row, mentions)
        for row, line in enumerate(counts)
        for column, mentions in enumerate(line)
    ]
    mean = sum(move * mentions for move, mentions in moves) / total
    square = sum(move * move * mentions for move, mentions in moves) / total
    reach = Z_95 * math.sqrt(max(square - mean * mean, 0.0) / total)
    return Estimate(mean, max(mean - reach, -2.0), min(mean + reach, 2.0))


def _bounded(value: float, low: float, high: float, *, least: float) -> Estimate:
    return Estimate(value, max(min(low, value), least), min(max(high, value), 1.0))
