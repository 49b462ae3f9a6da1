"""A threshold rule with what it is about, in one line.

posts >= 20 in 15m of topic delivery
"""

import re
from typing import Final

from schemas.alert import SeriesName
from schemas.alert_rules import WatchedRule
from schemas.threshold_rules import parse_rule

_SCOPED: Final = re.compile(r"(.*?\S)\s+of\s+(topic|lang|product)\s+(\S.*)", re.DOTALL)


def parse_scoped_rule(text: str) -> WatchedRule:
    """The rule and its topic, language or product; of every brand.  Raises ValueError."""
    found = _SCOPED.fullmatch(text.strip())
    if found is None:
        return WatchedRule(text, parse_rule(text))
    rule, dimension, value = found.groups()
    part = {dimension: value}
    return WatchedRule(rule, parse_rule(rule), **part)


def scoped_rule(rule: str, series: SeriesName) -> str:
    """The rule's text with what of the brand it is about, as `parse_scoped_rule` reads it."""
    return " ".join(
        [rule, *(f"of {dimension} {value}" for dimension, value in series.parts.items())]
    )
