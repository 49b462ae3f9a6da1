"""Whether the last minutes are above the hour before them.

A brand wanders about its season for hours, and what the season is takes weeks to learn. The rest of
the hour tells how high the brand stands today, so that a sharp rise shows long before it leaves the
range of ordinary days; a slow one, of a launch or of the morning, does not.
"""

from dataclasses import dataclass

import numpy as np

from streams.detection.columns import Columns, Floats, within
from streams.detection.dispersion import Dispersion
from streams.detection.rolling import RollingSums
from streams.detection.tuning import Tuning

# Scales of the rolling sums: the row's own comes first, then the windows.
_FIRST = 1
_LEAST_DISPERSION = 1e-4


@dataclass(frozen=True, slots=True)
class Rise:
    """What the rest of the hour leads one to expect of each window, shape (windows, series) each.

    due: posts. doubt: relative variance of `due`, for lack of experience. dispersion: of the posts
    about it. spread: both, as the surprise takes them.
    """

    due: Floats
    doubt: Floats
    dispersion: Floats
    spread: Floats


class HourBefore:
    """Holds the shortest windows of every series against the rest of their hour."""

    def __init__(self, *, series: int, rows_a_day: float, tuning: Tuning) -> None:
        self._tuning = tuning
        self._rows_a_day = rows_a_day
        self._hour = _FIRST + tuning.windows_min.index(tuning.hour_window_min)
        self.scales = slice(_FIRST, _FIRST + tuning.rise_windows)
        self.dispersion = Dispersion.empty(scales=tuning.rise_windows, series=series)

    def expect(self, windows: RollingSums, filled: Floats, doubt: Floats, spread: Floats) -> Rise:
        """What to expect of the windows.

        windows: posts seen and due are its first two channels. filled: known part of each scale,
        spread: relative variance of each scale about the season, shape (scales, series). doubt: of
        the baseline, shape (series,).
        """
        tuning, hour = self._tuning, self._hour
        seen, due = windows.sums[:2]
        before_seen, before_due = (of[hour] - of[self.scales] for of in (seen, due))
        prior = tuning.rise_prior_posts
        # No lower than the baseline can be wrong: the end of a lull is no surge.
        least = np.maximum(1.0 - tuning.rise_least_sd * np.sqrt(spread[hour]), 0.5)
        level = within((before_seen + prior) / (before_due + prior), least, tuning.rise_most)
        trust = np.maximum(before_due, 0.0) / (np.maximum(before_due, 0.0) + prior)
        left = (
            trust**2 / np.maximum(before_seen + prior, 1.0)
            + (1.0 - trust) ** 2 * spread[hour]
            + tuning.rise_doubt * doubt
        )
        dispersion = self._dispersions(windows)
        return Rise(
            due=np.maximum(due[self.scales] * level, 1e-6),
            doubt=left,
            dispersion=dispersion,
            spread=dispersion / filled[self.scales] + left,
        )

    def learn(self, seen: Floats, rise: Rise, told: Floats) -> None:
        """Take in one row's sums, shape (scales, series), where told is above 0."""
        square = rise.due * rise.due
        self.dispersion.learn(
            seen[self.scales] - rise.due,
            poisson=rise.due,
            unit=square,
            known_extra=rise.doubt * square,
            dispersion=rise.dispersion,
            weight=told,
            half_life_rows=self._tuning.dispersion_half_life_days * self._rows_a_day,
        )

    def _dispersions(self, windows: RollingSums) -> Floats:
        values = self.dispersion.values(
            windows.lengths[self.scales],
            prior=self._tuning.rise_dispersion,
            prior_windows=self._tuning.dispersion_prior_windows,
        )
        return np.maximum(values, _LEAST_DISPERSION)

    def parts(self) -> dict[str, Columns]:
        """The state, by name."""
        return {"rise.dispersion": self.dispersion}

    def restore(self, parts: dict[str, Columns]) -> None:
        """Take the state from parts as `parts` gives them."""
        for name in self.parts():
            setattr(self, name.partition(".")[2], parts[name])
