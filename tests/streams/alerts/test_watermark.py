"""A minute is closed when what had arrived by its end is stored, and not before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alerts.watermark import PartitionView, Watermark
from streams.records import Partition

END_S = 1_800_000_000 // 60 * 60
ONE, TWO = Partition("posts", 0), Partition("posts", 1)
DONE = PartitionView(committed=10, start=0, end=10, first_later=None)


def view(
    committed: int | None, end: int, first_later: int | None = None, start: int = 0
) -> PartitionView:
    return PartitionView(committed, start, end, first_later)


def closed(*views: PartitionView, now_s: float = END_S + 60, mark: Watermark | None = None) -> bool:
    partitions = {Partition("posts", number): one for number, one in enumerate(views)}
    return (mark or Watermark(2.0)).decide(END_S, partitions, now_s=now_s).closed


def test_a_minute_waits_for_the_clock():
    """Before its end and the grace nothing is closed, whatever the offsets say."""
    assert not closed(DONE, now_s=END_S + 1.9)
    assert closed(DONE, now_s=END_S + 2)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (view(10, 10), True),
        (view(9, 10), False),
        (view(7, 10, first_later=7), True),
        (view(6, 10, first_later=7), False),
        (view(None, 10), False),
        (view(None, 10, first_later=3), False),
        (view(None, 0), True),
        (view(None, 5, start=5), True),
        (view(3, 9, first_later=None, start=9), True),  # what was there is past its retention
    ],
)
def test_offsets_decide(one: PartitionView, expected: bool):
    """By the first later record; without one, all must be stored. An empty partition is no wait."""
    assert closed(one, now_s=END_S + 600) is expected
    assert closed(DONE, one, now_s=END_S + 600) is expected


def test_a_clock_that_runs_ahead_closes_nothing():
    """A record dated an hour ahead lies before the minute's own: where it ended counts."""
    mark = Watermark(2.0)
    ahead = view(5, 9, first_later=3)
    assert not closed(ahead, now_s=END_S + 3, mark=mark)
    assert not closed(view(8, 12, first_later=3), now_s=END_S + 30, mark=mark)
    assert closed(view(9, 15, first_later=3), now_s=END_S + 31, mark=mark)


def test_what_comes_after_the_end_is_not_waited_for():
    """Late clocks date new records before the minute's end for ever; the sample ends that."""
    mark = Watermark(2.0)
    assert not closed(view(8, 10), now_s=END_S + 3, mark=mark)
    assert closed(view(10, 500), now_s=END_S + 8, mark=mark)


def test_reasons_name_the_partition():
    """People are told where it waits, and for how much."""
    answer = Watermark(0).decide(END_S, {ONE: DONE, TWO: view(4, 10)}, now_s=END_S + 90)
    assert answer.reason == "posts:1: 6 records are not stored yet"
    assert not Watermark(0).decide(END_S, {}, now_s=END_S + 90).closed


offsets = st.integers(0, 20)


@given(
    st.lists(st.tuples(offsets, offsets, st.none() | offsets), min_size=1, max_size=4),
    st.integers(0, 20),
)
def test_more_committed_never_reopens(found: list[tuple[int, int, int | None]], more: int):
    """Once closed, a minute stays so as offsets rise."""
    views = [view(committed, max(committed, end), first) for committed, end, first in found]
    later = [
        view(
            (one.committed or 0) + more, max(one.end, (one.committed or 0) + more), one.first_later
        )
        for one in views
    ]
    if closed(*views):
        assert closed(*later)
