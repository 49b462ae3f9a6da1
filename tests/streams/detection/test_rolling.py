"""Rolling sums against brute force."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.rolling import RollingSums

SERIES = 3
LENGTHS = [1, 4, 7]

values = st.lists(st.integers(0, 1000), min_size=SERIES, max_size=SERIES)
push = st.tuples(st.just("push"), values)
skip = st.tuples(
    st.just("skip"),
    st.dictionaries(st.integers(0, SERIES - 1), st.integers(1, 20), max_size=SERIES),
)
clear = st.tuples(st.just("clear"), st.lists(st.booleans(), min_size=SERIES, max_size=SERIES))


@given(st.lists(push | skip | clear, max_size=40))
def test_the_sums_are_those_of_the_last_rows(actions):
    """Whatever is pushed, passed over or forgotten, in some series or all."""
    sums = RollingSums.empty(channels=2, lengths=LENGTHS, series=SERIES)
    rows: list[list[int]] = [[] for _ in range(SERIES)]
    for kind, what in actions:
        if kind == "push":
            sums.push(np.array([what, [2 * value for value in what]], dtype=float))
            for row, value in zip(rows, what, strict=True):
                row.append(value)
        elif kind == "skip":
            sums.skip(np.array(list(what), dtype=int), np.array(list(what.values()), dtype=int))
            for series, count in what.items():
                rows[series].extend([0] * count)
        else:
            sums.clear(np.array(what))
            rows = [[] if gone else row for row, gone in zip(rows, what, strict=True)]
    expected = np.array([[sum(row[-length:]) for row in rows] for length in LENGTHS])
    assert np.array_equal(sums.sums[0], expected)
    assert np.array_equal(sums.sums[1], 2 * expected)
