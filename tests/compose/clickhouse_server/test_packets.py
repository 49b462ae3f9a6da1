"""The packets, byte for byte, and as clickhouse-driver reads and writes them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose.clickhouse_server.packets import (
    DATA_PREFIX,
    END_OF_STREAM,
    PONG,
    ClientHello,
    Progress,
    Query,
    Setting,
    encode_exception,
    encode_header_block,
    encode_hello,
    encode_profile_info,
    encode_progress,
    read_block,
    read_data_prefix,
    read_hello,
    read_query,
)
from compose.clickhouse_server.wire import (
    ClientGoneError,
    ProtocolError,
    encode_string,
    encode_varint,
)
from tests.compose.clickhouse_server.pieces import reader_in_pieces

CLIENT_INFO = bytes.fromhex(
    "01 00 00 09302e302e302e303a30"  # initial query; no user, no id; 0.0.0.0:0
    "0000000000000000 01"  # start time; TCP
    "00 00 00 140a e4a903"  # user, host, client name; version 20.10; revision 54500
    "00 00 02 00 00 00 00"  # quota key, depth, patch, no trace, no parallel replicas
)


def query_packet(
    sql: str, *, settings: bytes = b"\x00", compressed: int = 0, info: bytes = CLIENT_INFO
) -> bytes:
    """A Query packet after its type."""
    tail = b"\x00\x02" + encode_varint(compressed)
    return encode_string("id-1") + info + settings + tail + encode_string(sql)


@pytest.mark.parametrize(
    ("packet", "golden"),
    [
        (
            encode_hello(version=(26, 9, 2), timezone="UTC", display_name="x"),
            "00 0a436c69636b486f757365 1a 09 b5a903 03555443 0178 02",
        ),
        (
            encode_exception(code=60, message="no"),
            "02 3c000000 0d44423a3a457863657074696f6e 1144423a3a457863657074696f6e3a206e6f 00 00",
        ),
        (encode_progress(Progress(1, 2, 3, 4)), "03 01 02 00 03 04"),
        (encode_profile_info(rows=1, blocks=2, size_bytes=300), "06 01 02 ac02 00 00 00"),
        (
            DATA_PREFIX + encode_header_block((("a", "Int8"),)),
            "01 00 0100 02ffffffff 00 01 00 0161 04496e7438",
        ),
        (PONG, "04"),
        (END_OF_STREAM, "05"),
    ],
)
def test_server_packet_is_golden(packet, golden):
    """The bytes are those of the protocol's description at revision 54453."""
    assert packet == bytes.fromhex(golden)


@given(st.integers(1, 40))
def test_hello_is_read(piece):
    """Name, version, revision, database, user and password."""
    data = bytes.fromhex("0474657374 14 0a e4a903") + b"\x02db\x04anna\x06secret"
    hello = read_hello(reader_in_pieces(data, piece))
    assert hello == ClientHello("test", 54500, "db", "anna", "secret")
    assert "secret" not in repr(hello)


@given(st.text(max_size=100), st.integers(1, 60))
def test_query_is_read(sql, piece):
    """Id, settings as text with their flag, compression and the SQL text."""
    settings = b"\x01a\x01\x0215\x01b\x00\x00\x00"
    reader = reader_in_pieces(query_packet(sql, settings=settings, compressed=1) + b"!", piece)
    assert read_query(reader, max_query_bytes=400) == Query(
        query_id="id-1",
        settings=(
            Setting(name="a", value="15", important=True),
            Setting(name="b", value="", important=False),
        ),
        compressed=True,
        sql=sql,
    )
    assert reader.read(1) == b"!"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (query_packet("x" * 101), "at most 100"),
        (query_packet("x", info=CLIENT_INFO[:20] + b"\x02"), "interface"),
        (query_packet("x", settings=b"\x01a\x00\x00" * 1001 + b"\x00"), "settings"),
    ],
)
def test_query_out_of_bounds_is_a_protocol_error(data, message):
    """Too long a text, another interface, too many settings."""
    with pytest.raises(ProtocolError, match=message):
        read_query(reader_in_pieces(data, 1000), max_query_bytes=100)


def test_data_packet_is_read():
    """The block's information goes, the table's name and the block's head stay."""
    data = b"\x01t" + b"\x01\x00\x02\xff\xff\xff\xff\x00" + b"\x01\x02\x01a\x04Int8\x07\x08"
    reader = reader_in_pieces(data, 3)
    assert read_data_prefix(reader) == "t"
    head = read_block(reader)
    assert (head.columns, head.rows) == ((("a", "Int8"),), 2)
    assert not reader.has_more


@given(st.binary(max_size=300))
def test_any_bytes_end_in_one_of_the_named_errors(data):
    """No packet makes a reader fail in any other way."""
    for read in (read_hello, read_data_prefix, read_block):
        with suppress(ProtocolError, ClientGoneError):
            read(reader_in_pieces(data, 50))
    with suppress(ProtocolError, ClientGoneError):
        read_query(reader_in_pieces(data, 50), max_query_bytes=100)
