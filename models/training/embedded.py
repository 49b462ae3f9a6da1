"""Labelled texts with their embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from models.training.datasets import Example, LabelledSet
from schemas.scores import SENTIMENTS

CHUNK_TEXTS: Final = 2000


@dataclass(frozen=True, slots=True)
class Embedded:
    """Examples of one set and their embeddings, float32, shape (n, dimension)."""

    source: LabelledSet
    examples: Sequence[Example]
    rows: NDArray[np.float32]

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class numbers, shape (n,)."""
        return np.array([SENTIMENTS.index(example.sentiment) for example in self.examples])

    @property
    def langs(self) -> list[str]:
        """Language codes without region."""
        return [example.lang.partition("-")[0] for example in self.examples]


def embed(
    encoder: Encoder, source: LabelledSet, examples: Sequence[Example], cache: Path
) -> Embedded:
    """Encode examples; what is in the cache file already is read from there."""
    if cache.exists() and len(rows := np.load(cache)) == len(examples):
        return Embedded(source, examples, rows)
    texts = [example.text for example in examples]
    parts = [
        encoder.encode(texts[start : start + CHUNK_TEXTS])
        for start in range(0, len(texts), CHUNK_TEXTS)
    ]
    rows = np.concatenate([np.empty((0, encoder.dimension), np.float32), *parts])
    np.save(cache, rows)
    return Embedded(source, examples, rows)
