"""Tails against exact sums."""

import math

import numpy as np
import pytest

from streams.detection.tails import (
    count_range,
    count_surprise,
    normal_surprise,
    share_surprise,
    upper_surprise,
)

MEANS = (0.01, 0.3, 1.0, 7.0, 60.0, 2000.0)
DISPERSIONS = (0.002, 0.04, 0.5)


def chances(mean: float, dispersion: float) -> np.ndarray:
    """P(X = k) of a negative binomial for k = 0, 1, ... until nothing is left."""
    size = 1 / dispersion
    most = int(mean + 60 * math.sqrt(mean + dispersion * mean**2) + 60)
    return np.array(
        [
            math.exp(
                math.lgamma(k + size)
                - math.lgamma(size)
                - math.lgamma(k + 1)
                + size * math.log(size / (size + mean))
                + k * math.log(mean / (size + mean))
            )
            for k in range(most)
        ]
    )


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("dispersion", DISPERSIONS)
def test_a_count_is_as_surprising_as_its_tail_is_small(mean, dispersion):
    """Within a tenth of a nat where the tail is below one in twenty, on both sides."""
    chance = chances(mean, dispersion)
    above, below = chance[::-1].cumsum()[::-1], chance.cumsum()
    counts = np.arange(chance.size)
    constant = [np.full(counts.size, value) for value in (mean, dispersion)]
    told_above, told_below = count_surprise(counts.astype(float), *constant)
    # The sum ends somewhere; what is left out must not count.
    far = (above < 0.05) & (above > max(1e-60, 1e8 * chance[-1]))
    assert far.sum() > 3
    assert np.abs(told_above + np.log(above, where=far, out=np.zeros_like(above)))[far].max() < 0.1
    far = (below < 0.05) & (below > 1e-60)
    if far.any():
        exact = np.log(below, where=far, out=np.zeros_like(below))
        assert np.abs(told_below + exact)[far].max() < 0.1
    assert np.array_equal(told_above, upper_surprise(counts.astype(float), *constant))


@pytest.mark.parametrize("whole", [20, 200, 2000])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_a_share_is_as_surprising_as_its_tail_is_small(whole, share):
    """The plain binomial, without correlation."""
    chance = np.array(
        [
            math.exp(
                math.lgamma(whole + 1)
                - math.lgamma(k + 1)
                - math.lgamma(whole - k + 1)
                + k * math.log(share)
                + (whole - k) * math.log1p(-share)
            )
            for k in range(whole + 1)
        ]
    )
    above = chance[::-1].cumsum()[::-1]
    parts = np.flatnonzero((above < 0.05) & (above > 1e-60))[:-1]
    parts = parts[parts < whole]
    size = parts.shape
    told = share_surprise(
        parts.astype(float), np.full(size, float(whole)), np.full(size, share), np.zeros(size)
    )
    assert parts.size > 3
    assert np.abs(told + np.log(above[parts])).max() < 0.15


def test_posts_that_go_together_surprise_less():
    """Correlation makes the same share less of a surprise, and more posts more of one."""
    part, whole = np.array([30.0, 30.0, 300.0]), np.array([60.0, 60.0, 600.0])
    told = share_surprise(part, whole, np.full(3, 0.2), np.array([0.0, 0.05, 0.0]))
    assert told[1] < 0.5 * told[0]
    assert told[2] > 5 * told[0]


def test_nothing_is_no_surprise():
    """No posts are not many posts; no negative ones are no bad mood."""
    zero = np.zeros(3)
    mean = np.array([0.01, 1.0, 1000.0])
    assert not upper_surprise(zero, mean, np.full(3, 0.04)).any()
    assert not share_surprise(zero, mean, np.full(3, 0.2), zero).any()


def test_a_normal_tail():
    """Within 1 % where it is small, within an eighth of a nat elsewhere, and finite far out."""
    z = np.linspace(-8, 8, 161)
    exact = np.array([-math.log(0.5 * math.erfc(value / math.sqrt(2))) for value in z])
    wrong = np.abs(normal_surprise(z) - exact)
    assert wrong.max() < 0.125
    assert wrong[z >= 1.5].max() < 0.01
    assert np.isfinite(normal_surprise(np.array([-1e3, 1e3]))).all()


@pytest.mark.parametrize("mean", [0.3, 7.0, 60.0, 2000.0])
def test_a_range_holds_ninety_nine_of_a_hundred(mean):
    """Counts inside of the range, ends included, by exact sums."""
    chance = chances(mean, 0.04)
    (low,), (high,) = count_range(np.array([mean]), np.array([0.04]))
    counts = np.arange(chance.size)
    inside = chance[(counts >= math.floor(low)) & (counts <= math.ceil(high))].sum()
    assert inside > 0.98
    assert chance[(counts > low) & (counts < high)].sum() < 0.995
