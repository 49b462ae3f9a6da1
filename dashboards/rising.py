"""What rises: names that take more of all mentions than before, by more than chance. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from dashboards.measures import Counts
from dashboards.queries.overview import Group, Overview

MAX_RISING: Final = 8
# Below that, a share is anybody's guess.
LEAST_NOW: Final = 10
# Of many mentions even a little more is beyond chance, and no news all the same.
LEAST_FACTOR: Final = 1.2
_CHANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Rising:
    """A brand, topic, product, language or source that takes more of all mentions than before.

    dimension: as in filters.Pick. factor: its share now / before; None where there was none.
    """

    dimension: str
    name: str
    now: Counts
    before: Counts
    factor: float | None


def rising(numbers: Overview) -> list[Rising]:
    """The clearest first, at most MAX_RISING.

    Each name's count now is held against what the growth of all mentions alone would give
    (binomial, given its mentions in both periods); as many names are looked at, the bound is made
    stricter by their number (Bonferroni).
    """
    groups: Mapping[str, Sequence[Group]] = {
        "brand": numbers.brands,
        "topic": numbers.topics,
        "product": numbers.products,
        "lang": numbers.langs,
        "source": numbers.sources,
    }
    now, before = numbers.now.total, numbers.before.total
    looked_at = [
        (dimension, group)
        for dimension, found in groups.items()
        for group in found
        if group.name and group.now.total >= LEAST_NOW
    ]
    if not (looked_at and now and before):
        return []
    share = now / (now + before)
    bound = NormalDist().inv_cdf(1 - _CHANCE / len(looked_at))
    scored = [(_excess(group, share), dimension, group) for dimension, group in looked_at]
    clear = sorted(
        (item for item in scored if item[0] > bound and _is_news(item[2], now, before)),
        key=lambda item: (-item[0], item[1:2]),
    )
    return [
        Rising(dimension, group.name, group.now, group.before, _factor(group, now, before))
        for _, dimension, group in clear[:MAX_RISING]
    ]


def _excess(group: Group, share: float) -> float:
    """How many standard deviations the count now lies above `share` of both periods' mentions."""
    both = group.now.total + group.before.total
    spread = math.sqrt(both * share * (1 - share))
    # Half a mention less: counts are whole, the bell curve is not.
    return (group.now.total - both * share - 0.5) / spread


def _is_news(group: Group, now: int, before: int) -> bool:
    factor = _factor(group, now, before)
    return factor is None or factor >= LEAST_FACTOR


def _factor(group: Group, now: int, before: int) -> float | None:
    if not group.before.total:
        return None
    return (group.now.total / now) / (group.before.total / before)
