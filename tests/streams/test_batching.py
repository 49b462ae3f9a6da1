"""When a batch goes on."""

from hypothesis import given
from hypothesis import strategies as st

from streams.batching import Batcher, BatchLimits, estimated_tokens


def test_the_first_item_sets_the_clock():
    """A batch is due so long after its first item, however many follow."""
    batcher: Batcher[object] = Batcher(BatchLimits(max_rows=100, linger_s=2))
    assert batcher.wait_s(0) is None
    batcher.add("a", rows=1, now_s=10)
    batcher.add("b", rows=1, now_s=11)
    assert batcher.wait_s(11.5) == 0.5
    assert batcher.wait_s(12) == 0
    assert batcher.take() == ["a", "b"]
    assert batcher.wait_s(13) is None


def test_a_full_batch_is_due_at_once():
    """Rows or tokens, whichever is reached first."""
    by_rows: Batcher[str] = Batcher(BatchLimits(max_rows=2, linger_s=9))
    by_rows.add("a", rows=2, now_s=0)
    by_tokens: Batcher[str] = Batcher(BatchLimits(max_rows=9, linger_s=9, max_tokens=10))
    by_tokens.add("a", rows=1, tokens=10, now_s=0)
    assert by_rows.wait_s(0) == by_tokens.wait_s(0) == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.booleans())))
def test_nothing_is_dropped_doubled_or_reordered(items):
    """Whatever the sizes and whenever batches are taken."""
    batcher: Batcher[object] = Batcher(BatchLimits(max_rows=60, linger_s=1, max_tokens=60))
    out = []
    for number, (rows, tokens, take) in enumerate(items):
        batcher.add(number, rows=rows, tokens=tokens, now_s=0)
        if take or batcher.is_full():
            out += batcher.take()
    assert [*out, *batcher.take()] == list(range(len(items)))


def test_tokens_are_guessed_by_bytes():
    """Scripts of three bytes a character weigh more than ASCII."""
    assert estimated_tokens("") == 2
    assert estimated_tokens("苹果手机") > estimated_tokens("abcd")
