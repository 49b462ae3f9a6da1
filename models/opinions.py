"""What texts say about targets that were named, and about the aspects of a trade."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.aspects import ASPECTS
from models.encoder import Encoder, Encoding, unit_rows
from models.targets import OPINIONS, Pair, TargetHead, mentioned
from schemas.errors import ModelError
from schemas.scores import SENTIMENTS, OpinionOf

NONE: Final = OPINIONS.index("none")

Floats = NDArray[np.float32]


class Opinions:
    """Asks the target head.

    head: None for a model that has none: asking is refused then.  least: the probability that a
    text says something about an aspect, from which on the aspect is claimed.
    """

    def __init__(self, encoder: Encoder, head: TargetHead | None, *, least: float) -> None:
        self._encoder = encoder
        self._head = head
        self._least = least
        self._aspects: Floats | None = None

    def of_targets(
        self, encoding: Encoding, rows: Sequence[int], targets: Sequence[Sequence[str]]
    ) -> list[tuple[OpinionOf, ...]]:
        """The polarity towards each target of each text.

        rows: places of the texts in the encoding, shape (n,).  targets: of each text, n of them.
        """
        names = list(dict.fromkeys(name for of_text in targets for name in of_text))
        place = {name: at for at, name in enumerate(names)}
        pairs = [
            Pair(row, place[name], mentioned(encoding.texts[row], name, encoding.offsets[row]))
            for row, of_text in zip(rows, targets, strict=True)
            for name in of_text
        ]
        if not pairs:
            return [()] * len(rows)
        shares = self._asked().probabilities(encoding, self._encoder.encode(names), pairs)
        answers = iter(shares)
        return [tuple(_opinion(name, next(answers)) for name in of_text) for of_text in targets]

    def of_aspects(self, encoding: Encoding) -> list[tuple[OpinionOf, ...]]:
        """The aspects that each text of an encoding says something about."""
        shares = self._of_aspects(encoding)
        return [
            tuple(
                _opinion(name, row)
                for name, row in zip(ASPECTS, rows, strict=True)
                if 1 - row[NONE] >= self._least
            )
            for rows in shares
        ]

    def aspect_probabilities(self, encoding: Encoding) -> Floats:
        """That each text says something about each aspect: float32, shape (n, aspects)."""
        said: Floats = 1 - self._of_aspects(encoding)[:, :, NONE]
        return said

    def said(self, encoding: Encoding, phrases: Floats) -> Floats:
        """The probability that each text says something about each phrase: float32, shape (n, p).

        phrases: embeddings, shape (p, dimension).
        """
        found: Floats = 1 - self._of_phrases(encoding, phrases)[:, :, NONE]
        return found

    def _of_aspects(self, encoding: Encoding) -> Floats:
        if self._aspects is None:
            phrases = [self._encoder.encode(names).mean(axis=0) for names in ASPECTS.values()]
            self._aspects = unit_rows(np.stack(phrases))
        return self._of_phrases(encoding, self._aspects)

    def _of_phrases(self, encoding: Encoding, phrases: Floats) -> Floats:
        """Of OPINIONS, shape (n, p, 4)."""
        count = len(encoding.states)
        pairs = [Pair(row, at) for row in range(count) for at in range(len(phrases))]
        shares = self._asked().probabilities(encoding, phrases, pairs)
        return shares.reshape(count, len(phrases), len(OPINIONS))

    def _asked(self) -> TargetHead:
        if self._head is None:
            raise ModelError(
                "this model has no head for targets and aspects; use the shipped model, or train "
                "one on a set with `targets`"
            )
        return self._head


def _opinion(name: str, shares: Floats) -> OpinionOf:
    """The polarity, given that there is one."""
    polarities = np.array([shares[OPINIONS.index(sentiment)] for sentiment in SENTIMENTS])
    return OpinionOf(name, tuple((polarities / max(float(polarities.sum()), 1e-9)).tolist()))
