"""Labelled texts with their embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Embedded:
    """Texts of one set with what a model makes of them.

    rows: embeddings, float32, shape (n, dimension).  evidence: of topics, shape (n, topics), as
    models.named_topics gives it; None where nothing asked for it.
    """

    examples: Sequence[Labelled]
    rows: NDArray[np.float32]
    evidence: NDArray[np.float32] | None = None

    @property
    def langs(self) -> list[str]:
        """Language codes without region."""
        return [example.lang.partition("-")[0] for example in self.examples]
