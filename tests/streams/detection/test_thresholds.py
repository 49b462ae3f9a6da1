"""Series that are wild: bursts are their ordinary days, and only what towers above them is news."""

from dataclasses import replace

import numpy as np

from streams.detection.detector import Detector
from streams.detection.return_period import BlockMaxima
from streams.detection.tuning import TUNING, Tuning

ROW_S = 300
ROWS_A_DAY = 86400 // ROW_S
DAYS = 28
SERIES = 12


def bursts(rng: np.random.Generator) -> np.ndarray:
    """Posts in five minutes, shape (rows, series): each day some bursts, heavy-tailed in height."""
    posts = rng.poisson(8.0, (DAYS * ROWS_A_DAY, SERIES)).astype(float)
    for series in range(SERIES):
        at = rng.choice(posts.shape[0], 3 * DAYS, replace=False)
        posts[at, series] += 8.0 * np.minimum(rng.pareto(1.2, at.size), 25.0)
    return posts


def alerts_of(posts: np.ndarray, tuning: Tuning = TUNING) -> np.ndarray:
    """Where the detector alerts, of the same shape."""
    detector = Detector(posts.shape[1], step_s=ROW_S, with_negative=False, tuning=tuning)
    times = ROW_S * np.arange(posts.shape[0])
    return np.array(
        [
            detector.step(np.full(posts.shape[1], at), row).alert
            for at, row in zip(times, posts, strict=True)
        ]
    )


def test_a_wild_series_wakes_seldom_and_still_for_what_towers():
    """After a week seldomer than by one witness alone; a hundred times the usual does."""
    posts = bursts(np.random.default_rng(8))
    begin, week = (DAYS - 2) * ROWS_A_DAY, 7 * ROWS_A_DAY
    posts[begin : begin + 6] += 800.0
    alerts, alone = alerts_of(posts), alerts_of(posts, replace(TUNING, wild_raises=0.0))
    assert alerts[week:begin].sum() < 0.7 * alone[week:begin].sum()
    assert alerts[begin : begin + 6].any(axis=0).mean() > 0.9


def test_days_before_a_series_is_known_are_no_measure_of_its_weeks():
    """A row a day: the first ones are not counted, and the level is reached all the same."""
    detector = Detector(1, step_s=86400, with_negative=False)
    posts = np.random.default_rng(2).integers(100, 131, 31).astype(float)
    with np.errstate(all="raise"):
        for day, value in enumerate(posts):
            detector.step(np.array([86400 * day]), np.array([value]))
    maxima = detector.parts()["thresholds.week_maxima"]
    assert isinstance(maxima, BlockMaxima)
    assert not np.isinf(maxima.kept).any()
    assert np.abs(maxima.location).max() < 10.0
