"""The observers whom the benchmark holds the detector against."""

import numpy as np

from benchmarks.detection_bound import knowing_alerts
from benchmarks.detection_scores import judge_alerts, of_volume
from streams.detection.simulation import simulate


def test_who_knows_more_is_sooner():
    """Of loud series both find every surge of volume, the one who knows the wander sooner."""
    series = [simulate(seed=seed, base=200.0, days=14) for seed in range(8)]
    blind, knowing = (
        of_volume(judge_alerts(series, knowing_alerts(series, knows_wander=knows)))
        for knows in (False, True)
    )
    assert len(blind.finds) > 10
    assert blind.recall == knowing.recall == 1.0
    delays = [[find.delay_min or 0 for find in of.finds] for of in (blind, knowing)]
    assert np.mean(delays[1]) < np.mean(delays[0])


def test_a_bot_wakes_nobody_and_what_goes_on_does():
    """A minute of two hundred times the posts is no surge, ten minutes of three times are."""
    one = simulate(seed=3, base=20.0, days=3, surges=0)
    one.posts[2000] = 4000
    assert knowing_alerts([one], knows_wander=True) == []
    one.posts[3000:3010] *= 3
    assert [3000 <= alert.minute < 3010 for alert in knowing_alerts([one], knows_wander=True)] == [
        True
    ]
