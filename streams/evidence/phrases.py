"""The words and phrases that set posts apart from the usual ones."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

import numpy as np

from schemas.evidence import Phrase
from streams.evidence.log_odds import contrast
from streams.evidence.runs import Run, is_whole, runs

MAX_PHRASES: Final = 12
# About one in forty phrases would be this far off by chance.
MIN_STRENGTH: Final = 1.96
_CANDIDATES: Final = 4_000
_CLOSELY_READ: Final = 150
# A phrase grows by what most of those who use it say beside it.
_SAME: Final = 0.75
_MAX_WORDS: Final = 5
# A word is of every day if this share of so many usual documents of its language has it.
_EVERYDAY: Final = 0.15
_ENOUGH: Final = 20
_MAX_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Document:
    """What one voice said, in which language. phrases: all of Run.phrases."""

    lang: str
    runs: tuple[Run, ...]
    phrases: frozenset[str]

    @classmethod
    def of(cls, text: str, lang: str) -> "Document":
        """A text as a document."""
        found = tuple(runs(text))
        return cls(lang, found, frozenset().union(*(run.phrases() for run in found)))

    def has(self, phrase: str) -> bool:
        """Whether the phrase (of words: with a space on both sides) is in it."""
        return any(phrase in run.text for run in self.runs)


def distinguishing(
    here: Sequence[Document], usual: Sequence[Document], *, limit: int = MAX_PHRASES
) -> list[Phrase]:
    """What sets the documents here apart from the usual ones, what is newest first.

    Of phrases that share half of their letters only one is named. At least two documents must
    have a phrase, three where there are more than ten.
    """
    least = 2 if len(here) <= 10 else 3
    counts = Counter(phrase for document in here for phrase in document.phrases)
    often = sorted(
        (phrase for phrase, count in counts.items() if count >= least),
        key=lambda phrase: (-counts[phrase], phrase),
    )
    measured = _measured(often[:_CANDIDATES], here, usual, _all)
    strong = [phrase for phrase in measured if phrase.strength >= MIN_STRENGTH]
    everyday = _everyday(usual)
    longest = {
        _trimmed(_grown(phrase.text, here), everyday) for phrase in strong[:_CLOSELY_READ]
    } - {""}
    found = _measured(sorted(longest), here, usual, lambda document: _of(longest, document))
    kept = _apart([phrase for phrase in found if phrase.strength >= MIN_STRENGTH])
    return [_shown(phrase) for phrase in kept[:limit]]


def _all(document: Document) -> AbstractSet[str]:
    return document.phrases


def _of(phrases: Iterable[str], document: Document) -> set[str]:
    return {phrase for phrase in phrases if document.has(phrase)}


def _measured(
    phrases: Sequence[str],
    here: Sequence[Document],
    usual: Sequence[Document],
    phrases_of: Callable[[Document], AbstractSet[str]],
) -> list[Phrase]:
    """The phrases with their counts, first those whose odds differ most for certain."""
    langs = sorted({document.lang for document in here})
    counts, voices = _count(phrases, langs, here, phrases_of)
    usual_counts, usual_voices = _count(phrases, langs, usual, phrases_of)
    # A language of which nothing usual is known says nothing of what is unusual in it.
    known = usual_voices > 0
    found = contrast(counts[known], voices[known], usual_counts[known], usual_voices[known])
    totals = counts.sum(axis=0).astype(int).tolist()
    # As many as would usually have it in this mix of languages: each is compared with itself.
    rates = usual_counts[known] / usual_voices[known, None]
    shares = (voices[known] @ rates / max(voices[known].sum(), 1)).tolist()
    measured = [
        Phrase(
            text=text,
            posts=total,
            share=total / len(here),
            usual_share=share,
            strength=round(strength, 2),
        )
        for text, total, share, strength in zip(
            phrases, totals, shares, found.strength.tolist(), strict=True
        )
    ]
    order = sorted(zip(found.least.tolist(), measured, strict=True), key=_by_rank)
    return [phrase for _, phrase in order]


def _by_rank(ranked: tuple[float, Phrase]) -> tuple[float, int, str]:
    least, phrase = ranked
    return (-least, -len(phrase.text), phrase.text)


def _count(
    phrases: Sequence[str],
    langs: Sequence[str],
    documents: Sequence[Document],
    phrases_of: Callable[[Document], AbstractSet[str]],
) -> tuple[np.ndarray, np.ndarray]:
    """Documents with each phrase, shape (languages, phrases), and all documents, by language."""
    rows = {lang: number for number, lang in enumerate(langs)}
    columns = {phrase: number for number, phrase in enumerate(phrases)}
    counts, voices = np.zeros((len(rows), len(columns))), np.zeros(len(rows))
    for document in documents:
        row = rows.get(document.lang)
        if row is not None:
            voices[row] += 1
            found = [columns[phrase] for phrase in phrases_of(document) if phrase in columns]
            counts[row, found] += 1
    return counts, voices


def _grown(phrase: str, documents: Sequence[Document]) -> str:
    """The longest phrase around it that most of those who use it use."""
    having = [run for document in documents for run in document.runs if phrase in run.text]
    whole = phrase
    while True:
        beside = Counter(one for run in having for one in _one_longer(phrase, run))
        best = beside.most_common(1)
        if not best or best[0][1] < _SAME * len(having) or not _fits(best[0][0]):
            return whole
        phrase = best[0][0]
        having = [run for run in having if phrase in run.text]
        if phrase.startswith(" ") or is_whole(phrase):
            whole = phrase


def _everyday(documents: Sequence[Document]) -> set[str]:
    """Words that many documents of a language have, whatever they are about."""
    voices = Counter(document.lang for document in documents)
    counts = Counter(
        (document.lang, phrase)
        for document in documents
        for phrase in document.phrases
        if phrase.startswith(" ") and phrase.count(" ") == 2
    )
    return {
        phrase
        for (lang, phrase), count in counts.items()
        if voices[lang] >= _ENOUGH and count >= _EVERYDAY * voices[lang]
    }


def _trimmed(phrase: str, everyday: set[str]) -> str:
    """The phrase without everyday words at its ends: they say nothing there."""
    words = phrase.split()
    if not phrase.startswith(" "):
        return phrase
    while words and f" {words[0]} " in everyday:
        del words[0]
    while words and f" {words[-1]} " in everyday:
        del words[-1]
    return f" {' '.join(words)} " if words else ""


def _one_longer(phrase: str, run: Run) -> Iterable[str]:
    """The phrase with the unit before it and with the one after, where it first stands."""
    start = run.text.index(phrase)
    before, after = run.text[:start], run.text[start + len(phrase) :]
    if run.spaced:
        if before.split():
            yield f" {before.split()[-1]}{phrase}"
        if after.split():
            yield f"{phrase}{after.split()[0]} "
        return
    if before:
        yield before[-1] + phrase
    if after:
        yield phrase + after[0]


def _fits(phrase: str) -> bool:
    if phrase.startswith(" "):
        return len(phrase.split()) <= _MAX_WORDS
    return len(phrase) <= _MAX_CHARACTERS


def _apart(phrases: Sequence[Phrase]) -> list[Phrase]:
    """One of each family that shares words: the strongest, or a longer one that says as much."""
    kept: list[Phrase] = []
    for phrase in phrases:
        akin = [other for other in kept if _share_words(phrase.text, other.text)]
        if akin and not all(
            other.text in phrase.text and phrase.posts >= _SAME * other.posts for other in akin
        ):
            continue
        place = kept.index(akin[0]) if akin else len(kept)
        kept.insert(place, phrase)
        kept = [other for other in kept if other not in akin]
    return kept


def _share_words(one: str, other: str) -> bool:
    """Whether half of the shorter phrase stands in the longer one."""
    common = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return 2 * common.size >= min(len(one), len(other))


def _shown(phrase: Phrase) -> Phrase:
    return Phrase(
        text=phrase.text.strip(),
        posts=phrase.posts,
        share=round(phrase.share, 4),
        usual_share=round(phrase.usual_share, 4),
        strength=phrase.strength,
    )
