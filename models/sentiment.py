"""The sentiment head: an embedding in, three calibrated probabilities out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.scores import SENTIMENTS

Floats = NDArray[np.float32]
NEUTRAL = SENTIMENTS.index("neutral")


@dataclass(frozen=True, slots=True)
class SentimentHead:
    """Softmax of (embedding x weight + bias) / temperature.

    weight: float32, shape (dimension, 3).  bias: float32, shape (3,).
    temperature: found on held-out texts, so that of all texts with a probability of 0.8 eight in
    ten have that sentiment.
    """

    weight: Floats
    bias: Floats
    temperature: float

    def probabilities(self, embeddings: Floats) -> Floats:
        """Of negative, neutral, positive: float32, shape (n, 3), each row sums to 1."""
        return softmax((embeddings @ self.weight + self.bias) / self.temperature)


def softmax(logits: NDArray[np.floating]) -> Floats:
    """Rows that are positive and sum to 1, float32."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
