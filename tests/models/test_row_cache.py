"""Rows that are remembered."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.fake_encoder import DIMENSION, FakeEncoder
from models.row_cache import RowCache


class CountingEncoder(FakeEncoder):
    """Counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return super().encode(texts)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "", "\ud83d"]))), st.integers(1, 6))
def test_it_answers_as_the_function_does(batches, size):
    """Whatever came before, and however little it remembers."""
    cache = RowCache(FakeEncoder().encode, DIMENSION, size=size)
    for texts in batches:
        assert np.array_equal(cache.rows(texts), FakeEncoder().encode(texts))


def test_a_repost_is_encoded_once():
    """Within a batch and in a later one."""
    encoder = CountingEncoder()
    cache = RowCache(encoder.encode, DIMENSION)
    cache.rows(["one", "two", "one"])
    cache.rows(["two", "three"])
    assert encoder.asked == ["one", "two", "three"]


def test_the_oldest_is_forgotten_first():
    """One that was asked for again is not old."""
    encoder = CountingEncoder()
    cache = RowCache(encoder.encode, DIMENSION, size=2)
    for text in ("one", "two", "one", "three", "one", "two"):
        cache.rows([text])
    assert encoder.asked == ["one", "two", "three", "two"]


def test_what_is_kept_cannot_be_changed_from_outside():
    """An answer is the caller's own."""
    cache = RowCache(FakeEncoder().encode, DIMENSION)
    cache.rows(["one"])[:] = 0
    assert np.array_equal(cache.rows(["one"]), FakeEncoder().encode(["one"]))
