"""The topics head: which of the user's topics a text is about, from the text's embedding.

A topic is a few phrases in any language.  Similarities of one encoder's embeddings crowd together
and differ by language and by phrase, so each is compared with what texts at large reach:
embeddings are centred by language, and a phrase's similarity is counted in standard deviations
above its mean over a background sample of texts about everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder, unit_rows

Floats = NDArray[np.float32]

LEAST_DEVIATIONS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Background:
    """What embeddings of texts at large look like.

    languages: codes, shape (l,).  means: the mean embedding of each language, (l, dimension).
    mean: that of all languages, (dimension,).  sample: embeddings of many texts, each centred by
    its language and of length 1, (s, dimension).
    """

    languages: tuple[str, ...]
    means: Floats
    mean: Floats
    sample: Floats


class TopicMatcher:
    """Finds topics by the phrases that describe them."""

    def __init__(
        self, encoder: Encoder, topics: Mapping[str, Sequence[str]], background: Background
    ) -> None:
        self._names = tuple(topics)
        self._rows = {language: row for row, language in enumerate(background.languages)}
        self._means = np.vstack([background.means, background.mean])
        phrases = [phrase for name in self._names for phrase in topics[name]]
        counts = [len(topics[name]) for name in self._names]
        self._starts = np.cumsum([0, *counts[:-1]])
        if not phrases:
            return
        self._phrases = unit_rows(encoder.encode(phrases) - background.mean)
        usual = background.sample @ self._phrases.T
        self._usual_mean = usual.mean(axis=0)
        self._usual_deviation = usual.std(axis=0)

    def match(self, embeddings: Floats, langs: Sequence[str]) -> list[tuple[str, ...]]:
        """The topics of each text, in the order in which they were given.

        embeddings: shape (n, dimension).  langs: code of each text; unknown ones are centred by
        the mean of all languages.
        """
        if not self._names:
            return [()] * len(langs)
        above = self.deviations(embeddings, langs) >= LEAST_DEVIATIONS
        found: list[tuple[str, ...]] = [()] * len(langs)
        for row in np.flatnonzero(above.any(axis=1)).tolist():
            found[row] = tuple(self._names[topic] for topic in np.flatnonzero(above[row]).tolist())
        return found

    def deviations(self, embeddings: Floats, langs: Sequence[str]) -> Floats:
        """How far each topic's nearest phrase stands out: shape (n, topics)."""
        everyone = len(self._rows)
        rows = [self._rows.get(lang.partition("-")[0], everyone) for lang in langs]
        centred = unit_rows(embeddings - self._means[rows])
        above = (centred @ self._phrases.T - self._usual_mean) / self._usual_deviation
        nearest: Floats = np.maximum.reduceat(above, self._starts, axis=1)
        return nearest
