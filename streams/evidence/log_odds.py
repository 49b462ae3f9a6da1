"""Weighted log-odds with an informative Dirichlet prior.

Monroe, Colaresi and Quinn 2008, "Fightin' Words", equations 16, 20 and 22: by how much more often
one group of people uses a phrase than another, in standard deviations, so that neither rare
phrases nor those that everybody uses come out on top.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# The prior weighs as much as this many voices: enough that one voice's oddity proves nothing.
PRIOR_VOICES: Final = 10.0

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contrast:
    """By how much the log-odds of each phrase differ, and the standard error; shape (phrases,)."""

    difference: Numbers
    error: Numbers

    @property
    def strength(self) -> Numbers:
        """The difference in standard errors; above 0: more here."""
        return self.difference / self.error

    @property
    def least(self) -> Numbers:
        """The least difference that is probable (97.5 %).

        By this, what is new comes before what has merely become somewhat more frequent.
        """
        return self.difference - 1.96 * self.error


def contrast(here: Numbers, voices: Numbers, usual: Numbers, usual_voices: Numbers) -> Contrast:
    """Compare the voices here with the usual ones.

    here, usual: voices that have the phrase, now and usually, shape (languages, phrases).
    voices, usual_voices: all voices of each language, shape (languages,). Languages are compared
    each with itself, then averaged by their precision: else the stop words of a language that
    has become frequent would stand out.
    """
    n, usual_n = voices[:, None], usual_voices[:, None]
    # The prior: the phrase's share in both together, never quite none or all.
    prior = PRIOR_VOICES * (here + usual + 0.5) / (n + usual_n + 1)
    difference, variance = _log_odds(here + prior, n + PRIOR_VOICES)
    usual_odds, usual_variance = _log_odds(usual + prior, usual_n + PRIOR_VOICES)
    difference -= usual_odds
    precision = 1 / (variance + usual_variance)
    total = np.maximum(precision.sum(axis=0), 1e-12)
    return Contrast((difference * precision).sum(axis=0) / total, 1 / np.sqrt(total))


def _log_odds(having: Numbers, voices: Numbers) -> tuple[Numbers, Numbers]:
    """The log-odds and their variance. Voices are few and a word may be in most of them, so the
    variance has the term of those without it, which may be left out where words are counted.
    """
    lacking = voices - having
    return np.log(having) - np.log(lacking), 1 / having + 1 / lacking
