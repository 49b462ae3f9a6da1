"""The memory of what happens every week at the same time."""

import numpy as np
import pytest

from streams.detection.clock import moments
from streams.detection.schedule import Schedule
from streams.detection.tuning import TUNING

WEEK = 336
SHOW = 100


def lived(weeks: int, *, times: float, at: int = SHOW, moved: int = 0) -> list[float]:
    """How many times the mean is excused at the show in each week, the last one moved."""
    schedule = Schedule.empty(1)
    excused = []
    for half_hour in range(weeks * WEEK):
        week, place = divmod(half_hour, WEEK)
        shown = at + (moved if week == weeks - 1 else 0)
        schedule.roll(moments(np.array([4 * 86400 + 1800 * half_hour]), midnight_h=1.5), TUNING)
        if place == shown:
            excused.append(float(schedule.tolerance[0]))
        notable = np.array([times if place == shown else 1.0])
        schedule.note(notable, np.array([20.0 if place == shown else 0.0]))
    return excused


def test_once_is_half_believed_and_twice_is_a_schedule():
    """At first nothing is excused; then less than was seen; then as much and a little more."""
    first, second, *later = lived(5, times=4.0)
    assert first == 1.0
    assert 1.5 < second < 4.0
    assert later == pytest.approx([4.0 * TUNING.schedule_margin] * 3)


@pytest.mark.parametrize("moved", [-2, 2])
def test_clocks_may_change(moved):
    """An hour early or late, twice a year, is still the same show."""
    assert lived(4, times=4.0, moved=moved)[-1] > 4.0


def test_another_hour_is_another_thing():
    """Three hours later nothing is excused."""
    assert lived(4, times=4.0, moved=6)[-1] == 1.0


def test_it_excuses_a_bounded_rise():
    """However wild the show was."""
    assert lived(4, times=1e9)[-1] <= 50.0 * TUNING.schedule_margin
