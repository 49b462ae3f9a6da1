"""Dead letters keep a record whole."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import dead_letter, dead_letter_from_headers
from schemas.errors import InvalidPostError

header_names = st.text(max_size=10).filter(lambda name: not name.startswith("groundswell-"))


@given(
    value=st.binary(max_size=100),
    key=st.none() | st.binary(max_size=20),
    headers=st.lists(st.tuples(header_names, st.binary(max_size=20)), max_size=4),
)
def test_comes_back_as_it_went(value, key, headers):
    """Bytes, key and own headers, in order, survive the way through the topic."""
    letter = dead_letter(
        InvalidPostError(field="text", value="''", remedy="send some text"),
        value=value,
        key=key,
        headers=headers,
        topic="reviews",
        partition=3,
        offset=42,
        failed_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    assert dead_letter_from_headers(value, letter.to_headers()) == letter
    assert letter.identity == "reviews:3:42"


def test_foreign_record_is_refused():
    """A record that Groundswell did not write there is no dead letter."""
    with pytest.raises(InvalidPostError, match="only records that Groundswell itself"):
        dead_letter_from_headers(b"x", [("groundswell-topic", b"reviews")])
