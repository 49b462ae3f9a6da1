"""Asks the target head for topics by their names."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder, Encoding
from models.opinions import Opinions
from models.topics import PLAIN_OPINIONS

READ_TOGETHER: Final = 256
"""Texts: their tokens' states take two hundred times the room of their embeddings."""
SURE: Final = 1e-6  # probabilities nearer to 0 or 1 than this count as this

Floats = NDArray[np.float32]


class NamedTopics:
    """How much a text says about topics, by the words that the target head finds about their names.

    Some names, such as "service", the head finds in any opinion; what it finds in those about
    nothing in particular is taken off.
    """

    def __init__(self, encoder: Encoder, opinions: Opinions, names: Sequence[str]) -> None:
        self._encoder = encoder
        self._opinions = opinions
        self._phrases = encoder.encode(names)
        plain = self._log_odds(encoder.read(PLAIN_OPINIONS))
        self._usual = np.maximum(0, plain.mean(axis=0))

    @property
    def count(self) -> int:
        """Topics."""
        return len(self._phrases)

    def rows(self, encoding: Encoding) -> Floats:
        """Each text's embedding and, beside it, log-odds: float32, shape (n, dimension + topics).

        A text's row depends on that text alone.
        """
        return np.concatenate([encoding.embeddings, self._log_odds(encoding) - self._usual], axis=1)

    def read(self, texts: Sequence[str]) -> Floats:
        """The same for any number of texts."""
        starts = range(0, len(texts), READ_TOGETHER)
        parts = [self._encoder.read(texts[start : start + READ_TOGETHER]) for start in starts]
        return np.concatenate([self.rows(part) for part in parts])

    def _log_odds(self, encoding: Encoding) -> Floats:
        said = np.clip(self._opinions.said(encoding, self._phrases), SURE, 1 - SURE)
        odds: Floats = np.log(said / (1 - said)).astype(np.float32)
        return odds
