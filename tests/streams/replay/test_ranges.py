"""Which offsets a replay reads."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import StreamError
from schemas.replay import Lane, LaneRange
from streams.replay.ranges import LaneView, by_offsets, by_time, parse_offsets, refuse_expired

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
LANE = Lane("reviews", 0)


def test_by_time():
    """From the first record dated so late, to the first dated at or after the end."""
    views = {LANE: LaneView(start=0, end=100, since=40, until=70)}
    assert by_time(views, since=NOON, until=NOON) == [LaneRange("reviews", 0, 40, 70)]
    assert by_time(views, since=None, until=NOON) == [LaneRange("reviews", 0, 0, 70)]
    assert by_time(views, since=NOON, until=None) == [LaneRange("reviews", 0, 40, 100)]


def test_times_after_the_last_record_are_the_end():
    """Kafka knows no such record, and there is none to read."""
    views = {LANE: LaneView(start=0, end=100)}
    assert by_time(views, since=NOON, until=NOON) == [LaneRange("reviews", 0, 100, 100)]


def test_expired_by_time():
    """Records of that time may be gone; what is left is told, and taken where it is asked for."""
    view = LaneView(start=50, end=100, since=50, start_at=NOON)
    with pytest.raises(StreamError, match=r"reviews:0: 50-100 are left, from 2026-03-11 12:00 UTC"):
        by_time({LANE: view}, since=NOON, until=None)
    assert by_time({LANE: view}, since=None, until=None) == [LaneRange("reviews", 0, 50, 100)]
    later = LaneView(start=50, end=100, since=51, start_at=NOON)
    assert by_time({LANE: later}, since=NOON, until=None) == [LaneRange("reviews", 0, 51, 100)]


def test_expired_offsets():
    """It says which are gone and which are left."""
    view = LaneView(start=50, end=100, start_at=NOON)
    with pytest.raises(StreamError, match=r"reviews:0: 10-50 were deleted .* 50-100 are left"):
        by_offsets([LaneRange("reviews", 0, 10, 70)], {LANE: view})
    with pytest.raises(StreamError, match=r"reviews:0: 10-20 were deleted"):
        by_offsets([LaneRange("reviews", 0, 10, 20)], {LANE: view})
    with pytest.raises(StreamError, match="nothing is left"):
        refuse_expired([LaneRange("reviews", 0, 10, 20)], {LANE: LaneView(start=100, end=100)})
    refuse_expired([LaneRange("reviews", 0, 10, 10)], {LANE: view})


def test_offsets_are_cut_at_the_present_end():
    """What is not there yet is not part of the past."""
    found = by_offsets([LaneRange("reviews", 0, 10, 1_000)], {LANE: LaneView(start=0, end=100)})
    assert found == [LaneRange("reviews", 0, 10, 100)]


def test_an_unknown_partition():
    """The message names those that there are."""
    with pytest.raises(StreamError, match=r"reviews:7 is no partition; there are reviews:0"):
        by_offsets([LaneRange("reviews", 7, 0, 1)], {LANE: LaneView(start=0, end=100)})


@pytest.mark.parametrize(
    "text", ["reviews", "reviews:0", "reviews:0:5", "reviews:0:9-5", "reviews:-1:0-5", "a b:0:0-5"]
)
def test_offsets_that_are_none(text):
    """The form is said."""
    with pytest.raises(StreamError, match=r"TOPIC:PARTITION:FIRST-END; try reviews:0:1000-2000"):
        parse_offsets([text])


def test_a_partition_named_twice():
    """Two ranges of one lane would have one progress."""
    with pytest.raises(StreamError, match="was given before"):
        parse_offsets(["reviews:0:0-5", "reviews:0:7-9"])


LANES = st.dictionaries(
    st.builds(Lane, st.sampled_from(["a", "b"]), st.integers(0, 3)),
    st.tuples(*[st.integers(0, 1_000)] * 4),
    min_size=1,
)


@given(LANES, st.booleans(), st.booleans())
def test_a_range_lies_within_what_there_is(lanes, has_since, has_until):
    """Whatever Kafka says: no record twice, none outside, none where some may be gone."""
    views = {
        lane: LaneView(
            start=min(start, end),
            end=max(start, end),
            since=max(since, min(start, end)),
            until=max(until, min(start, end)),
        )
        for lane, (start, end, since, until) in lanes.items()
    }
    since, until = NOON if has_since else None, NOON if has_until else None
    try:
        ranges = by_time(views, since=since, until=until)
    except StreamError:
        assert any(0 < view.start == min(view.since or 0, view.end) for view in views.values())
        return
    assert [each.lane for each in ranges] == sorted(views)
    for each in ranges:
        view = views[each.lane]
        assert view.start <= each.first <= each.end <= view.end
