"""Moments: where in the day and in the week a time lies, in UTC."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from streams.detection.columns import Flags, Floats, Wholes, within

HALF_HOURS_A_WEEK: Final = 336
# 1970-01-01 was a Thursday; weeks begin on Monday.
_MONDAY_MIN: Final = 3 * 1440


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of each series, shape (series,) each.

    hour, next_hour: hours of the day whose middles lie around the moment; hour_share: the weight of
    the latter. weekday, next_weekday, weekday_share: the same for days, changing around midnight.
    turning: within the hours given of midnight; near_midnight: within twice as many.
    half_hour: of the week. quarter: of a day, six hours each, since 1970.
    """

    hour: Wholes
    next_hour: Wholes
    hour_share: Floats
    weekday: Wholes
    next_weekday: Wholes
    weekday_share: Floats
    turning: Flags
    near_midnight: Flags
    half_hour: Wholes
    quarter: Wholes


def moments(time_s: Wholes, *, midnight_h: float) -> Moment:
    """The moments of these times, in seconds since 1970; see Moment."""
    minutes = time_s / 60.0
    hours = minutes / 60.0 - 0.5
    hour = np.floor(hours)
    days = (minutes + _MONDAY_MIN) / 1440.0 - 0.5
    weekday = np.floor(days)
    from_midnight_h = (days - weekday - 0.5) * 24.0
    return Moment(
        hour=hour.astype(np.int64) % 24,
        next_hour=(hour.astype(np.int64) + 1) % 24,
        hour_share=hours - hour,
        weekday=weekday.astype(np.int64) % 7,
        next_weekday=(weekday.astype(np.int64) + 1) % 7,
        weekday_share=within(from_midnight_h / (2.0 * midnight_h) + 0.5, 0.0, 1.0),
        turning=np.abs(from_midnight_h) < midnight_h,
        near_midnight=np.abs(from_midnight_h) < 2.0 * midnight_h,
        half_hour=((minutes + _MONDAY_MIN) // 30).astype(np.int64) % HALF_HOURS_A_WEEK,
        quarter=(time_s // 21600).astype(np.int64),
    )
