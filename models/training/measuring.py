"""How a model does on labelled texts, head by head, set by set, language by language."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder, Encoding
from models.heads import Heads, probabilities
from models.sentiment import softmax
from models.targets import OPINIONS, Pair, mentioned
from models.training.labelled import UNKNOWN, Labelled
from models.training.measures import calibration_error, error_by_chance, macro_f1
from schemas.scores import EMOTIONS, SENTIMENTS

CHUNK: Final = 1000

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """How one head does on one language of one set.

    macro_f1, accuracy, calibration_error, error_by_chance: within [0, 1]; see models.training.
    measures.  Where several labels may hold, the means over the labels.  confusion: texts by label
    and answer, shape (k, k), empty there.  names: of the k labels.
    """

    head: str
    source: str
    lang: str
    texts: int
    macro_f1: float
    accuracy: float
    calibration_error: float
    error_by_chance: float
    names: tuple[str, ...]
    confusion: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answers:
    """A model's answers to the texts of one set.

    sentiment: logits, shape (n, 3).  emotions: (n, 8).  offensive, irony: (n,).  targets: logits of
    OPINIONS, for each text one row an opinion.  embeddings: (n, dimension).
    """

    rows: Sequence[Labelled]
    embeddings: Floats
    sentiment: Floats
    emotions: Floats | None
    offensive: Floats | None
    irony: Floats | None
    targets: Sequence[Floats]


def answer(encoder: Encoder, heads: Heads, rows: Sequence[Labelled]) -> Answers:
    """What a model says about labelled texts."""
    embeddings, targets = [np.empty((0, encoder.dimension), np.float32)], list[Floats]()
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        texts = [row.text for row in part]
        if heads.targets is not None and any(row.opinions for row in part):
            encoding = encoder.read(texts)
            embeddings.append(encoding.embeddings)
            targets += _towards(encoder, heads, encoding, part)
        else:
            embeddings.append(encoder.encode(texts))
            targets += [np.empty((0, len(OPINIONS)), np.float32)] * len(part)
    found = np.concatenate(embeddings)
    emotions, offensive, irony = (
        None if layer is None else probabilities(layer, found)
        for layer in (heads.emotions, heads.offensive, heads.irony)
    )
    return Answers(
        rows,
        found,
        heads.sentiment.logits(found),
        emotions,
        None if offensive is None else offensive[:, 0],
        None if irony is None else irony[:, 0],
        targets,
    )


def _towards(
    encoder: Encoder, heads: Heads, encoding: Encoding, rows: Sequence[Labelled]
) -> list[Floats]:
    phrases = list(dict.fromkeys(opinion.phrase for row in rows for opinion in row.opinions))
    place = {phrase: at for at, phrase in enumerate(phrases)}
    pairs = [
        Pair(
            at,
            place[opinion.phrase],
            mentioned(encoding.texts[at], opinion.phrase, encoding.offsets[at]),
        )
        for at, row in enumerate(rows)
        for opinion in row.opinions
    ]
    assert heads.targets is not None
    logits = heads.targets.logits(encoding, encoder.encode(phrases), pairs)
    ends = np.cumsum([len(row.opinions) for row in rows])
    return np.split(logits, ends[:-1])


def figures(answers: Answers, heads: Heads) -> Iterator[Figure]:
    """All figures of one set, by head and language."""
    by_lang: defaultdict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(answers.rows):
        by_lang[row.lang].append(at)
    for lang, places in sorted(by_lang.items()):
        yield from _of_language(answers, heads, lang, np.array(places))


def _of_language(answers: Answers, heads: Heads, lang: str, places: Labels) -> Iterator[Figure]:
    rows = [answers.rows[at] for at in places]
    labels = np.array([row.sentiment for row in rows])
    known = labels != UNKNOWN
    langs = [row.lang for row in rows]
    shares = heads.sentiment.probabilities(answers.embeddings[places], langs)
    where = Where(rows[0].source, lang)
    yield from _figure("sentiment", where, labels[known], shares[known], SENTIMENTS)
    for head, column in (("offensive", answers.offensive), ("irony", answers.irony)):
        flags = np.array([getattr(row, head) for row in rows])
        known = flags != UNKNOWN
        if column is not None:
            share = column[places][known]
            both = np.stack([1 - share, share], axis=1)
            yield from _figure(head, where, flags[known], both, ("no", "yes"))
    if answers.emotions is not None:
        yield from _emotions(where, rows, answers.emotions[places], heads.emotions_from)
    opinions = np.array([op.opinion for row in rows for op in row.opinions], np.int64)
    if heads.targets is not None and len(opinions):
        # Given that there is an opinion, which is what the labels say.
        logits = np.concatenate([answers.targets[at] for at in places])[:, 1:]
        towards = softmax(logits / heads.targets.temperature)
        yield from _figure("targets", where, opinions - 1, towards, SENTIMENTS)


@dataclass(frozen=True, slots=True)
class Where:
    """One language of one set."""

    source: str
    lang: str


def _figure(
    head: str,
    where: Where,
    labels: Labels,
    shares: Floats,
    names: Sequence[str],
) -> Iterator[Figure]:
    if not len(labels):
        return
    guesses = shares.argmax(axis=1)
    confusion = np.zeros((len(names), len(names)), np.int64)
    np.add.at(confusion, (labels, guesses), 1)
    yield Figure(
        head=head,
        source=where.source,
        lang=where.lang,
        texts=len(labels),
        macro_f1=macro_f1(labels, guesses),
        accuracy=float((labels == guesses).mean()),
        calibration_error=calibration_error(labels, shares),
        error_by_chance=error_by_chance(shares),
        names=tuple(names),
        confusion=confusion,
    )


def _emotions(
    where: Where, rows: Sequence[Labelled], shares: Floats, least: Floats | None
) -> Iterator[Figure]:
    """One of several where every text has just one; else each emotion by itself."""
    labels = np.array([row.emotions for row in rows])
    known = np.flatnonzero((labels != UNKNOWN).any(axis=0))
    rated = (labels != UNKNOWN).any(axis=1)
    if not len(known) or not rated.any():
        return
    labels, shares = labels[rated][:, known], shares[rated][:, known]
    names = [EMOTIONS[at] for at in known]
    thresholds = np.full(len(known), 0.5) if least is None else least[known]
    if ((labels == 1).sum(axis=1) == 1).all() and "none" not in names:
        yield from _figure("emotions", where, labels.argmax(axis=1), shares, names)
        return
    scores, right, errors, by_chance = [], [], [], []
    for at in range(len(names)):
        rated_here = labels[:, at] != UNKNOWN
        share = shares[rated_here, at]
        truth, guess = labels[rated_here, at] == 1, share >= thresholds[at]
        if truth.any():
            scores.append(2 * (truth & guess).sum() / (truth.sum() + guess.sum()))
        right.append(float((truth == guess).mean()))
        both = np.stack([1 - share, share], axis=1)
        errors.append(calibration_error(truth.astype(np.int64), both))
        by_chance.append(error_by_chance(both))
    if scores:
        yield Figure(
            head="emotions",
            source=where.source,
            lang=where.lang,
            texts=len(labels),
            macro_f1=float(np.mean(scores)),
            accuracy=float(np.mean(right)),
            calibration_error=float(np.mean(errors)),
            error_by_chance=float(np.mean(by_chance)),
            names=tuple(names),
            confusion=np.zeros((0, 0), np.int64),
        )
