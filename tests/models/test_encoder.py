"""Batches by token budget, and texts as models may read them."""

from hypothesis import given
from hypothesis import strategies as st

from models.encoder import readable, token_batches


@given(st.lists(st.integers(1, 128), max_size=200), st.integers(1, 2000))
def test_every_row_once_within_the_budget(lengths, budget):
    """Batches hold every row once; more than one row only within the budget."""
    batches = token_batches(lengths, budget=budget)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = max(lengths[row] for row in batch) * len(batch)
        assert len(batch) == 1 or padded <= budget


@given(st.lists(st.integers(1, 128), min_size=1, max_size=50))
def test_long_rows_come_first(lengths):
    """The longest batch starts first, so that no thread is left alone with it at the end."""
    batches = token_batches(lengths, budget=256)
    longest = [max(lengths[row] for row in batch) for batch in batches]
    assert longest == sorted(longest, reverse=True)


@given(st.text(st.characters(), max_size=200))
def test_readable_text_is_valid_and_short(text):
    """Whatever the string, what is read is valid UTF-8 and not longer than allowed."""
    part = readable(text, max_tokens=2)
    part.encode("utf-8")
    assert len(part) <= 64


def test_valid_text_is_unchanged():
    """Only what is broken is replaced."""
    assert readable("a\x00b 🙂 质量", max_tokens=128) == "a\x00b 🙂 质量"
    assert readable("a\ud83d\ude00b", max_tokens=128) == "a😀b"
    assert readable("a\ud83db", max_tokens=128) == "a\ufffdb"
