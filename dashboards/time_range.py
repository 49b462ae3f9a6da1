"""Periods of time, and the buckets that a chart of them has.

Edges of buckets fall on the viewer's clock: an hour begins at a full hour, a day at midnight,
through changes of daylight saving too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

MAX_BUCKETS: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
# Seconds of the steps that read well on a clock; longer periods are cut into days of 7 or 28.
_STEPS: Final = (
    *(10, 30, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR),
    *(_DAY, 7 * _DAY, 28 * _DAY, 364 * _DAY),
)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A period that ends now. refresh_s: how often a page of it is worth reading again."""

    name: str
    length: timedelta
    step: timedelta
    refresh_s: int


RANGES: Final = (
    TimeRange("15m", timedelta(minutes=15), timedelta(seconds=30), refresh_s=2),
    TimeRange("1h", timedelta(hours=1), timedelta(minutes=1), refresh_s=2),
    TimeRange("6h", timedelta(hours=6), timedelta(minutes=5), refresh_s=5),
    TimeRange("24h", timedelta(hours=24), timedelta(minutes=30), refresh_s=10),
    TimeRange("7d", timedelta(days=7), timedelta(hours=3), refresh_s=30),
    TimeRange("30d", timedelta(days=30), timedelta(hours=12), refresh_s=30),
)
CUSTOM: Final = "custom"
RANGE_NAMES: Final = (*(item.name for item in RANGES), CUSTOM)
DEFAULT_RANGE: Final = "1h"
_BY_NAME: Final = {item.name: item for item in RANGES}
CUSTOM_REFRESH_S: Final = 30


@dataclass(frozen=True, slots=True)
class Window:
    """A period, `since` included and `until` not, and the starts of its buckets.

    edges: start of each bucket in milliseconds since 1970, rising; the first is `since`.
    """

    since: datetime
    until: datetime
    edges: tuple[int, ...]

    @property
    def before(self) -> datetime:
        """Start of the period before, which is exactly as long."""
        return self.since - (self.until - self.since)

    @property
    def ends(self) -> tuple[int, ...]:
        """End of each bucket in milliseconds; the last one is `until`."""
        return (*self.edges[1:], milliseconds(self.until))


def range_named(name: str) -> TimeRange:
    """The range of that name; raises KeyError for an unknown one."""
    return _BY_NAME[name]


def live_window(chosen: TimeRange, *, now: datetime, zone: tzinfo) -> Window:
    """The range that ends now, begun at the bucket's edge so that no bucket is cut off.

    The end is cut to the refresh interval: viewers of the same moment share one query.
    """
    seconds = int(now.timestamp()) // chosen.refresh_s * chosen.refresh_s
    until = datetime.fromtimestamp(seconds, UTC)
    since = _floor(until - chosen.length, chosen.step, zone)
    return _window(since, until, chosen.step, zone)


def custom_window(since: datetime, until: datetime, *, zone: tzinfo) -> Window:
    """A period of the viewer's own; raises ValueError unless it ends after it begins."""
    if since >= until:
        raise ValueError(f"the period ends at {until}, before it begins at {since}")
    length_s = (until - since).total_seconds()
    step = next((step for step in _STEPS if length_s / step <= MAX_BUCKETS - 1), _STEPS[-1])
    return _window(since.astimezone(UTC), until.astimezone(UTC), timedelta(seconds=step), zone)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as the charts and the queries count time."""
    # Whole numbers all the way: a float of seconds is not exact to the millisecond.
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(value: int) -> datetime:
    """The moment in UTC of a number of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=value)


def _window(since: datetime, until: datetime, step: timedelta, zone: tzinfo) -> Window:
    edges = [milliseconds(since)]
    edge = _floor(since, step, zone)
    while (edge := _next(edge, step, zone)) < until:
        edges.append(milliseconds(edge))
    return Window(since, until, tuple(edges))


def _floor(moment: datetime, step: timedelta, zone: tzinfo) -> datetime:
    """The last edge of the viewer's clock at or before the moment."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    # Monday is a good start for weeks, and as good as any for days and hours.
    origin = datetime(1970, 1, 5)  # noqa: DTZ001 - a reading of the viewer's wall clock
    floored = _to_utc(origin + (wall - origin) // step * step, zone)
    if step <= timedelta(hours=1):
        # Within an hour that the clock shows twice, the wall alone cannot tell which is meant.
        return moment - (wall - origin) % step
    return floored if floored <= moment else floored - step


def _next(edge: datetime, step: timedelta, zone: tzinfo) -> datetime:
    if step <= timedelta(hours=1):
        return edge + step
    wall = edge.astimezone(zone).replace(tzinfo=None)
    # Half a step more lands safely past the edge, whatever the clock change within it.
    later = _floor(_to_utc(wall + step * 1.5, zone), step, zone)
    return later if later > edge else edge + step


def _to_utc(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)
