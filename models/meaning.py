"""Embeddings in which texts about the same thing are near, whatever they say about it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embedder, unit_rows

Floats = NDArray[np.float32]


class Meaning:
    """An embedder for topics.

    An encoder that was trained on sentiment puts glad texts beside glad ones; `projection`, trained
    beside it, undoes that.  projection: shape (dimension, dimension), None for an encoder whose
    embeddings are of that kind already.
    """

    def __init__(self, encoder: Embedder, projection: Floats | None) -> None:
        self._encoder = encoder
        self._projection = projection

    def of(self, embeddings: Floats) -> Floats:
        """What embeddings of the encoder are in this space, shape (n, dimension)."""
        if self._projection is None:
            return embeddings
        return unit_rows(embeddings @ self._projection)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Embeddings, as models.encoder.Embedder says."""
        return self.of(self._encoder.encode(texts))
