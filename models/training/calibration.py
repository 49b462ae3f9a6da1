"""Probabilities that mean something: found on held-out texts, after training."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from models.heads import Heads
from models.sentiment import SentimentHead
from models.targets import OPINIONS
from models.training.config import Run
from models.training.labelled import UNKNOWN
from models.training.measures import best_temperature, best_threshold
from models.training.measuring import Answers
from models.training.trade_aspects import Claims, claims
from schemas.scores import EMOTIONS, SENTIMENTS

LEAST_TEXTS: Final = 300  # of a language, for a temperature of its own
LEAST_OF_ALL: Final = 50  # for one temperature of all
DEFAULT: Final = 0.5

Floats = NDArray[np.float32]


def calibrating(run: Run) -> set[str]:
    """The sets whose held-out labels say how sure the model may be.

    The guards only report: nothing of the model comes from their labels.
    """
    return {source.path for source in run.data if source.calibrates}


def calibrated(heads: Heads, encoder: Encoder, answers: Mapping[str, Answers]) -> Heads:
    """The heads with their temperatures and thresholds (Guo et al., 2017).

    Only sentiments that people gave count, none that was derived from other labels.  What no text
    tells stays as it is.
    """
    heads = replace(
        heads,
        sentiment=_tempered(heads.sentiment, answers),
        emotions_from=_emotions_from(heads.emotions_from, answers),
    )
    rows = [row for found in answers.values() for row in found.rows if row.opinions]
    if heads.targets is None or not rows:
        return heads
    targets = replace(heads.targets, temperature=_target_temperature(answers))
    heads = replace(heads, targets=targets)
    return replace(heads, aspects=_aspects_from(claims(encoder, heads, rows)))


def _tempered(head: SentimentHead, answers: Mapping[str, Answers]) -> SentimentHead:
    """The head with a temperature for each language of enough texts; as it was with too few."""
    logits, labels, langs, weights = _rated(answers)
    if len(labels) < LEAST_OF_ALL:
        return head
    by_lang: defaultdict[str, list[int]] = defaultdict(list)
    for at, lang in enumerate(langs):
        by_lang[lang].append(at)
    found = dict(zip(head.languages, head.temperatures.tolist(), strict=False))
    found |= {
        lang: best_temperature(labels[rows], logits[rows], weights[rows])
        for lang, rows in sorted(by_lang.items())
        if len(rows) >= LEAST_TEXTS
    }
    temperatures = [*found.values(), best_temperature(labels, logits, weights)]
    return replace(head, languages=tuple(found), temperatures=np.array(temperatures, np.float32))


def _rated(
    answers: Mapping[str, Answers],
) -> tuple[Floats, NDArray[np.int64], list[str], NDArray[np.float64]]:
    """Logits, labels and languages of texts that people rated; every set weighs alike."""
    logits = [np.empty((0, len(SENTIMENTS)), np.float32)]
    labels, langs, weights = [np.empty(0, np.int64)], list[str](), [np.empty(0)]
    for found in answers.values():
        rated = [
            at
            for at, row in enumerate(found.rows)
            if row.sentiment != UNKNOWN and row.certainty >= 1
        ]
        if rated:
            logits.append(found.sentiment[rated])
            labels.append(np.array([found.rows[at].sentiment for at in rated]))
            langs += [found.rows[at].lang.partition("-")[0] for at in rated]
            weights.append(np.full(len(rated), 1 / len(rated)))
    return np.concatenate(logits), np.concatenate(labels), langs, np.concatenate(weights)


def _emotions_from(before: Floats | None, answers: Mapping[str, Answers]) -> Floats:
    """For each emotion the probability from which on claiming it has the best F1.

    before: those that hold for emotions that no text shows.
    """
    found = [one for one in answers.values() if one.emotions is not None]
    labels = np.array([row.emotions for one in found for row in one.rows])
    least = np.full(len(EMOTIONS), DEFAULT, np.float32) if before is None else before.copy()
    if not len(labels):
        return least
    shares = np.concatenate([one.emotions for one in found if one.emotions is not None])
    for at in range(len(EMOTIONS)):
        known = labels[:, at] != UNKNOWN
        if (labels[:, at] == 1).any():
            least[at] = best_threshold(shares[known, at], labels[known, at] == 1)
    return least


def _target_temperature(answers: Mapping[str, Answers]) -> float:
    told, labels = [], list[int]()
    for found in answers.values():
        for row, of_text in zip(found.rows, found.targets, strict=True):
            if row.opinions and len(of_text):
                told.append(of_text)
                labels += [opinion.opinion for opinion in row.opinions]
    if not told:
        return 1.0
    logits = np.concatenate(told)[:, 1:]
    weights = np.ones(len(labels))
    assert logits.shape[1] == len(OPINIONS) - 1
    return best_temperature(np.array(labels) - 1, logits, weights)


def _aspects_from(found: Claims) -> float:
    """The probability from which on claiming an aspect has the best F1, all of them together."""
    if not found.labelled.any():
        return DEFAULT
    return best_threshold(found.probability.reshape(-1), found.labelled.reshape(-1))
