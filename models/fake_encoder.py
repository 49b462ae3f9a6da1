"""The fake: embeddings from a checksum, for the model "stub" and for tests."""

import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoding, unit_rows

DIMENSION: Final = 8
# Odd numbers: multiplied with a checksum they give one well-mixed number a column.
_MIXERS: Final = np.array(
    [
        0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F,
        0x165667B1, 0xD3A2646D, 0xFD7046C5, 0xB55A4F09,
    ],
    np.uint32,
)  # fmt: skip


class FakeEncoder:
    """Embeds by checksum: the same text always gets the same embedding, in any process.

    It costs next to nothing, so that a load test measures what surrounds the model.
    """

    name = "fake"
    dimension = DIMENSION
    gives_states = True

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings, as models.encoder.Encoder says; they mean nothing."""
        checksums = np.array(
            [zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in texts], np.uint32
        )
        mixed = checksums[:, None] * _MIXERS
        return unit_rows(((mixed ^ (mixed >> 15)) / np.float32(2**31) - 1).astype(np.float32))

    def read(self, texts: Sequence[str]) -> Encoding:
        """Each text is one token, whose state is its embedding."""
        embeddings = self.encode(texts)
        offsets = [[(0, len(text))] for text in texts]
        return Encoding(embeddings, list(texts), list(embeddings[:, None]), offsets)
