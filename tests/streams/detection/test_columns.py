"""State by columns: cut, joined and stored without loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.detector import Detector
from streams.detection.rolling import RollingSums
from streams.detection.stored import pack_detector, unpack_detector


def some(series: int) -> RollingSums:
    """Sums of a few rows."""
    sums = RollingSums.empty(channels=2, lengths=[1, 3], series=series)
    rng = np.random.default_rng(series)
    for _ in range(5):
        sums.push(rng.poisson(9.0, (2, series)).astype(float))
    return sums


def same(one, other) -> bool:
    """Whether all arrays are alike, with their types."""
    return bool(one.pack() == other.pack())


@given(st.permutations(range(5)), st.integers(0, 5))
def test_what_is_taken_is_put_back(order, count):
    """Any columns in any order; those that were not taken stay."""
    sums = some(5)
    chosen = np.array(order[:count], dtype=int)
    part = sums.take(chosen)
    part.push(np.ones((2, count)))
    assert same(sums, some(5)), "a part shares no memory"
    sums.put(chosen, part)
    assert same(sums.take(chosen), part)
    rest = np.array(order[count:], dtype=int)
    assert same(sums.take(rest), some(5).take(rest))


def test_joined_are_the_ones_and_then_the_others():
    """Column by column."""
    joined = some(2).joined(some(3))
    assert same(joined.take(np.arange(2)), some(2))
    assert same(joined.take(np.arange(2, 5)), some(3))


def test_what_is_packed_is_unpacked():
    """The same arrays, and ones that can be written to."""
    back = RollingSums.unpack(some(4).pack())
    assert same(back, some(4))
    back.push(np.ones((2, 4)))


@pytest.mark.parametrize("content", [b"", b"no state", pack_detector(Detector(2))[:-3]])
def test_bytes_that_are_no_state_are_refused(content):
    """With what to do instead."""
    with pytest.raises(ValueError, match="feed the rollups"):
        unpack_detector(content)
