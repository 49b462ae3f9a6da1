"""How soon surges can be told at all: by an observer who knows what a detector has to learn."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from benchmarks.detection_scores import PlantedAlert
from streams.detection.columns import Flags, Floats
from streams.detection.simulation import SimulatedSeries
from streams.detection.tails import upper_surprise
from streams.detection.tuning import TUNING

# A window for every shape of surge, in minutes.
_WINDOWS_MIN: Final = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 90, 120, 180)
# So that who knows every rate alerts falsely as seldom as the detector does, about 0.04 a week.
_SURE_NATS: Final = 14.0
_REST_MIN: Final = 60


def knowing_alerts(series: Sequence[SimulatedSeries], *, knows_wander: bool) -> list[PlantedAlert]:
    """Volume alerts of one who knows each series' usual rate and dispersion, shows and launches.

    He does not know when surges come, nor their shape, and passes over bots as the detector does.
    knows_wander: whether he knows the wander of every minute, or only how far it goes.
    """
    return [
        PlantedAlert(number, minute, "volume")
        for number, one in enumerate(series)
        for minute in _openings(_sure(one, knows_wander=knows_wander) & one.known)
    ]


def _sure(one: SimulatedSeries, *, knows_wander: bool) -> Flags:
    mean = one.usual if knows_wander else one.usual / one.wander
    unknown = 0.0 if knows_wander else float(np.var(np.log(one.wander)))
    posts = _without_bots(one.posts.astype(np.float64), mean, one.dispersion)
    sure = np.zeros(posts.size, dtype=np.bool_)
    for length in _WINDOWS_MIN:
        due = _last(mean, length)
        dispersion = one.dispersion * _last(mean**2, length) / due**2 + unknown
        sure |= upper_surprise(np.floor(_last(posts, length)), due, dispersion) >= _SURE_NATS
    return sure


def _without_bots(posts: Floats, mean: Floats, dispersion: float) -> Floats:
    """As in Detector: a minute counts up to a limit, unless those before it were as high."""
    lasting = np.min(
        [np.roll(posts / mean, minutes) for minutes in range(int(TUNING.persist_min))], axis=0
    )
    deviation = np.sqrt(mean + dispersion * mean**2)
    cap = mean + TUNING.cap_sd * deviation + TUNING.cap_posts
    return np.asarray(np.minimum(posts, np.maximum(cap, TUNING.persist_times * lasting * mean)))


def _last(values: Floats, length: int) -> Floats:
    """The sum of the last so many values, of fewer at the beginning; shape of `values`."""
    total = np.cumsum(values)
    total[length:] -= total[:-length].copy()
    return np.asarray(total)


def _openings(sure: Flags) -> list[int]:
    """Where he is sure after not having been so for an hour."""
    minutes = np.flatnonzero(sure)
    fresh = np.diff(minutes, prepend=-_REST_MIN - 1) > _REST_MIN
    return [int(minute) for minute in minutes[fresh]]
