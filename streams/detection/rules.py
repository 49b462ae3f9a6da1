"""Plain threshold rules: no baseline, no statistics, just what a person wrote.

posts >= 500 in 15m
negative >= 40% in 1h with 20 posts
silence >= 2h
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from schemas.errors import SettingsError
from schemas.threshold_rules import Measure, Rule
from schemas.threshold_rules import parse_rule as read_rule
from streams.detection.columns import Columns, Flags, Floats, Parted, Wholes
from streams.detection.incidents import NEGATIVE, SILENCE, VOLUME, Incidents
from streams.detection.rolling import RollingSums
from streams.detection.tuning import TUNING

_KINDS: Final[dict[Measure, int]] = {"posts": VOLUME, "negative": NEGATIVE, "silence": SILENCE}
_ROUNDING: Final = 1 + 1e-6


def parse_rule(text: str) -> Rule:
    """The rule of that text. Raises SettingsError, which says how to write one."""
    try:
        return read_rule(text)
    except ValueError as error:
        raise SettingsError(f"--rule {text!r}: {error}") from error


def window_rows(rule: Rule, step_s: int) -> int:
    """How many rows a rule sums; step_s: seconds between them."""
    return max(1, round(60 * rule.window_min / step_s)) if rule.window_min else 1


@dataclass(slots=True)
class Quiet(Columns):
    """Minutes without a post so far, shape (series,); and when the last row was, -1 before it."""

    minutes: Floats
    last_s: Wholes


class RuleWatch(Parted):
    """One rule on many series. step_s: seconds between rows."""

    def __init__(self, rule: Rule, *, series: int, step_s: int) -> None:
        self.rule = rule
        self.step_s = step_s
        self._row_min = step_s / 60.0
        rows = window_rows(rule, step_s)
        self.windows = RollingSums.empty(channels=2, lengths=[rows], series=series)
        self.incidents = Incidents.empty(series)
        self.quiet = Quiet(np.zeros(series), np.full(series, -1))

    @property
    def kind(self) -> int:
        """Of incidents.KINDS."""
        return _KINDS[self.rule.measure]

    def step(self, time_s: Wholes, posts: Floats, negative: Floats) -> Flags:
        """Where the rule's incident opens; NaN is not known, and opens and closes nothing."""
        rule = self.rule
        self._pass_over(time_s)
        known = ~np.isnan(posts + negative if rule.measure == "negative" else posts)
        self.windows.push(np.where(known, np.nan_to_num((posts, negative)), 0.0))
        seen, bad = self.windows.sums[:, 0]
        empty = np.where(posts > 0, 0.0, self.quiet.minutes + self._row_min)
        self.quiet.minutes = np.where(known, empty, self.quiet.minutes)
        # Posts are summed in single precision; a millionth of them is no post.
        if rule.measure == "posts":
            holds = seen * _ROUNDING >= rule.least
        elif rule.measure == "negative":
            holds = (seen >= rule.least_posts) & (bad * _ROUNDING >= rule.least * seen)
        else:
            holds = self.quiet.minutes >= rule.least
        kind = np.full(holds.shape, self.kind)
        fresh = self.incidents.begin(known & holds, kind, time_s, TUNING)
        self.incidents.end(~holds, known, time_s, row_min=self._row_min, tuning=TUNING)
        return fresh

    def _pass_over(self, time_s: Wholes) -> None:
        steps = np.round((time_s - self.quiet.last_s) / self.step_s).astype(np.int64)
        missed = np.where(self.quiet.last_s >= 0, np.maximum(steps - 1, 0), 0)
        self.quiet.last_s = np.array(time_s, dtype=np.int64)
        chosen = np.flatnonzero(missed)
        if chosen.size:
            self.windows.skip(chosen, missed[chosen])

    def parts(self) -> dict[str, Columns]:
        """The state, by name."""
        return {"windows": self.windows, "incidents": self.incidents, "quiet": self.quiet}

    def restore(self, parts: dict[str, Columns]) -> Self:
        """Take the state from parts named as in `parts`; returns itself."""
        for name, part in parts.items():
            setattr(self, name, part)
        return self

    def sibling(self, series: int) -> Self:
        """A new one of the same rule that knows nothing of so many series."""
        return type(self)(self.rule, series=series, step_s=self.step_s)
