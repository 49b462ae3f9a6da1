"""Which topics, languages, sources, products and countries carry an incident."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from schemas.evidence import Carrier

DIMENSIONS: Final = ("topic", "lang", "source", "product", "country")
MAX_CARRIERS: Final = 5
MIN_SHARE: Final = 0.05
# From this many known days on, the loudest one is left out: it may have been an incident too.
_MANY_DAYS: Final = 4

Part = tuple[str, str]  # dimension and value; ("", "") stands for all posts
ALL: Final[Part] = ("", "")


def usual_counts(days: Mapping[int, Mapping[Part, int]]) -> dict[Part, float]:
    """What one day has on average, of the days whose posts are known.

    days: counts by the number of days ago. Days before the first one with posts are not known;
    later ones without posts had none. Returns {} where no day is known.
    """
    first = max((day for day, counts in days.items() if counts.get(ALL)), default=None)
    if first is None:
        return {}
    known = [counts for day, counts in sorted(days.items()) if day <= first]
    if len(known) >= _MANY_DAYS:
        known.remove(max(known, key=lambda counts: counts.get(ALL, 0)))
    sums: defaultdict[Part, float] = defaultdict(float)
    for counts in known:
        for part, count in counts.items():
            sums[part] += count
    return {part: count / len(known) for part, count in sums.items()}


def carriers(
    now: Mapping[Part, int], usual: Mapping[Part, float], *, falling: bool = False
) -> list[Carrier]:
    """The parts that account for a clear share of what is more than usual, largest first.

    usual: {} where it is not known; then they account for posts, not for a rise. falling: of what
    is less than usual, for a silence. By dimension in the order of DIMENSIONS,
    at most MAX_CARRIERS of each; shares of one dimension may sum to more than 1, since a post can
    have several topics and one part may fall while another rises.
    """
    sign = -1 if falling else 1
    total = sign * (now.get(ALL, 0) - usual.get(ALL, 0.0))
    found: defaultdict[str, list[Carrier]] = defaultdict(list)
    for part in sorted({*now, *usual} - {ALL}):
        dimension, value = part
        posts, due = now.get(part, 0), usual.get(part, 0.0)
        change = sign * (posts - due)
        if not value or change <= 0 or total <= 0:
            continue
        share = min(change / total, 1.0)
        if share >= MIN_SHARE:
            found[dimension].append(
                Carrier(
                    dimension=dimension,
                    value=value,
                    posts=posts,
                    usual=round(due, 2) if usual else None,
                    rise_share=round(share, 4),
                )
            )
    return [
        carrier
        for dimension in DIMENSIONS
        for carrier in sorted(found[dimension], key=lambda one: -one.rise_share)[:MAX_CARRIERS]
    ]
