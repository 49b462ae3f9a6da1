"""Offsets are committed in order, and only below what is still in work."""

from hypothesis import given
from hypothesis import strategies as st

from streams.offsets import OffsetTracker
from streams.records import Partition, Span

PARTITION = Partition("reviews", 0)


def span(first, after, epoch=1, partition=PARTITION):
    return Span(partition, first, after, after - first, epoch, 0)


def tracker():
    found = OffsetTracker()
    found.assign({PARTITION}, epoch=1)
    return found


def test_a_later_span_waits_for_an_earlier_one():
    """Offset N is in work, N+1 and on are done: nothing is committed until N is."""
    offsets = tracker()
    first, second, third = span(100, 101), span(101, 300), span(300, 601)
    for item in (first, second, third):
        offsets.begin(item)
    assert offsets.finish(third) is None
    assert offsets.finish(second) is None
    assert offsets.finish(first) == 601
    assert offsets.in_work() == 0


def test_gaps_in_the_offsets_hold_nothing_up():
    """Compacted records and transaction marks leave holes that no span covers."""
    offsets = tracker()
    offsets.begin(span(5, 8))
    offsets.begin(span(20, 21))
    assert offsets.finish(span(5, 8)) == 8
    assert offsets.finish(span(20, 21)) == 21


def test_work_of_an_earlier_assignment_commits_nothing():
    """After a rebalance the partition is read again: old work must not move its offset."""
    offsets = tracker()
    stale = span(10, 20)
    offsets.begin(stale)
    offsets.revoke({PARTITION})
    assert offsets.finish(stale) is None
    offsets.assign({PARTITION}, epoch=2)
    offsets.begin(stale)
    fresh = span(10, 20, epoch=2)
    offsets.begin(fresh)
    assert offsets.finish(stale) is None
    assert offsets.finish(fresh) == 20


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.randoms())
def test_never_past_what_is_in_work_and_at_last_all_of_it(sizes, random):
    """In whatever order spans finish, commits rise, stay below open work, and reach the end."""
    offsets = tracker()
    spans, position = [], 0
    for size in sizes:
        spans.append(span(position, position + size))
        position += size
    for item in spans:
        offsets.begin(item)
    open_spans = set(spans)
    last = 0
    for item in random.sample(spans, len(spans)):
        open_spans.discard(item)
        committed = offsets.finish(item)
        if committed is not None:
            assert last < committed <= min((s.first_offset for s in open_spans), default=position)
            last = committed
    assert last == position
