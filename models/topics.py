"""The topics head: which of the user's topics a text is about.

A topic is a few phrases in any language.  A text that has one of them word for word is about it.
So is one that is near to them in meaning, by the text's embedding.  Similarities of one encoder's
embeddings crowd together and differ by language and by phrase, so each is compared with what texts
at large reach: embeddings are centred by language; directions in which texts about the same thing
differ, such as mood and style, count less; and a phrase's similarity is counted in standard
deviations above its mean over a background sample of texts about everything.  Every review is a
little like every phrase of a review; what counts is how far a topic stands out among the others
and among opinions about nothing in particular.  What almost stands out is claimed where the target
head, asked for the topic by its name, finds words about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embedder, unit_rows
from models.phrases import PhraseFinder

Floats = NDArray[np.float32]

# A topic is claimed for as many texts about everything as lie above this share of them.
USUAL_SHARE: Final = 0.985
# A topic is claimed from less where the target head finds words about it: deviations above that,
# negative ones, and the head's log-odds together.
ENOUGH: Final = 1.0
# A topic is as near as its nearest phrases together: one alone is often near by its form.
NEAREST_PHRASES: Final = 3
PLAIN_OPINIONS: Final = (
    "I love it, best purchase ever.",
    "Terrible, I regret it and do not recommend it.",
    "It is okay, nothing special.",
    "Sehr zufrieden, immer wieder gerne.",
    "Enttäuschend, nie wieder.",
    "Me encanta, lo recomiendo.",
    "Muy decepcionado.",
    "Je suis très satisfait.",
    "Je ne recommande pas.",
    "Saya suka sekali.",
    "Sangat mengecewakan.",
    "非常满意，推荐购买",
    "太失望了，不推荐",
    "とても満足しています",
    "がっかりしました",
    "정말 만족합니다",
    "실망했어요",
    "أنا راض جدا",
    "تجربة سيئة",
    "बहुत अच्छा लगा",
    "बिल्कुल पसंद नहीं आया",
    "ชอบมาก แนะนำเลย",
    "ผิดหวังมาก",
    "Очень доволен, рекомендую.",
    "Не советую.",
)


@dataclass(frozen=True, slots=True)
class Background:
    """What embeddings of texts at large look like.

    languages: codes, shape (l,).  means: the mean embedding of each language, (l, dimension).
    mean: that of all languages, (dimension,).  contrast: a centred embedding times this one
    varies alike in all directions between texts about the same thing, (dimension, dimension).
    sample: centred embeddings of many texts, (s, dimension).
    """

    languages: tuple[str, ...]
    means: Floats
    mean: Floats
    contrast: Floats
    sample: Floats


class TopicMatcher:
    """Finds topics by the phrases that describe them."""

    def __init__(
        self, encoder: Embedder, topics: Mapping[str, Sequence[str]], background: Background
    ) -> None:
        self.names = tuple(name for name, phrases in topics.items() if phrases)
        groups = [*(topics[name] for name in self.names), PLAIN_OPINIONS]
        self._literal = PhraseFinder({name: topics[name] for name in self.names})
        self._rows = {language: row for row, language in enumerate(background.languages)}
        self._means = np.vstack([background.means, background.mean])
        self._contrast = background.contrast
        phrases = encoder.encode([phrase for group in groups for phrase in group])
        self._ends = np.cumsum([len(group) for group in groups])
        self._phrases = self._contrasted(phrases - background.mean)
        usual = self._contrasted(background.sample) @ self._phrases.T
        self._usual_mean = usual.mean(axis=0)
        self._usual_deviation = usual.std(axis=0)
        self._least = np.quantile(self._standing_out(usual), USUAL_SHARE, axis=0)

    def match(
        self,
        texts: Sequence[str],
        embeddings: Floats,
        langs: Sequence[str],
        evidence: Floats | None = None,
    ) -> list[tuple[str, ...]]:
        """The topics of each text, in the order in which they were given.

        embeddings: shape (n, dimension).  langs: code of each text; unknown ones are centred by
        the mean of all languages.  evidence: what models.named_topics found about `names`, shape
        (n, names); None for a model without a target head.
        """
        if not self.names:
            return [()] * len(texts)
        beyond = self.standing_out(embeddings, langs) - self._least
        above = beyond >= 0
        if evidence is not None:
            above |= beyond + evidence >= ENOUGH
        # Where no letter is, the embedding says nothing about what the text is about.
        above[[not any(map(str.isalpha, text)) for text in texts]] = False
        for row, literal in enumerate(self._literal.find(texts)):
            above[row, list(literal)] = True
        found: list[tuple[str, ...]] = [()] * len(texts)
        for row in np.flatnonzero(above.any(axis=1)).tolist():
            found[row] = tuple(self.names[topic] for topic in np.flatnonzero(above[row]).tolist())
        return found

    def standing_out(self, embeddings: Floats, langs: Sequence[str]) -> Floats:
        """How far each topic is above the mean of all, in deviations: shape (n, topics)."""
        everyone = len(self._rows)
        rows = [self._rows.get(lang.partition("-")[0], everyone) for lang in langs]
        return self._standing_out(
            self._contrasted(embeddings - self._means[rows]) @ self._phrases.T
        )

    def _contrasted(self, centred: Floats) -> Floats:
        return unit_rows(unit_rows(centred) @ self._contrast)

    def _standing_out(self, similarities: Floats) -> Floats:
        above = (similarities - self._usual_mean) / self._usual_deviation
        groups = np.split(above, self._ends[:-1], axis=1)
        near = np.stack(
            [np.sort(group, axis=1)[:, -NEAREST_PHRASES:].mean(axis=1) for group in groups[:-1]]
            + [groups[-1].mean(axis=1)],
            axis=1,
        )
        out: Floats = near[:, :-1] - near.mean(axis=1, keepdims=True)
        return out
