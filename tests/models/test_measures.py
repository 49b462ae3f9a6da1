"""F1, calibration error and temperature."""

import numpy as np
import pytest

from models.sentiment import softmax
from models.training.measures import (
    best_temperature,
    best_threshold,
    calibration_error,
    error_by_chance,
    macro_f1,
    reliability,
)


def test_macro_f1_counts_classes_alike():
    """A rare class weighs as much as a common one; one that does not occur weighs nothing."""
    labels = np.array([0, 0, 0, 0, 1])
    assert macro_f1(labels, labels) == 1
    assert macro_f1(labels, np.zeros(5, int)) == pytest.approx((8 / 9 + 0) / 2)
    assert macro_f1(np.array([0, 2]), np.array([0, 1])) == pytest.approx(0.5)


def test_calibration_error_is_the_gap():
    """Nine in ten right at a confidence of 0.9 is honest; at 0.6 it is 0.3 off."""
    labels = np.array([0] * 9 + [1])
    honest = np.tile(np.array([[0.9, 0.1]], np.float32), (10, 1))
    shy = np.tile(np.array([[0.6, 0.4]], np.float32), (10, 1))
    assert calibration_error(labels, honest) == pytest.approx(0, abs=1e-6)
    assert calibration_error(labels, shy) == pytest.approx(0.3, abs=1e-6)


def test_few_texts_are_off_by_chance_and_many_are_not():
    """Labels drawn from the probabilities themselves have that error, and no other."""
    random = np.random.default_rng(5)
    shares = softmax(random.normal(0, 1.5, (20_000, 3)).astype(np.float32))
    labels = (random.random((20_000, 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(0, 2)
    parts = np.array_split(np.arange(20_000), 200)
    real = np.mean([calibration_error(labels[part], shares[part]) for part in parts])
    assert np.mean([error_by_chance(shares[part]) for part in parts]) == pytest.approx(
        real, rel=0.05
    )
    assert error_by_chance(shares) < 0.1 * real


def test_temperature_is_recovered():
    """Logits that are three times too sure are divided by about three."""
    random = np.random.default_rng(3)
    logits = random.normal(0, 1.5, (20_000, 3)).astype(np.float32)
    shares = softmax(logits).cumsum(axis=1)
    labels = (random.random((20_000, 1)) > shares).sum(axis=1).clip(0, 2)
    assert best_temperature(labels, logits * 3, np.ones(20_000)) == pytest.approx(3, rel=0.1)


def test_the_best_threshold_tells_yes_from_no():
    """Where the two overlap, it leaves the least that is wrong."""
    shares = np.array([0.1, 0.2, 0.3, 0.32, 0.7], np.float32)
    labels = np.array([False, False, True, True, True])
    assert 0.2 < best_threshold(shares, labels) <= 0.3
    assert best_threshold(shares, ~labels) < 0.2


def test_reliability_adds_up_to_the_calibration_error():
    """Shares of all texts add up to one; a sure and right answer has no error."""
    labels = np.array([0, 0, 1, 1])
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.4, 0.6]], np.float32)
    points = reliability(labels, shares)
    assert sum(share for _, _, share in points) == pytest.approx(1)
    assert calibration_error(labels, shares) == pytest.approx(
        0.75 * abs(2 / 3 - 0.9) + 0.25 * abs(1 - 0.6)
    )
