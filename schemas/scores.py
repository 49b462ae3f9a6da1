"""What a model says about a batch of texts, by column."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SENTIMENTS: Final = ("negative", "neutral", "positive")
EMOTIONS: Final = (
    "anger",
    "disgust",
    "fear",
    "joy",
    "optimism",
    "sadness",
    "surprise",
    "none",
)
"""Several may hold at once; "none" is an emotion's absence, said with a probability of its own."""


@dataclass(frozen=True, slots=True)
class OpinionOf:
    """What a text says about something.

    name: of an aspect or a target.  probabilities: in the order of SENTIMENTS, they sum to 1.
    """

    name: str
    probabilities: tuple[float, ...]

    @property
    def polarity(self) -> str:
        """The most probable of SENTIMENTS."""
        return SENTIMENTS[self.probabilities.index(max(self.probabilities))]

    @property
    def score(self) -> float:
        """P(positive) - P(negative), within [-1, 1]."""
        return self.probabilities[2] - self.probabilities[0]


@dataclass(frozen=True, slots=True)
class ScoreBatch:
    """Scores of n texts, in the order of the texts.

    probabilities: float32, shape (n, 3), columns as in SENTIMENTS, each row sums to 1.
    topics: for each text the names of the topics that it is about, possibly none.
    emotions: probabilities, float32, shape (n, 8), columns as in EMOTIONS; several may be high.
    felt: for each text the names of the emotions that it shows, without "none".
    offensive, irony: probabilities, float32, shape (n,).  aspects: for each text those that it says
    something about.  targets: for each text its opinions of what was asked for, in that order.
    All from `emotions` on are None where the model has no such head, or nobody asked.
    """

    probabilities: NDArray[np.float32]
    topics: list[tuple[str, ...]]
    emotions: NDArray[np.float32] | None = None
    felt: list[tuple[str, ...]] | None = None
    offensive: NDArray[np.float32] | None = None
    irony: NDArray[np.float32] | None = None
    aspects: list[tuple[OpinionOf, ...]] | None = None
    targets: list[tuple[OpinionOf, ...]] | None = None

    @property
    def sentiments(self) -> list[str]:
        """The most probable sentiment of each text."""
        return [SENTIMENTS[index] for index in self.probabilities.argmax(axis=1).tolist()]

    @property
    def scores(self) -> NDArray[np.float32]:
        """P(positive) - P(negative) of each text: float32, shape (n,), within [-1, 1]."""
        return self.probabilities[:, 2] - self.probabilities[:, 0]

    def __len__(self) -> int:
        return len(self.topics)
