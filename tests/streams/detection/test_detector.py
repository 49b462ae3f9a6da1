"""The detector: what it finds, what leaves it cold, and what it never does."""

import time
from itertools import pairwise

import numpy as np
import pytest

from streams.detection.columns import Flags, Floats
from streams.detection.detector import Detector, Judgement
from streams.detection.stored import pack_detector, unpack_detector
from tests.streams.detection.conftest import END, RATES, START, minutes_of, stories

FIELDS = ("score", "low", "high", "alert", "kind", "ready")


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", ["step", "ramp", "viral"])
def test_a_surge_is_found_once(two_days, shape, rate):
    """As volume, while it lasts, and nothing before or after; the kind stays while it is open."""
    told = two_days(f"{shape} {rate}")
    ((at, kind),) = told.alerts
    assert START <= at < END
    assert kind == "volume"
    assert (told.kind[:START] == 0).all()
    assert told.kind[-1] == 0, "it ends"


@pytest.mark.parametrize("rate", RATES)
def test_a_step_is_found_soon(two_days, rate):
    """Six times as many posts: within minutes, and within the hour where there are few."""
    ((at, _),) = two_days(f"step {rate}").alerts
    assert at - START < {"low": 60, "middle": 8, "loud": 5}[rate]


@pytest.mark.parametrize("rate", RATES)
def test_a_turn_of_the_mood_is_found_once(two_days, rate):
    """With no change of volume."""
    told = two_days(f"negative {rate}")
    ((at, kind),) = told.alerts
    assert START <= at < END
    assert kind == "negative"


@pytest.mark.parametrize(
    "name",
    [
        *(f"calm {rate}" for rate in RATES),
        *("hill", "blip low", "blip middle", "bot", "gap", "alike", "mix"),
    ],
)
def test_nobody_is_woken(two_days, name):
    """By night and day, a slow hill as of a launch, bots of minutes, gaps, another mix."""
    assert two_days(name).alerts == []


def test_without_the_languages_their_mix_would_look_like_a_mood(two_days):
    """So that the test of the mix can fail."""
    told = two_days("blind").alerts
    assert [kind for _, kind in told] == ["negative"]


def test_a_silence_is_found_once(two_days):
    """Three hours of nothing where five posts a minute are usual."""
    ((at, kind),) = two_days("silence").alerts
    assert START < at < END
    assert kind == "silence"


def test_the_obvious_is_found_before_it_knows_the_series(two_days):
    """Ten times as many posts in the sixth hour; `ready` comes with the second day."""
    told = two_days("cold")
    ((at, kind),) = told.alerts
    assert 300 <= at < 320
    assert kind == "volume"
    assert not told.ready[at]
    assert not told.ready[:1439].any()
    assert told.ready[1500:].all()


def test_what_is_not_known_is_not_judged(two_days):
    """No score and no alert where nothing is known."""
    told = two_days("gap")
    assert (~told.known).sum() == 600
    assert not told.score[~told.known].any()
    assert not told.alert[~told.known].any()


def test_scores_and_ranges_are_sound(two_days):
    """0.5 and more exactly where an incident opens; finite ranges the right way round."""
    for name in two_days.names:
        told = two_days(name)
        assert np.array_equal(told.score >= 0.5, told.alert)
        assert ((told.score >= 0) & (told.score <= 1)).all()
        assert np.isfinite(told.low).all()
        assert np.isfinite(told.high).all()
        assert ((told.low >= 0) & (told.low <= told.high)).all()
        assert (told.kind[told.alert] > 0).all()


def test_the_range_holds_nearly_all_ordinary_rows(two_days):
    """Promised are 99 of 100; the second day of calm series."""
    for rate in ("middle", "loud"):
        told, posts = two_days(f"calm {rate}"), stories()[f"calm {rate}"].posts
        inside = (told.low <= posts) & (posts <= told.high)
        assert 0.97 < inside[1440:].mean() < 0.9999, rate


def test_a_loud_series_is_known_within_hours(two_days):
    """Its first row, of which nothing could be expected, weighs no more than others."""
    told, posts = two_days("calm loud"), stories()["calm loud"].posts
    hours = slice(120, 480)
    assert told.low[hours].mean() < posts[hours].mean() < told.high[hours].mean()
    assert told.high[hours].mean() < 3.0 * posts[hours].mean()


def unrest(rows: int, series: int) -> tuple[Floats, Floats]:
    """Counts with surges and holes, shape (rows, series)."""
    rng = np.random.default_rng(9)
    rates = np.array([0.2, 5.0, 80.0, 900.0])[np.arange(series) % 4]
    posts = rng.poisson(rates, (rows, series)).astype(float)
    posts[200:240] *= rng.integers(1, 9, series)
    negative = np.floor(posts * rng.choice([0.1, 0.2, 0.8], (rows, series)))
    holes = rng.random((rows, series)) < 0.02
    return np.where(holes, np.nan, posts), np.where(holes, np.nan, negative)


