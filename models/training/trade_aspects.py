"""How sets name the aspects of a trade, and how well the head finds them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.aspects import ASPECTS
from models.encoder import Encoder
from models.heads import Heads
from models.opinions import Opinions
from models.training.labelled import Labelled

MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "quality": ("quality",),
    "price": ("price", "value"),
    "delivery": ("logistics", "shipping", "delivery"),
    "packaging": ("packaging",),
    "size and fit": ("size", "fit"),
    "service": ("service", "support"),
    "usability": ("usability", "ease of use", "easy to use"),
    "authenticity": ("genuine",),
    "design": ("design", "appearance"),
    "safety": ("safety", "security"),
}
"""A set's aspect whose name has one of these words is ours."""


def aspects_of(row: Labelled) -> frozenset[str]:
    """Ours among the aspects that a text's labels name."""
    names = [aspect.replace("_", " ") for aspect in row.aspects]
    return frozenset(
        ours
        for ours, marks in MARKS.items()
        if any(mark in name for mark in marks for name in names)
    )


def opinions_of_trade(row: Labelled) -> dict[str, int]:
    """Ours that a text has just one polarity towards, and the place of it in OPINIONS."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for opinion in row.opinions:
        for ours, marks in MARKS.items():
            if any(mark in opinion.phrase for mark in marks):
                found[ours].add(opinion.opinion)
    return {ours: polarities.pop() for ours, polarities in found.items() if len(polarities) == 1}


@dataclass(frozen=True, slots=True)
class Claims:
    """Each text and aspect: the probability that it is claimed with, and whether it is labelled.

    probability: shape (texts, aspects).  labelled: bool, the same.
    """

    probability: NDArray[np.float32]
    labelled: NDArray[np.bool_]

    def precision_and_recall(self, least: float) -> tuple[float, float]:
        """Of all claims together from a probability on."""
        claimed = self.probability >= least
        right = int((claimed & self.labelled).sum())
        return right / max(1, int(claimed.sum())), right / max(1, int(self.labelled.sum()))


def claims(encoder: Encoder, heads: Heads, rows: Sequence[Labelled]) -> Claims:
    """What the head says about the aspects of labelled texts."""
    opinions = Opinions(encoder, heads.targets, least=0)
    probability = [np.empty((0, len(ASPECTS)), np.float32)]
    for start in range(0, len(rows), 1000):
        encoding = encoder.read([row.text for row in rows[start : start + 1000]])
        probability.append(opinions.aspect_probabilities(encoding))
    labelled = [[name in aspects_of(row) for name in ASPECTS] for row in rows]
    return Claims(
        np.concatenate(probability), np.array(labelled, bool).reshape(len(rows), len(ASPECTS))
    )
