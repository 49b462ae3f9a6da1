from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.time_range import (
    MAX_BUCKETS,
    RANGES,
    Window,
    custom_window,
    from_milliseconds,
    live_window,
    milliseconds,
    range_named,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"]
moments = st.datetimes(
    datetime(2001, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2037, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
zones = st.sampled_from(ZONES).map(ZoneInfo)


def check(window: Window) -> None:
    """The buckets rise, begin with the window and end with it."""
    assert window.edges[0] == milliseconds(window.since)
    assert list(window.edges) == sorted(set(window.edges))
    assert window.ends[-1] == milliseconds(window.until) > window.edges[-1]
    assert window.since - window.before == window.until - window.since


@given(moments, zones, st.sampled_from(RANGES))
def test_a_live_window_covers_its_range(now, zone, chosen):
    """It covers at least the range and less than a bucket more, whatever the clocks do."""
    window = live_window(chosen, now=now, zone=zone)
    check(window)
    assert timedelta(0) <= now - window.until <= timedelta(seconds=chosen.refresh_s)
    # A change of daylight saving can lengthen the first bucket by an hour.
    longest = chosen.length + chosen.step + timedelta(hours=1)
    assert chosen.length <= window.until - window.since < longest
    assert len(window.edges) <= MAX_BUCKETS


@given(moments, st.timedeltas(timedelta(seconds=1), timedelta(days=8000)), zones)
def test_a_custom_window_is_what_was_asked_for(since, length, zone):
    """It begins and ends as asked, with a number of buckets that a chart can show."""
    window = custom_window(since, since + length, zone=zone)
    check(window)
    assert (window.since, window.until) == (since, since + length)
    assert len(window.edges) <= MAX_BUCKETS + 1


def test_viewers_of_one_moment_share_a_window():
    """Two times within one refresh interval give the same window, so one query."""
    now = datetime(2026, 3, 11, 12, 0, 0, 100, tzinfo=UTC)
    chosen = range_named("1h")
    later = now + timedelta(seconds=1)
    assert live_window(chosen, now=now, zone=UTC) == live_window(chosen, now=later, zone=UTC)


def test_days_begin_at_the_viewers_midnight_through_a_change_of_clocks():
    """Half days begin at noon and midnight in Berlin before and after the clocks go forward."""
    now = datetime(2026, 4, 5, 9, 30, tzinfo=UTC)
    window = live_window(range_named("30d"), now=now, zone=BERLIN)
    hours = {from_milliseconds(edge).astimezone(BERLIN).hour for edge in window.edges}
    assert hours == {0, 12}


def test_a_night_of_25_hours_has_no_gap():
    """When the clocks go back, the buckets of three hours still follow each other."""
    window = custom_window(
        datetime(2026, 10, 23, 22, tzinfo=UTC), datetime(2026, 10, 26, 23, tzinfo=UTC), zone=BERLIN
    )
    hours = [(b - a) / 3_600_000 for a, b in zip(window.edges, window.ends, strict=True)]
    assert sum(hours) == 73
    assert max(hours) <= 4


def test_a_period_that_ends_before_it_begins_is_refused():
    """The error names both ends."""
    now = datetime(2026, 3, 11, tzinfo=UTC)
    with pytest.raises(ValueError, match="before it begins"):
        custom_window(now, now, zone=UTC)
