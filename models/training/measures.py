"""How good and how honest probabilities are."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.sentiment import softmax

BINS: Final = 15
DRAWS: Final = 20
THRESHOLDS: Final = np.linspace(0.05, 0.9, 35)
TEMPERATURES: Final = np.geomspace(0.25, 4.0, 161)

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


def macro_f1(labels: Labels, guesses: Labels) -> float:
    """Mean of the F1 of each class that occurs among the labels.

    labels, guesses: class numbers, shape (n,).
    """
    scores = []
    for label in np.unique(labels):
        hits = int(((labels == label) & (guesses == label)).sum())
        scores.append(2 * hits / int((labels == label).sum() + (guesses == label).sum()))
    return float(np.mean(scores))


def calibration_error(labels: Labels, probabilities: Floats) -> float:
    """Expected calibration error: how far confidence and accuracy are apart, over equal bins.

    Guo et al., "On Calibration of Modern Neural Networks" (2017).  probabilities: shape (n, k).
    """
    return _error(reliability(labels, probabilities))


def error_by_chance(probabilities: Floats) -> float:
    """What calibration_error comes to, in the mean, where every probability is right.

    Few texts never come out even: of answers that are right as often as their confidence says.
    probabilities: shape (n, k).
    """
    dice = np.random.default_rng(0)
    confidence = probabilities.max(axis=1)
    drawn = [dice.random(len(confidence)) < confidence for _ in range(DRAWS)]
    return float(np.mean([_error(_in_bins(confidence, right)) for right in drawn]))


def reliability(labels: Labels, probabilities: Floats) -> list[tuple[float, float, float]]:
    """For each bin of confidence: its mean, the share that was right, and its share of all."""
    return _in_bins(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def _in_bins(confidence: Floats, right: NDArray[np.bool_]) -> list[tuple[float, float, float]]:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (
            float(confidence[bins == number].mean()),
            float(right[bins == number].mean()),
            float((bins == number).mean()),
        )
        for number in np.unique(bins)
    ]


def _error(points: Sequence[tuple[float, float, float]]) -> float:
    return sum(abs(right - confidence) * share for confidence, right, share in points)


def best_threshold(shares: Floats, labels: NDArray[np.bool_]) -> float:
    """The probability from which on saying yes has the best F1.

    shares: probabilities of yes, shape (n,).  labels: of them at least one yes.
    """

    def f1(least: float) -> float:
        said = shares >= least
        return float(2 * (said & labels).sum() / max(1, said.sum() + labels.sum()))

    return float(max(THRESHOLDS, key=f1))


def best_temperature(labels: Labels, logits: Floats, weights: NDArray[np.float64]) -> float:
    """The temperature under which the labels are most likely.

    logits: shape (n, k).  weights: of each row, shape (n,).
    """
    rows = np.arange(len(labels))

    def surprise(temperature: float) -> float:
        likely = softmax(logits / temperature)[rows, labels]
        return float((-np.log(np.maximum(likely, 1e-9)) * weights).sum())

    return float(min(TEMPERATURES, key=surprise))
