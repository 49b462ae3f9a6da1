"""Which posts to quote: what most voices say, each said once; and what most people read."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.evidence import Phrase
from streams.evidence.phrases import Document
from streams.evidence.posts import Voice

MAX_REPRESENTATIVE: Final = 5
MAX_FAR_REACHING: Final = 5
# Carbonell and Goldstein 1998: how much being close to all counts against saying something new.
_RELEVANCE: Final = 0.5
_OTHER_SENTIMENT: Final = 0.5
_MAX_WORDS: Final = 400
# A word of the phrases that set the incident apart weighs as much as this many others.
_DISTINGUISHING: Final = 4.0

Matrix = NDArray[np.float64]


def representative(
    voices: Sequence[Voice],
    documents: Sequence[Document],
    phrases: Sequence[Phrase],
    *,
    sentiment: str = "",
    limit: int = MAX_REPRESENTATIVE,
) -> list[Voice]:
    """Voices close to the centre of all, each unlike the ones before it.

    documents: of the voices, in their order. sentiment: preferred, "" for any. A voice with many
    copies is somewhat closer to the centre, but is never named twice.
    """
    if not voices:
        return []
    vectors = _vectors(documents, phrases)
    heard = 1 + np.log([len(voice.posts) for voice in voices])
    centre = (vectors * heard[:, None]).sum(axis=0)
    centre /= np.linalg.norm(centre) or 1.0
    fits = [not sentiment or voice.first.sentiment == sentiment for voice in voices]
    relevance = vectors @ centre * np.where(fits, 1.0, _OTHER_SENTIMENT)
    # Of voices equally close, the one that was copied most, then the earliest.
    relevance += 1e-6 * heard
    return [voices[number] for number in _diverse(vectors, relevance, limit)]


def far_reaching(voices: Sequence[Voice], *, limit: int = MAX_FAR_REACHING) -> list[Voice]:
    """Voices by the reach of their farthest copy; none whose reach is not known."""
    known = [voice for voice in voices if voice.reach > 0]
    return sorted(known, key=lambda voice: -voice.reach)[:limit]


def _diverse(vectors: Matrix, relevance: NDArray[np.float64], limit: int) -> list[int]:
    """Maximal marginal relevance."""
    chosen: list[int] = []
    nearest = np.zeros(len(vectors))
    open_ = np.ones(len(vectors), bool)
    while len(chosen) < limit and open_.any():
        gain = np.where(open_, _RELEVANCE * relevance - (1 - _RELEVANCE) * nearest, -np.inf)
        best = int(gain.argmax())
        chosen.append(best)
        open_[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen


def _vectors(documents: Sequence[Document], phrases: Sequence[Phrase]) -> Matrix:
    """TF-IDF of the documents, each of length 1 (or 0), shape (documents, words)."""
    having = [document.phrases for document in documents]
    counts = Counter(word for words in having for word in words)
    often = [word for word, count in counts.items() if count > 1]
    strength = {word: _weight(word, phrases) for word in often}
    often.sort(key=lambda word: (-strength[word] * counts[word], word))
    columns = {word: number for number, word in enumerate(often[:_MAX_WORDS])}
    found = np.zeros((len(documents), len(columns)))
    for row, words in enumerate(having):
        for word in words:
            if word in columns:
                found[row, columns[word]] = strength[word] * np.log(
                    1 + len(documents) / counts[word]
                )
    lengths: Matrix = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(lengths > 0, lengths, 1)


def _weight(word: str, phrases: Sequence[Phrase]) -> float:
    apart = any(word.strip() in phrase.text for phrase in phrases)
    return _DISTINGUISHING if apart else 1.0
