"""The day after clocks have changed."""

from dataclasses import replace

import numpy as np
import pytest

from streams.detection.detector import Detector
from streams.detection.tuning import TUNING, Tuning

STEP_S = 300
DAY = 86400 // STEP_S
HOUR = DAY // 24
DAYS = 15
CHANGED = 13 * DAY + 2 * HOUR  # at two in the morning
BRANDS = 4
DEAF = replace(TUNING, clock_believed=np.inf)


def usual(row: np.ndarray) -> np.ndarray:
    """Posts a row of brands whose mornings are steep: more than doubled within an hour."""
    return 300.0 * np.exp(2.0 * np.tanh(1.6 * np.cos(2 * np.pi * (row / DAY - 0.58))))


def alerts_after(early_h: float, *, tuning: Tuning, times: float = 1.0) -> list[int]:
    """Brands that alert in two days whose hours come early.

    times: how many times as many posts there are of the first brand, for two hours from seven on.
    """
    random = np.random.default_rng(3)
    rows = np.arange(DAYS * DAY)
    rates = usual(rows + HOUR * early_h * (rows >= CHANGED))[:, None].repeat(BRANDS, axis=1)
    seven = CHANGED + 5 * HOUR
    rates[seven : seven + 2 * HOUR, 0] *= times
    size = 1 / 0.01
    posts = random.poisson(rates * random.gamma(size, 1 / size, rates.shape)).astype(np.float64)
    detector = Detector(BRANDS, step_s=STEP_S, with_negative=False, tuning=tuning)
    found: set[int] = set()
    for row, counts in enumerate(posts):
        told = detector.step(np.full(BRANDS, 4 * 86400 + STEP_S * row), counts)
        if row >= CHANGED:
            found.update(np.flatnonzero(told.alert).tolist())
    return sorted(found)


@pytest.mark.parametrize("early_h", [1.0, -1.0])
def test_an_hour_early_or_late_wakes_nobody(early_h: float):
    """Without what is known of clocks, it would wake all brands at once."""
    assert alerts_after(early_h, tuning=TUNING) == []
    assert alerts_after(early_h, tuning=DEAF) == list(range(BRANDS))


def test_a_surge_is_found_that_morning_and_any_other():
    """What is twice as much as the other hour would have."""
    assert alerts_after(1.0, tuning=TUNING, times=3.0) == [0]
    assert alerts_after(0.0, tuning=TUNING, times=2.0) == [0]
