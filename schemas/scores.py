"""What a model says about a batch of texts, by column."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SENTIMENTS: Final = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class ScoreBatch:
    """Scores of n texts, in the order of the texts.

    probabilities: float32, shape (n, 3), columns as in SENTIMENTS, each row sums to 1.
    topics: for each text the names of the topics that it is about, possibly none.
    """

    probabilities: NDArray[np.float32]
    topics: list[tuple[str, ...]]

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
