"""The packets of ClickHouse's native protocol, as this server reads and writes them.  No I/O.

The announced revision decides every packet's layout.  54453 is the highest without custom
serialization of columns, so blocks of the engine's `Native` format pass through unchanged, and
settings arrive as text, so that any setting of the engine can be sent.
Source: https://clickhouse.com/docs/native-protocol/server and .../client
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

from compose.clickhouse_server.columns import MAX_COLUMNS, MAX_TYPE_BYTES, skip_column
from compose.clickhouse_server.wire import (
    ByteReader,
    ProtocolError,
    encode_string,
    encode_varint,
)

REVISION = 54453
MIN_CLIENT_REVISION = REVISION

MAX_NAME_BYTES = 4096
MAX_SETTINGS = 1000
MAX_SETTING_BYTES = 1 << 16

FLAG_IMPORTANT = 1

# Name and type of each column.
Columns = tuple[tuple[str, str], ...]


class ClientPacket(IntEnum):
    """Packets that a client sends."""

    HELLO = 0
    QUERY = 1
    DATA = 2
    CANCEL = 3
    PING = 4


class ServerPacket(IntEnum):
    """Packets that a server sends."""

    HELLO = 0
    DATA = 1
    EXCEPTION = 2
    PROGRESS = 3
    PONG = 4
    END_OF_STREAM = 5
    PROFILE_INFO = 6


@dataclass(frozen=True, slots=True)
class ClientHello:
    """A client's first packet."""

    client_name: str
    revision: int
    database: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that came with a query.  important: an unknown name is an error."""

    name: str
    value: str
    important: bool


@dataclass(frozen=True, slots=True)
class Query:
    """One query; blocks of data may follow it."""

    query_id: str
    settings: tuple[Setting, ...]
    compressed: bool
    sql: str


@dataclass(frozen=True, slots=True)
class BlockHead:
    """What was learnt of a block while walking it."""

    columns: Columns
    rows: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What a query has read and written, as the client's progress display counts it."""

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0


def read_hello(reader: ByteReader) -> ClientHello:
    """Read a Hello after its packet type."""
    client_name = reader.read_string(limit=MAX_NAME_BYTES)
    reader.read_varint()
    reader.read_varint()
    return ClientHello(
        client_name=client_name,
        revision=reader.read_varint(),
        database=reader.read_string(limit=MAX_NAME_BYTES),
        user=reader.read_string(limit=MAX_NAME_BYTES),
        password=reader.read_string(limit=MAX_NAME_BYTES),
    )


def read_query(reader: ByteReader, *, max_query_bytes: int) -> Query:
    """Read a Query after its packet type.  Raises ProtocolError above `max_query_bytes`."""
    query_id = reader.read_string(limit=MAX_NAME_BYTES)
    _skip_client_info(reader)
    settings = _read_settings(reader)
    reader.read_string(limit=MAX_NAME_BYTES)  # the cluster's secret, empty from a client
    reader.read_varint()  # the stage to stop at; a client always asks for the end
    compressed = reader.read_varint() != 0
    sql = reader.read_string(limit=max_query_bytes)
    return Query(query_id=query_id, settings=settings, compressed=compressed, sql=sql)


def _skip_client_info(reader: ByteReader) -> None:
    if not reader.read_byte():
        return
    for _ in range(3):  # first user, query id and address
        reader.read_string(limit=MAX_NAME_BYTES)
    reader.skip(8)  # start time
    interface = reader.read_byte()
    if interface != 1:
        raise ProtocolError(f"client interface {interface}; expected 1 (TCP)")
    for _ in range(3):  # operating-system user, host and client name
        reader.read_string(limit=MAX_NAME_BYTES)
    for _ in range(3):  # version and revision
        reader.read_varint()
    reader.read_string(limit=MAX_NAME_BYTES)  # quota key
    reader.read_varint()  # distributed depth
    reader.read_varint()  # version patch
    if reader.read_byte():  # OpenTelemetry: trace, span, state, flags
        reader.skip(16 + 8)
        reader.read_string(limit=MAX_NAME_BYTES)
        reader.skip(1)
    for _ in range(3):  # parallel replicas
        reader.read_varint()


