"""How surprising a count is: -ln of its tail probability, without scipy.

Tails of the negative binomial and the (overdispersed) binomial by the saddlepoint formula of
Lugannani and Rice (1980) in Barndorff-Nielsen's form z = w + ln(u / w) / w, with the second
continuity correction of Daniels (1987). The error is below a tenth of a nat where the tail is less
than one in twenty, for means from 0.01 to a million; tests compare it with exact sums.
"""

from typing import Final

import numpy as np

from streams.detection.columns import Floats, within

_TINY: Final = 1e-12
# Below this signed root the formula is 0 / 0; the normal limit is good enough there.
_NEAR: Final = 0.05
# Of a standard normal, 99 of 100 values lie within plus and minus this.
_Z99: Final = 2.576


def normal_surprise(z: Floats) -> Floats:
    """-ln P(Z >= z) of a standard normal Z, any z.

    By Sampford's bound for Mills' ratio (1953): within an eighth of a nat at z = 0, and within a
    hundredth from z = 1.5 on.
    """
    size = np.abs(z)
    upper = -0.5 * size * size + np.log(_MILLS / (3.0 * size + np.sqrt(size * size + 8.0)))
    return np.asarray(np.where(z >= 0, -upper, -np.log1p(-np.minimum(np.exp(upper), 0.5))))


# Sampford's 4 / (3 z + sqrt(z^2 + 8)) times the density's 1 / sqrt(2 pi).
_MILLS: Final = 4.0 / np.sqrt(2.0 * np.pi)


def count_surprise(count: Floats, mean: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """-ln P(X >= count) and -ln P(X <= count) of a negative binomial X.

    mean: above 0. dispersion: the variance is mean + dispersion * mean^2. count: may be fractional.
    All of one shape, as are the results.
    """
    upper = _count_root(np.maximum(count - 0.5, 0.0), mean, dispersion)
    lower = _count_root(count + 0.5, mean, dispersion)
    above = np.where(count <= 0, 0.0, normal_surprise(upper))
    return above, normal_surprise(-lower)


def upper_surprise(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """-ln P(X >= count) alone; see count_surprise."""
    upper = _count_root(np.maximum(count - 0.5, 0.0), mean, dispersion)
    return np.where(count <= 0, 0.0, normal_surprise(upper))


def _count_root(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    size = 1.0 / np.maximum(dispersion, 1e-9)
    count = np.maximum(count, _TINY)
    mean = np.maximum(mean, _TINY)
    tilt = np.log(count / mean) + np.log((mean + size) / (count + size))
    deviance = count * tilt + size * np.log((mean + size) / (count + size))
    spread = count + count * count / size
    return _root(count - mean, deviance, tilt, spread)


def count_range(mean: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """The range in which 99 of 100 counts lie, by Wilson and Hilferty's cube root (1931).

    Taken of the gamma distribution with the count's mean and variance. All of one shape.
    """
    shape = 1.0 / (1.0 / np.maximum(mean, _TINY) + dispersion)
    bend = 1.0 / (9.0 * shape)
    low, high = (mean * np.maximum(1.0 - bend + z * np.sqrt(bend), 0.0) ** 3 for z in (-_Z99, _Z99))
    return low, high


def share_surprise(part: Floats, whole: Floats, share: Floats, correlation: Floats) -> Floats:
    """-ln P(X >= part) of an overdispersed binomial X out of `whole` with probability `share`.

    correlation: between two posts' being negative; the variance is that of a binomial times
    1 + (whole - 1) * correlation. Counts are divided by that factor (an effective sample), which
    keeps the tail honest where counts are small. All of one shape.
    """
    factor = 1.0 + np.maximum(whole - 1.0, 0.0) * correlation
    n = np.maximum(whole / factor, _TINY)
    k = within((part - 0.5) / factor, _TINY, n * (1 - 1e-9))
    p = within(share, 1e-6, 1 - 1e-6)
    tilt = np.log(k / (n - k)) - np.log(p / (1 - p))
    deviance = k * np.log(k / (n * p)) + (n - k) * np.log((n - k) / (n * (1 - p)))
    z = _root(k - n * p, deviance, tilt, k * (n - k) / n)
    return np.where(part <= 0, 0.0, normal_surprise(z))


def _root(excess: Floats, deviance: Floats, tilt: Floats, spread: Floats) -> Floats:
    w = np.sign(excess) * np.sqrt(2.0 * np.maximum(deviance, 0.0))
    u = 2.0 * np.sinh(0.5 * within(tilt, -50.0, 50.0)) * np.sqrt(spread)
    near = np.abs(w) < _NEAR
    safe = np.where(near, 1.0, w)
    ratio = np.where(near, 1.0, np.maximum(u / safe, _TINY))
    return w + np.log(ratio) / safe
