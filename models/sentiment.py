"""The sentiment head: an embedding in, three calibrated probabilities out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.scores import SENTIMENTS

Floats = NDArray[np.float32]
NEUTRAL = SENTIMENTS.index("neutral")


@dataclass(frozen=True, slots=True)
class SentimentHead:
    """Softmax of (embedding x weight + bias) / temperature.

    weight: float32, shape (dimension, 3).  bias: float32, shape (3,).
    languages: codes that have a temperature of their own, shape (l,).
    temperatures: theirs, and last that of all other languages, float32, shape (l + 1,); found on
    held-out texts, so that of all texts with a probability of 0.8 eight in ten have that sentiment.
    """

    weight: Floats
    bias: Floats
    languages: tuple[str, ...]
    temperatures: Floats

    def logits(self, embeddings: Floats) -> Floats:
        """Of the sentiments, before any temperature: float32, shape (n, 3)."""
        out: Floats = embeddings @ self.weight + self.bias
        return out

    def probabilities(self, embeddings: Floats, langs: Sequence[str]) -> Floats:
        """Of negative, neutral, positive: float32, shape (n, 3), each row sums to 1.

        langs: language code of each text; a region behind it ("pt-BR") does not matter.
        """
        places = {lang: place for place, lang in enumerate(self.languages)}
        rows = [places.get(lang.partition("-")[0], -1) for lang in langs]
        return softmax(self.logits(embeddings) / self.temperatures[rows][:, None])


def softmax(logits: NDArray[np.floating[Any]]) -> Floats:
    """Rows that are positive and sum to 1, float32."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
