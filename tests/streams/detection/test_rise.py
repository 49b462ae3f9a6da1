"""What the rest of the hour leads one to expect of the last minutes."""

import numpy as np
import pytest

from streams.detection.columns import Floats
from streams.detection.rise import HourBefore, Rise
from streams.detection.rolling import RollingSums
from streams.detection.tuning import TUNING

LENGTHS = [1, 5, 15, 60, 180]


def rise_after(posts: Floats, *, mean: float = 20.0) -> Rise:
    """After these rows of one series, of which the baseline expects the mean each."""
    windows = RollingSums.empty(channels=2, lengths=LENGTHS, series=1)
    for row in posts:
        windows.push(np.array([[row], [mean]]))
    before = HourBefore(series=1, rows_a_day=1440.0, tuning=TUNING)
    spread = np.full((len(LENGTHS), 1), 0.04)
    return before.expect(windows, np.ones((len(LENGTHS), 1)), np.full(1, 0.02), spread)


def test_a_high_hour_leads_one_to_expect_high_minutes():
    """Of five and of fifteen minutes, nearly as many times the baseline as the hour was."""
    rise = rise_after(np.full(180, 26.0))
    assert rise.due[:, 0] == pytest.approx([5 * 26.0, 15 * 26.0], rel=0.01)


def test_the_rise_itself_does_not_lead_one_to_expect_it():
    """Five high minutes after an ordinary hour."""
    rise = rise_after(np.append(np.full(175, 20.0), np.full(5, 60.0)))
    assert rise.due[0, 0] == pytest.approx(5 * 20.0)


def test_the_end_of_a_lull_is_no_surge():
    """After an hour of nothing no less is expected than the baseline allows."""
    rise = rise_after(np.append(np.full(120, 20.0), np.zeros(60)))
    assert rise.due[0, 0] == pytest.approx(5 * 20.0 * (1 - TUNING.rise_least_sd * 0.2))


def test_without_an_hour_the_baseline_stands():
    """With all its spread."""
    rise = rise_after(np.zeros(0))
    assert rise.doubt[:, 0] == pytest.approx(0.04 + TUNING.rise_doubt * 0.02)
