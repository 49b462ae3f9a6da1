"""The scores that the benchmark of the detector prints."""

import math

import numpy as np
import pytest

from benchmarks.detection_scores import PlantedAlert, by_age, by_base, by_shape, judge_alerts
from benchmarks.nab_scores import (
    LabelledSeries,
    Profile,
    false_a_week,
    normalised_score,
    raw_score,
    sigmoid,
)
from streams.detection.simulation import Disturbance, SimulatedSeries, Surge

DAY = 1440
STANDARD = Profile(found=1.0, false=0.11, missed=1.0)


def series(base: float) -> SimulatedSeries:
    """Two weeks with a step on the third day, a turn on the tenth and a bot on the eleventh."""
    nothing = np.zeros(14 * DAY, dtype=np.int64)
    return SimulatedSeries(
        base=base,
        dispersion=0.02,
        posts=nothing,
        negative=nothing,
        known=nothing == 0,
        rate=nothing.astype(float),
        usual=nothing.astype(float),
        wander=np.ones(nothing.size),
        surges=(
            Surge("step", 3 * DAY, 3 * DAY + 100, 3 * DAY + 4, 5.0),
            Surge("negative", 10 * DAY, 10 * DAY + 100, 10 * DAY + 10, 0.6),
        ),
        disturbances=(Disturbance("blip", 11 * DAY, 11 * DAY + 1),),
    )


ALERTS = [
    PlantedAlert(0, 3 * DAY + 6, "volume"),
    PlantedAlert(0, 3 * DAY + 159, "volume"),
    PlantedAlert(0, 3 * DAY + 160, "volume"),
    PlantedAlert(0, 11 * DAY + 1, "volume"),
    PlantedAlert(1, 10 * DAY + 22, "volume"),
]


def test_finds_repeats_and_false_alerts_are_told_apart():
    """An hour after its end an alert still belongs to its surge, and a minute later no more."""
    outcome = judge_alerts([series(0.5), series(50.0)], ALERTS)
    assert [find.alert is not None for find in outcome.finds] == [True, False, False, True]
    assert outcome.repeats == 1
    assert [(false.alert.minute, false.near) for false in outcome.false] == [
        (3 * DAY + 160, ()),
        (11 * DAY + 1, ("blip",)),
    ]
    assert outcome.recall == 0.5
    assert outcome.weeks == 4.0
    assert outcome.false_a_week == 0.5
    assert outcome.f1 == pytest.approx(2 * 0.5 * 0.5 / (0.5 + 0.5))
    assert outcome.kind_right == 0.5
    assert (outcome.delay_min(0.0), outcome.delay_min(1.0)) == (2.0, 12.0)
    assert (outcome.told_within(2), outcome.told_within(12)) == (0.25, 0.5)


def test_parts_make_up_the_whole():
    """By base rate, shape and age nothing is lost or counted twice."""
    both = [series(0.5), series(50.0)]
    outcome = judge_alerts(both, ALERTS)
    assert list(by_base(outcome, both)) == ["0.1 to 1 a minute", "10 to 100 a minute"]
    for parts in (by_base(outcome, both), by_age(outcome, both)):
        assert sum(len(part.finds) for part in parts.values()) == 4
        assert sum(len(part.false) for part in parts.values()) == 2
        assert sum(part.weeks for part in parts.values()) == pytest.approx(4.0)
    assert by_shape(outcome)["negative"].kind_right == 0.0
    assert math.isnan(by_shape(judge_alerts(both, []))["step"].delay_min(0.5))


def labelled(*windows: tuple[int, int], rows: int = 1000) -> LabelledSeries:
    return LabelledSeries("x", 300 * np.arange(rows), windows)


def alerts_at(*rows: int, of: int = 1000) -> np.ndarray:
    return np.isin(np.arange(of), rows)


def test_a_window_is_worth_the_more_the_earlier_it_is_found():
    """1 at its first row, near 0 at its last; further alerts in it change nothing."""
    one = labelled((400, 499))
    assert raw_score(one, alerts_at(400), STANDARD) == pytest.approx(1.0)
    middle = raw_score(one, alerts_at(450), STANDARD)
    assert middle == pytest.approx(sigmoid(-0.5) / sigmoid(-1.0))
    assert raw_score(one, alerts_at(450, 460, 499), STANDARD) == middle
    assert 0 < raw_score(one, alerts_at(499), STANDARD) < 0.03


def test_a_false_alert_costs_more_far_from_a_window():
    """Nothing is known before the first window: it costs all. In the learning rows it is free."""
    one = labelled((400, 499))
    missed = raw_score(one, alerts_at(), STANDARD)
    assert missed == -1.0
    assert raw_score(one, alerts_at(200), STANDARD) == pytest.approx(missed - 0.11)
    assert raw_score(one, alerts_at(900), STANDARD) == pytest.approx(missed - 0.11)
    near = raw_score(one, alerts_at(509), STANDARD)
    assert near == pytest.approx(missed + 0.11 * sigmoid(10 / 99))
    assert raw_score(one, alerts_at(149), STANDARD) == missed
    assert raw_score(one, alerts_at(150), STANDARD) == pytest.approx(missed - 0.11)


def test_at_most_seven_hundred_and_fifty_rows_are_for_learning():
    """As in NAB, however long the series."""
    assert labelled(rows=15_900).learning_rows == 750
    assert labelled(rows=1001).learning_rows == 150


def test_a_hundred_is_perfect_and_nought_is_silence():
    """Over several series; false alerts are counted a week."""
    two = [labelled((400, 499)), labelled((200, 299), (600, 699))]
    perfect = [alerts_at(400), alerts_at(200, 600)]
    silent = [alerts_at(), alerts_at()]
    assert normalised_score(two, perfect, STANDARD) == pytest.approx(100.0)
    assert normalised_score(two, silent, STANDARD) == 0.0
    false = [alerts_at(900), alerts_at(100, 800)]
    assert normalised_score(two, false, STANDARD) < 0.0
    assert false_a_week(two, false) == pytest.approx(2 / (2 * 849 * 300 / (7 * 86400)))
