"""Once in N days, from a series' own block maxima."""

from dataclasses import replace

import numpy as np
import pytest

from streams.detection.clock import moments
from streams.detection.return_period import BlockMaxima, Prior
from streams.detection.tuning import TUNING

PRIOR = Prior(location=np.array([[5.0]]), scale=1.3, least_scale=1.0, heavy_from=20.0)
LINEAR = replace(PRIOR, heavy_from=np.inf)
SERIES = 200


def lived(maxima: BlockMaxima, of_days: np.ndarray, prior: Prior, *, rows: int = 24) -> None:
    """Let the days pass, with these maxima, shape (days, series)."""
    for day, values in enumerate(of_days):
        for row in range(rows):
            moment = moments(np.full(values.size, 86400 * day + 3600 * row), midnight_h=1.5)
            limit = np.full((1, values.size), np.inf)
            maxima.roll(moment, limit, prior, rows_a_day=rows, tuning=TUNING)
            now = values if row == 7 else np.zeros_like(values)
            maxima.note(now[None], np.ones(values.size), np.ones(values.size, dtype=bool))


def test_before_anything_is_seen_the_level_is_the_priors():
    """Gumbel: location + scale x ln(days), and rarer is higher."""
    maxima = BlockMaxima.empty(prior=LINEAR, days=28, series=1)
    assert maxima.level(1.0, LINEAR)[0, 0] == pytest.approx(5.0)
    assert maxima.level(100.0, LINEAR)[0, 0] == pytest.approx(5.0 + 1.3 * np.log(100))


def test_the_level_is_reached_once_in_so_many_days():
    """Of 200 series with Gumbel maxima far from the prior, after four weeks."""
    location, scale, days = 12.0, 2.5, 30.0
    gumbels = np.random.default_rng(4).gumbel(location, scale, (36, SERIES))
    maxima = BlockMaxima.empty(prior=LINEAR, days=28, series=SERIES)
    lived(maxima, gumbels, LINEAR)
    level = float(np.median(maxima.level(days, LINEAR)))
    assert level == pytest.approx(location + scale * np.log(days), rel=0.12)


def test_a_few_days_of_surges_do_not_move_it():
    """The quantiles hold: two wild days of 30 at most double the level."""
    maxima, calm = (BlockMaxima.empty(prior=PRIOR, days=28, series=1) for _ in range(2))
    days = np.random.default_rng(5).gumbel(6.0, 1.3, (30, 1))
    lived(calm, days, PRIOR)
    days[[9, 18]] = 400.0
    lived(maxima, days, PRIOR)
    assert maxima.level(175.0, PRIOR)[0, 0] < 2.0 * calm.level(175.0, PRIOR)[0, 0]


def test_quarters_of_days_tell_as_much_and_sooner():
    """Exponential tails: the same level once in so many days; after three days of twice as much."""
    days = replace(LINEAR, scale=1.0)
    quarters = replace(days, blocks_a_day=4)
    known = [
        (BlockMaxima.empty(prior=prior, days=28, series=SERIES), prior)
        for prior in (days, quarters)
    ]
    by_day, by_quarter = (maxima.level(30.0, prior)[0, 0] for maxima, prior in known)
    assert by_quarter == pytest.approx(by_day)
    rows = np.random.default_rng(6).exponential(2.0, (72, SERIES)) + 4.0
    for hour, values in enumerate(rows):
        moment = moments(np.full(SERIES, 3600 * hour), midnight_h=1.5)
        limit = np.full((1, SERIES), np.inf)
        for maxima, prior in known:
            maxima.roll(moment, limit, prior, rows_a_day=24, tuning=TUNING)
            maxima.note(values[None], *2 * (np.ones(SERIES, dtype=np.bool_),))
    true = 4.0 + 2.0 * np.log(30.0 * 24)
    far = [abs(float(np.median(maxima.level(30.0, prior))) - true) for maxima, prior in known]
    assert far[1] < 0.6 * far[0]


def test_half_a_day_says_little():
    """A day of which less than two fifths is known is not kept, nor is half a first one."""
    maxima = BlockMaxima.empty(prior=PRIOR, days=28, series=1)
    for hour in range(48):
        moment = moments(np.array([3600 * hour]), midnight_h=1.5)
        maxima.roll(moment, np.full((1, 1), np.inf), PRIOR, rows_a_day=24, tuning=TUNING)
        known = np.array([float(hour % 24 < (12 if hour < 24 else 8))])
        maxima.note(np.array([[50.0]]), known, known > 0)
    maxima.roll(
        moments(np.array([3600 * 48]), midnight_h=1.5),
        np.full((1, 1), np.inf),
        PRIOR,
        rows_a_day=24,
        tuning=TUNING,
    )
    assert np.isnan(maxima.kept).all()
