"""Plain threshold rules: no baseline, no statistics, just what a person wrote.

posts >= 500 in 15m
negative >= 40% in 1h with 20 posts
silence >= 2h
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Measure = Literal["posts", "negative", "silence"]

_NAMES: Final[dict[str, Measure]] = {
    "posts": "posts",
    "value": "posts",
    "volume": "posts",
    "negative": "negative",
    "silence": "silence",
}
_UNITS_MIN: Final = {"m": 1, "min": 1, "h": 60, "d": 1440}
_TIME: Final = r"(\d+)\s*(min|m|h|d)"
_RULE: Final = re.compile(
    r"\s*(?P<measure>[a-z]+)\s*>=?\s*(?P<least>\d+(?:\.\d+)?)\s*(?P<unit>%|min|m|h|d)?"
    rf"(?:\s+in\s+(?P<window>{_TIME}))?(?:\s+with\s+(?P<posts>\d+)\s+posts)?\s*",
    re.IGNORECASE,
)
_LONGEST_MIN: Final = 1440
_REMEDY: Final = (
    "write it as 'posts >= 500 in 15m', 'negative >= 40% in 1h with 20 posts' or 'silence >= 2h' "
    "(m, h or d; at most one day)"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    least: posts, a share from 0 to 1, or minutes. window_min: minutes that are summed; 0 for the
    row itself, whatever its length. least_posts: fewer make no share.
    """

    measure: Measure
    least: float
    window_min: int
    least_posts: int


def parse_rule(text: str) -> Rule:
    """The rule of that text. Raises ValueError, which says how to write one."""
    found = _RULE.fullmatch(text)
    measure = _NAMES.get(found["measure"].lower()) if found else None
    if found is None or measure is None:
        raise ValueError(f"is no rule; {_REMEDY}")
    unit = (found["unit"] or "").lower()
    fits = {"posts": "", "negative": "%"}.get(measure, unit if unit in _UNITS_MIN else None)
    if unit != fits:
        raise ValueError(f"{measure} is not measured so; {_REMEDY}")
    window_min = int(found[5]) * _UNITS_MIN[found[6].lower()] if found["window"] else 0
    least = float(found["least"])
    if measure == "negative":
        least /= 100.0
    if measure == "silence":
        least *= _UNITS_MIN[unit]
    longest = max(window_min, least if measure == "silence" else 0)
    if longest > _LONGEST_MIN or least <= 0 or (measure == "negative" and least > 1):
        raise ValueError(f"is out of range; {_REMEDY}")
    return Rule(measure, least, window_min, int(found["posts"] or 20))
