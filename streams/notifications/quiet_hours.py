"""Quiet hours and digests by the recipient's clock, summer time included.

A quiet period is fixed by its two ends on the wall clock, each once: an hour that the clocks repeat
does not begin it anew, and one that they skip moves its end to the next hour that there is.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.routes import QuietHours, WeeklyTime

_DAY = timedelta(days=1)


def quiet_until(quiet: QuietHours | None, zone: str, at: datetime) -> datetime | None:
    """The end (UTC) of the quiet period that a moment is in, or None if it is in none."""
    if quiet is None:
        return None
    return next((end for since, end in _periods(quiet, zone, at) if since <= at < end), None)


def digest_due(digest: time, zone: str, at: datetime) -> tuple[date, datetime]:
    """The last digest due by a moment: its day by the zone, and when it was due (UTC)."""
    today = at.astimezone(ZoneInfo(zone)).date()
    due = _moment(today, digest, zone)
    yesterday = today - _DAY
    return (today, due) if due <= at else (yesterday, _moment(yesterday, digest, zone))


def weekly_due(weekly: WeeklyTime, zone: str, at: datetime) -> tuple[date, datetime]:
    """The last weekly digest due by a moment, likewise."""
    today = at.astimezone(ZoneInfo(zone)).date()
    day = today - timedelta(days=(today.weekday() - weekly.weekday) % 7)
    due = _moment(day, weekly.at, zone)
    before = day - timedelta(weeks=1)
    return (day, due) if due <= at else (before, _moment(before, weekly.at, zone))


def _periods(quiet: QuietHours, zone: str, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    today = at.astimezone(ZoneInfo(zone)).date()
    for day in (today - _DAY, today):
        last_day = day if quiet.since < quiet.until else day + _DAY
        yield _moment(day, quiet.since, zone), _moment(last_day, quiet.until, zone)


def _moment(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)