def _read_settings(reader: ByteReader) -> tuple[Setting, ...]:
    settings: list[Setting] = []
    while name := reader.read_string(limit=MAX_NAME_BYTES):
        important = bool(reader.read_byte() & FLAG_IMPORTANT)
        value = reader.read_string(limit=MAX_SETTING_BYTES)
        settings.append(Setting(name=name, value=value, important=important))
        if len(settings) > MAX_SETTINGS:
            raise ProtocolError(f"more than {MAX_SETTINGS} settings with one query")
    return tuple(settings)


def read_data_prefix(reader: ByteReader) -> str:
    """Read what stands before a block in a Data packet; return the external table's name."""
    table = reader.read_string(limit=MAX_NAME_BYTES)
    while number := reader.read_varint():
        if number == 1:
            reader.skip(1)  # overflow flag
        elif number == 2:
            reader.skip(4)  # bucket
        else:
            raise ProtocolError(f"block info field {number}; expected 1 or 2")
    return table


def read_block(reader: ByteReader) -> BlockHead:
    """Read past one Native block.  The reader's tap, if any, receives its bytes."""
    column_count = reader.read_varint()
    rows = reader.read_varint()
    if column_count > MAX_COLUMNS:
        raise ProtocolError(
            f"a block of {column_count} columns; at most {MAX_COLUMNS} are accepted"
        )
    columns: list[tuple[str, str]] = []
    for _ in range(column_count):
        name = reader.read_string(limit=MAX_TYPE_BYTES)
        type_name = reader.read_string(limit=MAX_TYPE_BYTES)
        if rows:
            skip_column(reader, type_name, rows)
        columns.append((name, type_name))
    return BlockHead(columns=tuple(columns), rows=rows)


def encode_hello(*, version: tuple[int, int, int], timezone: str, display_name: str) -> bytes:
    """Encode the server's answer to a Hello.  version: the engine's major, minor and patch."""
    major, minor, patch = version
    return b"".join(
        (
            encode_varint(ServerPacket.HELLO),
            encode_string("ClickHouse"),
            encode_varint(major),
            encode_varint(minor),
            encode_varint(REVISION),
            encode_string(timezone),
            encode_string(display_name),
            encode_varint(patch),
        )
    )


DATA_PREFIX = (
    encode_varint(ServerPacket.DATA)
    + encode_string("")  # no external table
    + b"\x01\x00"  # block info: no overflow rows
    + b"\x02\xff\xff\xff\xff"  # bucket -1
    + b"\x00"
)
PONG = encode_varint(ServerPacket.PONG)
END_OF_STREAM = encode_varint(ServerPacket.END_OF_STREAM)


def encode_header_block(columns: Columns) -> bytes:
    """Encode a block that has the columns' names and types and no rows."""
    return b"".join(
        (
            encode_varint(len(columns)),
            encode_varint(0),
            *(encode_string(name) + encode_string(kind) for name, kind in columns),
        )
    )


def encode_exception(*, code: int, message: str) -> bytes:
    """Encode an Exception.  code: ClickHouse's error code."""
    return b"".join(
        (
            encode_varint(ServerPacket.EXCEPTION),
            struct.pack("<i", code),
            encode_string("DB::Exception"),
            encode_string(f"DB::Exception: {message}"),
            encode_string(""),  # stack trace
            b"\x00",  # no nested exception
        )
    )


def encode_progress(progress: Progress) -> bytes:
    """Encode a Progress packet; the client adds up what several of them say."""
    numbers = (
        progress.read_rows,
        progress.read_bytes,
        0,  # rows that are to be read in all: unknown
        progress.written_rows,
        progress.written_bytes,
    )
    return encode_varint(ServerPacket.PROGRESS) + b"".join(map(encode_varint, numbers))


def encode_profile_info(*, rows: int, blocks: int, size_bytes: int) -> bytes:
    """Encode a ProfileInfo packet: what a SELECT returned in all."""
    return b"".join(
        (
            encode_varint(ServerPacket.PROFILE_INFO),
            encode_varint(rows),
            encode_varint(blocks),
            encode_varint(size_bytes),
            b"\x00",  # no LIMIT was counted
            encode_varint(0),
            b"\x00",
        )
    )
