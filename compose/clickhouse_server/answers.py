"""Runs one statement and sends the packets that answer it."""

import contextlib
import tempfile
from pathlib import Path
from typing import IO

from compose.clickhouse_server.channel import Channel
from compose.clickhouse_server.engine import (
    NO_SUCH_COLUMN,
    QUERY_WAS_CANCELLED,
    Chunk,
    EngineError,
    EngineSession,
)
from compose.clickhouse_server.packets import (
    DATA_PREFIX,
    END_OF_STREAM,
    BlockHead,
    ClientPacket,
    Columns,
    Progress,
    encode_header_block,
    encode_profile_info,
    encode_progress,
    read_block,
    read_data_prefix,
)
from compose.clickhouse_server.statements import Statement, StatementKind
from compose.clickhouse_server.wire import ByteReader, ProtocolError

INCOMPATIBLE_COLUMNS = 122
NOT_ENOUGH_SPACE = 243
# The client gives no value for these unless it names them.
COMPUTED_DEFAULTS = frozenset({"MATERIALIZED", "ALIAS", "EPHEMERAL"})


class Answer:
    """The answer to one statement.

    cancelled: set, from any thread, once the client wants no more of it.
    """

    def __init__(self, channel: Channel, session: EngineSession, statement: Statement) -> None:
        self._channel = channel
        self._session = session
        self._statement = statement
        self.cancelled = False

    def send(self) -> int:
        """Run the statement and send all packets up to EndOfStream; return the rows moved.

        Raises EngineError, of which the client has not been told yet.
        """
        if self._statement.kind is StatementKind.INSERT_BLOCKS:
            return self._take_rows()
        if self._statement.kind is StatementKind.STREAMED:
            return self._send_stream()
        return self._send_whole()

    def _send_stream(self) -> int:
        """Send blocks as the engine makes them, so that no result is held as a whole."""
        rows = blocks = size_bytes = 0
        with contextlib.closing(self._session.stream(self._statement.sql)) as chunks:
            for chunk in chunks:
                if self.cancelled:
                    break
                head = b"" if blocks else header_packet(self._columns_of(chunk))
                self._channel.send(head, DATA_PREFIX, chunk.native)
                rows += chunk.rows
                blocks += 1
                size_bytes += len(chunk.native)
        if not blocks and not self.cancelled:
            self._channel.send(header_packet(self._described_columns()))
        self._channel.send(
            encode_profile_info(rows=rows, blocks=blocks, size_bytes=size_bytes),
            encode_progress(Progress(read_rows=rows, read_bytes=size_bytes)),
            END_OF_STREAM,
        )
        return rows

    def _send_whole(self) -> int:
        """Send a result that came as a whole, one packet a block."""
        rows = 0
        for block, head in split_blocks(self._session.run(self._statement.sql).native):
            if not rows:
                self._channel.send(header_packet(head.columns))
            self._channel.send(DATA_PREFIX, block)
            rows += head.rows
        self._channel.send(END_OF_STREAM)
        return rows

    def _columns_of(self, chunk: Chunk) -> Columns:
        try:
            return read_block(reader_of(chunk.native)).columns
        except ProtocolError:
            # States of aggregate functions have no length that could be walked.
            return self._described_columns()

    def _described_columns(self) -> Columns:
        described = self._session.describe(f"({self._statement.sql}\n)")
        return tuple((name, kind) for name, kind, _ in described)

    def _take_rows(self) -> int:
        columns = self._insert_columns()
        self._channel.send(header_packet(columns))
        with tempfile.NamedTemporaryFile(dir=self._session.spool_folder) as spool:
            rows, size_bytes = self._spool_blocks(spool, tuple(name for name, _ in columns))
            if rows:
                self._session.insert_file(self._statement.sql, Path(spool.name), columns)
        progress = Progress(written_rows=rows, written_bytes=size_bytes)
        self._channel.send(encode_progress(progress), END_OF_STREAM)
        return rows

    def _insert_columns(self) -> Columns:
        """Return name and type of the columns whose values the client is to send."""
        described = self._session.describe(self._statement.target)
        wanted = self._statement.column_names
        if not wanted:
            return tuple((a, b) for a, b, default in described if default not in COMPUTED_DEFAULTS)
        types = {name: kind for name, kind, _ in described}
        if missing := [name for name in wanted if name not in types]:
            raise EngineError(
                NO_SUCH_COLUMN,
                f"No such column {', '.join(missing)[:200]} in {self._statement.target[:200]}. "
                "(NO_SUCH_COLUMN_IN_TABLE)",
            )
        return tuple((name, types[name]) for name in wanted)

    def _spool_blocks(self, spool: IO[bytes], names: tuple[str, ...]) -> tuple[int, int]:
        """Write blocks to a file until the empty one; return the numbers of rows and bytes.

        After an error the rest is read and dropped: the client listens only once it has sent all.
        """
        reader = self._channel.reader
        failure: EngineError | None = None
        rows = 0

        def take(piece: bytes) -> None:
            nonlocal failure
            if failure is None:
                try:
                    spool.write(piece)
                except OSError as error:
                    failure = _disk_error(error)

        while True:
            kind = reader.read_varint()
            if kind == ClientPacket.CANCEL:
                self.cancelled = True
                raise EngineError(QUERY_WAS_CANCELLED, "The client cancelled the insert.")
            if kind != ClientPacket.DATA:
                raise ProtocolError(f"packet {kind} inside an insert; expected Data or Cancel")
            read_data_prefix(reader)
            with reader.tapped(take):
                head = read_block(reader)
            if not head.columns and not head.rows:
                break
            rows += head.rows
            failure = failure or _mismatch(head, names)
        if failure is not None:
            raise failure
        try:
            spool.flush()
        except OSError as error:
            raise _disk_error(error) from error
        return rows, spool.tell()


def _disk_error(error: OSError) -> EngineError:
    return EngineError(
        NOT_ENOUGH_SPACE,
        f"the insert's rows cannot be written to disk: {error.strerror}; free some space and "
        "insert them again. (NOT_ENOUGH_SPACE)",
    )


def _mismatch(head: BlockHead, names: tuple[str, ...]) -> EngineError | None:
    """Return an error unless a block has the asked columns: the engine would fill in defaults."""
    given = tuple(name for name, _ in head.columns)
    if given == names:
        return None
    return EngineError(
        INCOMPATIBLE_COLUMNS,
        f"A block has the columns {', '.join(given)[:200]}; expected {', '.join(names)[:200]}. "
        "(INCOMPATIBLE_COLUMNS)",
    )


def header_packet(columns: Columns) -> bytes:
    """Tell the columns before any row: clients take them from a block without rows."""
    return DATA_PREFIX + encode_header_block(columns)


def reader_of(native: bytes) -> ByteReader:
    """Return a reader over bytes that are all there."""
    pieces = iter((native,))
    return ByteReader(lambda: next(pieces, b""))


def split_blocks(native: bytes) -> list[tuple[bytes, BlockHead]]:
    """Split the engine's `Native` bytes into single blocks."""
    reader = reader_of(native)
    blocks: list[tuple[bytes, BlockHead]] = []
    while reader.has_more:
        pieces: list[bytes] = []
        with reader.tapped(pieces.append):
            head = read_block(reader)
        blocks.append((b"".join(pieces), head))
    return blocks
