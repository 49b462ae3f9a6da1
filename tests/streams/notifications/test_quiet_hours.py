"""Quiet hours and digests through the nights when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.routes import QuietHours, WeeklyTime
from streams.notifications.quiet_hours import digest_due, quiet_until, weekly_due

BERLIN = "Europe/Berlin"
ZONES = st.sampled_from(
    [BERLIN, "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]
)
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def local(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("since", "until", "at", "end"),
    [
        (22, 7, "2026-11-25 21:59", None),
        (22, 7, "2026-11-25 22:00", "2026-11-26 07:00"),
        (22, 7, "2026-11-26 06:59", "2026-11-26 07:00"),
        (22, 7, "2026-11-26 07:00", None),
        (12, 14, "2026-11-26 13:00", "2026-11-26 14:00"),
        (22, 7, "2026-10-24 23:00", "2026-10-25 07:00"),  # an hour longer
        (22, 7, "2026-03-28 23:00", "2026-03-29 07:00"),  # an hour shorter
    ],
)
def test_quiet_until(since: int, until: int, at: str, end: str | None):
    """By the wall clock, over midnight too."""
    quiet = QuietHours(since=time(since), until=time(until))
    assert quiet_until(quiet, BERLIN, local(at)) == (local(end) if end else None)


def test_the_hour_that_comes_twice_is_not_quiet_again():
    """02:30 comes first in summer time; the period has ended when it comes again."""
    quiet = QuietHours(since=time(22), until=time(2, 30))
    first = local("2026-10-25 02:29")
    assert quiet_until(quiet, BERLIN, first) == first + timedelta(minutes=1)
    assert quiet_until(quiet, BERLIN, first + timedelta(minutes=2)) is None
    assert quiet_until(quiet, BERLIN, first + timedelta(hours=1)) is None


def test_an_end_within_the_skipped_hour_is_the_next_one_there_is():
    """02:30 does not exist on that day: 03:30 is when that much of the night is over."""
    quiet = QuietHours(since=time(22), until=time(2, 30))
    assert quiet_until(quiet, BERLIN, local("2026-03-29 01:00")) == local("2026-03-29 03:30")


@given(CLOCKS, CLOCKS, ZONES, MOMENTS)
def test_a_quiet_period_ends_within_a_day_and_then_it_is_not_quiet(
    since: time, until: time, zone: str, at: datetime
):
    """Whatever the zone."""
    if since == until:
        return
    quiet = QuietHours(since=since, until=until)
    end = quiet_until(quiet, zone, at)
    if end is None:
        return
    assert at < end <= at + timedelta(hours=25)
    assert quiet_until(quiet, zone, end) is None


@given(CLOCKS, ZONES, MOMENTS)
def test_one_digest_a_day(clock: time, zone: str, at: datetime):
    """The last one due is not in the future, nor more than a day and an hour ago; days follow."""
    day, due = digest_due(clock, zone, at)
    assert timedelta(0) <= at - due <= timedelta(hours=25)
    following, _ = digest_due(clock, zone, due + timedelta(hours=26))
    assert following == day + timedelta(days=1)


def test_digest_by_the_zone():
    """Eight in the morning in Berlin, an hour earlier by UTC in winter."""
    at = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert digest_due(time(8), BERLIN, at) == (date(2026, 11, 25), at)
    before = at - timedelta(minutes=1)
    assert digest_due(time(8), BERLIN, before)[0] == date(2026, 11, 24)


@given(st.integers(0, 6), CLOCKS, ZONES, MOMENTS)
def test_weekly_digest_is_due_on_its_day_and_never_later_than_now(
    weekday: int, clock: time, zone: str, at: datetime
):
    """The last one by the wall clock: at most a week and the hours of a clock change before."""
    day, due = weekly_due(WeeklyTime(weekday=weekday, at=clock), zone, at)
    assert day.weekday() == weekday
    assert due <= at < due + timedelta(days=7, hours=2)
    assert weekly_due(WeeklyTime(weekday=weekday, at=clock), zone, due) == (day, due)
