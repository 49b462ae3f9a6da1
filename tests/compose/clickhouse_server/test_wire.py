"""The primitives of the wire: every number and text comes back, however the bytes arrive."""

from contextlib import suppress

import pytest
from clickhouse_driver.varint import write_varint
from clickhouse_driver.writer import write_binary_str
from hypothesis import given
from hypothesis import strategies as st

from compose.clickhouse_server.wire import (
    ByteReader,
    ClientGoneError,
    ProtocolError,
    encode_string,
    encode_varint,
)
from tests.compose.clickhouse_server.pieces import reader_in_pieces, written

NUMBERS = st.integers(0, 2**64 - 1)


@given(NUMBERS, st.integers(1, 12))
def test_varint_comes_back(number, piece):
    """What is encoded is decoded, whatever the pieces."""
    assert reader_in_pieces(encode_varint(number), piece).read_varint() == number


@given(st.integers(0, 2**63 - 1))
def test_varint_is_the_drivers(number):
    """The bytes are those that clickhouse-driver writes."""
    assert encode_varint(number) == written(lambda out: write_varint(number, out))


@pytest.mark.parametrize("number", [-1, 2**64])
def test_varint_out_of_range_is_refused(number):
    """Only what 64 bits hold can be encoded."""
    with pytest.raises(ValueError, match="varint"):
        encode_varint(number)


def test_endless_varint_is_a_protocol_error():
    """Eleven continued bytes are no number."""
    with pytest.raises(ProtocolError):
        reader_in_pieces(b"\xff" * 11, 4).read_varint()


@given(st.text(), st.integers(1, 12))
def test_string_comes_back(text, piece):
    """What is encoded is decoded, and is what the driver writes."""
    assert encode_string(text) == written(lambda out: write_binary_str(text, out))
    assert reader_in_pieces(encode_string(text), piece).read_string() == text


def test_string_that_is_not_utf8_is_a_protocol_error():
    """Names and SQL are UTF-8."""
    with pytest.raises(ProtocolError, match="UTF-8"):
        reader_in_pieces(encode_string(b"\xff"), 9).read_string()


def test_announced_length_is_bounded_before_anything_is_read():
    """A length of 2**40 is refused, not waited for."""
    with pytest.raises(ProtocolError, match="at most 100"):
        reader_in_pieces(encode_varint(2**40), 9).read_string(limit=100)


@given(st.lists(st.binary(max_size=300), max_size=30), st.integers(1, 600), st.binary(max_size=20))
def test_skipped_strings_end_where_the_next_value_begins(texts, piece, rest):
    """Skipping walks over exactly the strings, wherever a piece ends."""
    data = b"".join(encode_string(text) for text in texts)
    reader = reader_in_pieces(data + rest, piece)
    reader.skip_strings(len(texts))
    assert reader.read(len(rest)) == rest
    assert not reader.has_more


@given(st.lists(st.binary(max_size=300), max_size=30), st.integers(1, 600), st.binary(max_size=20))
def test_tap_receives_exactly_what_was_read_inside(texts, piece, around):
    """Neither the bytes before nor those after reach the sink."""
    data = b"".join(encode_string(text) for text in texts)
    reader = reader_in_pieces(around + data + around, piece)
    reader.read(len(around))
    seen: list[bytes] = []
    with reader.tapped(seen.append):
        reader.skip_strings(len(texts))
    assert reader.read(len(around)) == around
    assert b"".join(seen) == data


@given(st.binary(max_size=50), st.integers(51, 10**12))
def test_end_of_stream_is_told(data, count):
    """A stream that ends inside a value raises, for reads and skips alike."""
    for method in (ByteReader.read, ByteReader.skip):
        with pytest.raises(ClientGoneError):
            method(reader_in_pieces(data, 7), count)


@given(st.binary(max_size=200), st.integers(0, 100))
def test_any_bytes_end_in_one_of_the_named_errors(data, count):
    """Hostile lengths raise nothing but the two errors."""
    reader = reader_in_pieces(data, 16)
    with suppress(ProtocolError, ClientGoneError):
        reader.skip_strings(count)
        reader.read_varint()
        reader.read_string()
