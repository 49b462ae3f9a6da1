"""What every encoder backend does, and how texts become batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

CHARACTERS_PER_TOKEN: Final = 32
"""Text beyond this many characters for each token kept is cut before it is tokenised.

A piece of the vocabulary has 16 characters at most; the rest is room for spaces.
"""


@dataclass(frozen=True, slots=True)
class Encoding:
    """Texts as their tokens' states, for heads that read single words.

    embeddings: as Encoder.encode gives them, shape (n, dimension).  texts: as they were read, with
    the prefix.  states: of each text float32, shape (its tokens, dimension).  offsets: of each text
    its tokens' first character and the one behind their last, (0, 0) for marks.
    """

    embeddings: NDArray[np.float32]
    texts: Sequence[str]
    states: Sequence[NDArray[np.float32]]
    offsets: Sequence[Sequence[tuple[int, int]]]


class Embedder(Protocol):
    """Texts to embeddings.

    A text's embedding depends on the text alone: not on the texts beside it, nor on their order.
    """

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings of n texts: float32, shape (n, dimension), each of length 1.

        Any string is a text: empty, longer than the model reads (cut), with NUL or lone
        surrogates (read as U+FFFD).  Raises ModelError if the backend does not answer.
        """


class Encoder(Embedder, Protocol):
    """Texts to embeddings, and to the states of their tokens."""

    @property
    def name(self) -> str:
        """What runs: the backend and its model."""

    @property
    def dimension(self) -> int:
        """Numbers in an embedding."""

    @property
    def gives_states(self) -> bool:
        """Whether `read` answers."""

    def read(self, texts: Sequence[str]) -> Encoding:
        """The same as encode, with the states of all tokens.

        Raises ModelError if the backend does not answer, or cannot give states.
        """


def readable(text: str, *, max_tokens: int) -> str:
    """The part of a text that a model may read, as valid Unicode."""
    text = text[: max_tokens * CHARACTERS_PER_TOKEN]
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # Two surrogates in a row are one character that somebody cut into halves.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def as_read(texts: Sequence[str], *, prefix: str, max_tokens: int) -> list[str]:
    """The texts as a model reads them: what is readable, behind its prefix."""
    return [prefix + readable(text, max_tokens=max_tokens) for text in texts]


def token_batches(lengths: Sequence[int], *, budget: int) -> list[list[int]]:
    """Group row numbers by length so that longest row x rows stays within the budget.

    lengths: tokens of each row, shape (n,).  budget: in tokens; a longer row goes alone.
    Returns every row exactly once, the longest batches first.
    """
    batches: list[list[int]] = []
    batch: list[int] = []
    longest = 0
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        longest = longest or lengths[row]
        if batch and longest * (len(batch) + 1) > budget:
            batches.append(batch)
            batch, longest = [], lengths[row]
        batch.append(row)
    if batch:
        batches.append(batch)
    return batches


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row divided by its length; rows of zeros stay."""
    lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    units: NDArray[np.float32] = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return units.astype(np.float32, copy=False)