def steps(detector: Detector, posts: Floats, negative: Floats, first: int = 0) -> list[Judgement]:
    return [
        detector.step(minutes_of(posts.shape[1], first + row), posts[row], negative[row])
        for row in range(len(posts))
    ]


def same(one: Judgement, other: Judgement, column: slice = slice(None)) -> bool:
    """Bit by bit; of the other the column."""
    return all(np.array_equal(getattr(one, f), getattr(other, f)[column]) for f in FIELDS)


@pytest.fixture(scope="module")
def judged() -> list[Judgement]:
    """Of 300 rows of 5 series."""
    return steps(Detector(5), *unrest(300, 5))


def test_something_happens_in_these_rows(judged):
    """So that the tests below can fail."""
    assert sum(int(row.alert.sum()) for row in judged) >= 2


def test_a_series_is_judged_as_if_it_were_alone(judged):
    """Whoever else is there."""
    posts, negative = unrest(300, 5)
    chosen = slice(2, 3)
    alone = steps(Detector(1), posts[:, chosen], negative[:, chosen])
    for one, among in zip(alone, judged, strict=True):
        assert same(one, among, chosen)


def test_later_rows_change_no_answer():
    """Answers share no memory with the state, and rows yet to come are not looked at."""
    posts, negative = unrest(300, 5)
    detector = Detector(5)
    given = steps(detector, posts[:220], negative[:220])
    kept = [{field: getattr(row, field).copy() for field in FIELDS} for row in given]
    steps(detector, 50 * posts[220:260], negative[220:260], 220)
    for row, copy in zip(given, kept, strict=True):
        assert all(np.array_equal(getattr(row, field), copy[field]) for field in FIELDS)


def test_a_restart_changes_nothing(judged):
    """Stored and read back in the middle, twice, once within an incident."""
    posts, negative = unrest(300, 5)
    detector, told = Detector(5), []
    for first, last in pairwise((0, 100, 215, 300)):
        detector = unpack_detector(pack_detector(detector))
        told += steps(detector, posts[first:last], negative[first:last], first)
    assert all(same(one, other) for one, other in zip(told, judged, strict=True))


def test_rows_left_out_are_rows_not_known():
    """A hole in time is the same as rows of NaN."""
    posts, negative = unrest(200, 3)
    posts[120:150] = negative[120:150] = np.nan
    whole, holed = Detector(3), Detector(3)
    for row in range(200):
        time_s = minutes_of(3, row)
        told = whole.step(time_s, posts[row], negative[row])
        if not 120 <= row < 150:
            again = holed.step(time_s, posts[row], negative[row])
            assert np.array_equal(told.alert, again.alert)
            assert np.allclose(told.high, again.high, rtol=0.05)


def shows(days: int, *, a_day: int, times: int) -> Floats:
    """Five posts a minute by day and night, and a show of two hours each Sunday evening."""
    rng = np.random.default_rng(6)
    row = np.arange(days * a_day)
    minute = row * 1440 // a_day
    rate = 5.0 * 1440 / a_day * np.exp(0.5 * np.cos(2 * np.pi * (minute / 1440 - 0.6)))
    on_air = (minute % 10080 >= 6 * 1440 + 1200) & (minute % 10080 < 6 * 1440 + 1320)
    return rng.poisson(rate * np.where(on_air, times, 1)).astype(float)


def test_what_was_seen_twice_is_a_schedule():
    """A show every Sunday: the third one wakes nobody, though the first did."""
    posts = shows(21, a_day=48, times=4)
    detector = Detector(1, step_s=1800, with_negative=False)
    days = [
        row / 48
        for row in range(len(posts))
        if detector.step(minutes_of(1, row, step_s=1800), posts[row : row + 1]).alert[0]
    ]
    assert any(6 < day < 7 for day in days)
    assert not any(day > 14 for day in days)


def test_cost_and_state_are_bounded():
    """Ten thousand series: a step takes a moment, and each at most 16 KiB."""
    detector = Detector(10_000)
    assert detector.state_bytes() / 10_000 <= 16 * 1024
    posts: Floats = np.random.default_rng(0).poisson(3.0, 10_000).astype(float)
    begin = time.perf_counter()
    for row in range(3):
        detector.step(minutes_of(10_000, row), posts, np.floor(posts / 4))
    assert (time.perf_counter() - begin) / 3 < 5.0
    unknown: Flags = detector.step(minutes_of(10_000, 3), posts * np.nan).alert
    assert not unknown.any()
