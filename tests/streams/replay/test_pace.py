"""How much at a time, and how long to rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.replay.pace import LEAST_RECORDS, MOST_RECORDS, TARGET_S, ChunkSize, Pace


@given(
    share=st.floats(0.05, 1),
    cores=st.integers(1, 64),
    rate=st.sampled_from([0, 10, 1_000]),
    work=st.lists(
        st.tuples(st.integers(1, 10_000), st.floats(0, 20), st.floats(0.001, 20)), min_size=1
    ),
)
def test_neither_bound_is_passed(share, cores, rate, work):
    """Over any stretch: cores x share x time is at least what was used, rate x time what was read.

    work: records, seconds of cores used, and seconds passed, of each chunk.
    """
    pace = Pace(share, cores, rate)
    used = records_read = clock_s = 0.0
    for records, busy_s, passed_s in work:
        clock_s += passed_s + pace.rest_s(records=records, busy_s=busy_s, passed_s=passed_s)
        used += busy_s
        records_read += records
        if share < 1:
            assert used <= share * cores * clock_s * (1 + 1e-6)
        if rate:
            assert records_read <= rate * clock_s * (1 + 1e-6)


def test_half_a_machine_is_half_the_time_on_one_core():
    """And half the cores on more, without a rest."""
    assert Pace(0.5, 1).rest_s(records=100, busy_s=2, passed_s=2) == pytest.approx(2)
    assert Pace(0.5, 2).rest_s(records=100, busy_s=2, passed_s=2) == 0
    assert (Pace(0.5, 1).threads, Pace(0.5, 4).threads, Pace(1, 4).threads) == (1, 2, 4)


def test_the_whole_machine_never_rests():
    """Whatever it took."""
    assert Pace(1, 2).rest_s(records=100, busy_s=100, passed_s=1) == 0


@given(st.floats(1, 1e6))
def test_chunks_come_to_take_the_wanted_time(rate):
    """At any steady rate, where the bounds let it."""
    size = ChunkSize()
    for _ in range(20):
        size.learn(size.records, size.records / rate)
    fitting = min(MOST_RECORDS, max(LEAST_RECORDS, rate * TARGET_S))
    assert size.records == pytest.approx(fitting, rel=0.01, abs=1)


def test_a_chunk_without_records_teaches_nothing():
    """The end of a lane comes alone."""
    size = ChunkSize()
    size.learn(0, 10)
    assert size.records == LEAST_RECORDS


def test_a_low_rate_comes_evenly():
    """Not many at a time and then a long rest."""
    assert Pace(1, 1, rate=100).at_most(256) == 50
    assert Pace(1, 1, rate=0.5).at_most(256) == 1
    assert Pace(1, 1).at_most(256) == 256
