"""One client's connection: the order in which packets may come, and what answers each."""

import contextlib
import logging
import socket
import time
from dataclasses import dataclass

from compose.clickhouse_server.engine import (
    NO_SUCH_COLUMN,
    QUERY_WAS_CANCELLED,
    Chunk,
    Engine,
    EngineError,
    EngineInsert,
    EngineSession,
)
from compose.clickhouse_server.events import log_event
from compose.clickhouse_server.packets import (
    DATA_PREFIX,
    END_OF_STREAM,
    MIN_CLIENT_REVISION,
    PONG,
    BlockHead,
    ClientHello,
    ClientPacket,
    Columns,
    Progress,
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
from compose.clickhouse_server.statements import Statement, StatementKind, parse_statement
from compose.clickhouse_server.users import Users
from compose.clickhouse_server.watcher import Watcher
from compose.clickhouse_server.wire import ByteReader, ClientGoneError, ProtocolError

RECEIVE_BYTES = 1 << 20
HELLO_TIMEOUT_S = 10.0
# Inside a packet, or while taking an answer, a client may pause this long.
TRANSFER_TIMEOUT_S = 120.0

NOT_IMPLEMENTED = 48
UNEXPECTED_PACKET = 101
CLIENT_TOO_OLD = 1001
READONLY = 164
ACCESS_DENIED = 497
AUTHENTICATION_FAILED = 516
TLS_HANDSHAKE = 0x16


@dataclass(frozen=True, slots=True)
class Shared:
    """What all connections of one server use."""

    engine: Engine
    users: Users
    watcher: Watcher
    max_query_bytes: int


class Connection:
    """Serves one client until it leaves, breaks the protocol or the server stops.

    client: connected socket, which the caller closes.  tag: names the connection in the engine.
    """

    def __init__(self, client: socket.socket, shared: Shared, *, tag: str) -> None:
        self._client = client
        self._shared = shared
        self._tag = tag
        self._reader = ByteReader(self._receive)
        self._read_only = False
        self._cancelled = False
        self.idle = True

    def serve(self) -> None:
        """Speak with the client.  Returns when the conversation is over, for whatever reason."""
        try:
            self._client.settimeout(HELLO_TIMEOUT_S)
            session = self._greet()
            if session is None:
                return
            try:
                self._client.settimeout(TRANSFER_TIMEOUT_S)
                while self._serve_packet(session):
                    pass
            finally:
                session.close()
        except ProtocolError as error:
            log_event("protocol_error", level=logging.WARNING, tag=self._tag, error=str(error))
            self._send_last_words(UNEXPECTED_PACKET, str(error))
        except (ClientGoneError, OSError) as error:
            log_event("client_gone", tag=self._tag, error=str(error))

    def _receive(self) -> bytes:
        return self._client.recv(RECEIVE_BYTES)

    def _send(self, *parts: bytes) -> None:
        self._client.sendall(parts[0] if len(parts) == 1 else b"".join(parts))

    def _send_error(self, error: EngineError) -> None:
        self._send(encode_exception(code=error.code, message=error.message))

    def _send_last_words(self, code: int, message: str) -> None:
        with contextlib.suppress(OSError):
            self._send(encode_exception(code=code, message=message))

    def _greet(self) -> EngineSession | None:
        """Answer the Hello; None when the client was turned away."""
        first = self._reader.peek()
        if first == TLS_HANDSHAKE:
            log_event("refused", tag=self._tag, reason="TLS")
            return None
        if first in b"GPHO":
            self._send(_HTTP_REFUSAL)
            log_event("refused", tag=self._tag, reason="HTTP")
            return None
        if self._reader.read_varint() != ClientPacket.HELLO:
            raise ProtocolError("the first packet is no Hello; connect with ClickHouse's protocol")
        hello = read_hello(self._reader)
        try:
            session = self._admit(hello)
        except EngineError as error:
            log_event("refused", tag=self._tag, user=hello.user[:64], code=error.code)
            self._send_error(error)
            return None
        engine = self._shared.engine
        self._send(encode_hello(version=engine.version, timezone="UTC", display_name="groundswell"))
        log_event("client_connected", tag=self._tag, user=hello.user, client=hello.client_name)
        return session

    def _admit(self, hello: ClientHello) -> EngineSession:
        if hello.revision < MIN_CLIENT_REVISION:
            raise EngineError(
                CLIENT_TOO_OLD,
                f"client revision {hello.revision}; at least {MIN_CLIENT_REVISION} is needed: "
                "use clickhouse-driver 0.2.10 or later",
            )
        user = self._shared.users.authenticate(hello.user, hello.password)
        if user is None:
            raise EngineError(
                AUTHENTICATION_FAILED,
                f"{hello.user[:64]}: no such user, or the password is wrong. "
                "(AUTHENTICATION_FAILED)",
            )
        self._read_only = user.read_only
        session = self._shared.engine.open_session(tag=self._tag, read_only=user.read_only)
        try:
            if hello.database:
                session.use(hello.database)
        except EngineError:
            session.close()
            raise
        return session

    def _serve_packet(self, session: EngineSession) -> bool:
        """Answer one packet; False when the client has left between packets."""
        if not self._reader.has_buffered and not self._wait_for_packet():
            return False
        kind = self._reader.read_varint()
        if kind == ClientPacket.PING:
            self._send(PONG)
        elif kind == ClientPacket.QUERY:
            self.idle = False
            self._serve_query(session)
            self.idle = True
        elif kind == ClientPacket.CANCEL:
            pass  # it crossed the end of the query that it was meant for
        else:
            raise ProtocolError(f"packet {kind} outside a query; expected Query, Ping or Cancel")
        return True

    def _wait_for_packet(self) -> bool:
        """Wait, as long as it takes, for a packet to begin."""
        self._client.settimeout(None)
        try:
            return bool(self._client.recv(1, socket.MSG_PEEK))
        finally:
            self._client.settimeout(TRANSFER_TIMEOUT_S)

    def _serve_query(self, session: EngineSession) -> None:
        query = read_query(self._reader, max_query_bytes=self._shared.max_query_bytes)
        if query.compressed:
            # What follows is compressed and cannot be read past.
            raise ProtocolError("compression is not spoken here; connect without `compression`")
        self._read_external_tables()
        started = time.perf_counter()
        statement = parse_statement(query.sql)
        self._cancelled = False
        rows = code = 0
        try:
            self._check_allowed(statement)
            ignored = session.apply_settings(query.settings)
            if ignored:
                log_event("settings_ignored", tag=self._tag, names=ignored)
            rows = self._execute(session, statement)
        except EngineError as error:
            if self._cancelled and error.code == QUERY_WAS_CANCELLED and not statement.writes:
                self._send(END_OF_STREAM)
            else:
                code = error.code
                self._send_error(error)
        log_event(
            "query_failed" if code else "query_finished",
            level=logging.INFO if code else logging.DEBUG,
            tag=self._tag,
            query_id=query.query_id,
            kind=statement.kind,
            rows=rows,
            code=code,
            cancelled=self._cancelled,
            seconds=round(time.perf_counter() - started, 4),
        )

    def _read_external_tables(self) -> None:
        """Read the empty block that ends a query's own tables; tables themselves are refused."""
        while True:
            kind = self._reader.read_varint()
            if kind != ClientPacket.DATA:
                raise ProtocolError(f"packet {kind} after a query; expected a block of data")
            table = read_data_prefix(self._reader)
            head = read_block(self._reader)
            if not head.columns:
                return
            raise ProtocolError(
                f"external table {table[:64]}: these are not spoken here; use a temporary table"
            )

    def _check_allowed(self, statement: Statement) -> None:
        if statement.reaches_local:
            raise EngineError(
                ACCESS_DENIED,
                f"{', '.join(statement.reaches_local)}: this server gives no access to the "
                "machine's files and programs. (ACCESS_DENIED)",
            )
        if self._read_only and (statement.writes or statement.reaches_remote):
            raise EngineError(READONLY, "this user may only read this server. (READONLY)")

    def _execute(self, session: EngineSession, statement: Statement) -> int:
        if statement.kind is StatementKind.INSERT_BLOCKS:
            return self._execute_insert(session, statement)
        with self._shared.watcher.watched(self._client, self._stop_query):
            if statement.kind is StatementKind.STREAMED:
                return self._send_stream(session, statement)
            return self._send_whole(session.run(statement.sql))

    def _stop_query(self) -> None:
        self._cancelled = True
        self._shared.engine.kill(self._tag)

    def _send_stream(self, session: EngineSession, statement: Statement) -> int:
        rows = blocks = size_bytes = 0
        with contextlib.closing(session.stream(statement.sql)) as chunks:
            for chunk in chunks:
                if self._cancelled:
                    break
                if not blocks:
                    self._send_header(_columns(session, statement, chunk))
                self._send(DATA_PREFIX, chunk.native)
                rows += chunk.rows
                blocks += 1
                size_bytes += len(chunk.native)
        if not blocks and not self._cancelled:
            self._send_header(_columns(session, statement, None))
        self._send(
            encode_profile_info(rows=rows, blocks=blocks, size_bytes=size_bytes),
            encode_progress(Progress(read_rows=rows, read_bytes=size_bytes)),
            END_OF_STREAM,
        )
        return rows

    def _send_header(self, columns: Columns) -> None:
        self._send(DATA_PREFIX, encode_header_block(columns))

    def _send_whole(self, chunk: Chunk) -> int:
        """Send a result that came as a whole, one packet a block."""
        rows = 0
        for block, head in split_blocks(chunk.native):
            if not rows:
                self._send_header(head.columns)
            self._send(DATA_PREFIX, block)
            rows += head.rows
        self._send(END_OF_STREAM)
        return rows

    def _execute_insert(self, session: EngineSession, statement: Statement) -> int:
        columns = _insert_columns(session, statement)
        insert = session.open_insert(statement.sql)
        try:
            self._send_header(columns)
            rows = self._receive_rows(insert, [name for name, _ in columns])
            progress = insert.finish(expected_rows=rows)
        finally:
            insert.cancel()
        self._send(encode_progress(progress), END_OF_STREAM)
        return rows

    def _receive_rows(self, insert: EngineInsert, names: list[str]) -> int:
        """Pass blocks on to the engine until the empty one; return the number of rows."""
        rows = 0
        while True:
            kind = self._reader.read_varint()
            if kind == ClientPacket.CANCEL:
                self._cancelled = True
                raise EngineError(QUERY_WAS_CANCELLED, "the client cancelled the insert")
            if kind != ClientPacket.DATA:
                raise ProtocolError(f"packet {kind} inside an insert; expected Data or Cancel")
            read_data_prefix(self._reader)
            with self._reader.tapped(insert.append):
                head = read_block(self._reader)
            if not head.columns and not head.rows:
                return rows
            if [name for name, _ in head.columns] != names:
                raise ProtocolError(f"a block's columns are not {', '.join(names)[:200]}")
            rows += head.rows


def _reader_of(native: bytes) -> ByteReader:
    pieces = iter((native,))
    return ByteReader(lambda: next(pieces, b""))


def split_blocks(native: bytes) -> list[tuple[bytes, BlockHead]]:
    """Split the engine's `Native` bytes into single blocks."""
    reader = _reader_of(native)
    blocks: list[tuple[bytes, BlockHead]] = []
    while reader.has_more:
        pieces: list[bytes] = []
        with reader.tapped(pieces.append):
            head = read_block(reader)
        blocks.append((b"".join(pieces), head))
    return blocks


def _columns(session: EngineSession, statement: Statement, first: Chunk | None) -> Columns:
    """Return the columns of a SELECT: from its first rows, or by asking what it would return."""
    if first is not None:
        with contextlib.suppress(ProtocolError):
            return read_block(_reader_of(first.native)).columns
    # No rows, or states of aggregate functions, which cannot be walked.
    described = session.describe(f"({statement.sql}\n)")
    return tuple((name, kind) for name, kind, _ in described)


def _insert_columns(session: EngineSession, statement: Statement) -> Columns:
    """Return name and type of the columns whose values the client is to send."""
    described = session.describe(statement.target)
    if not statement.column_names:
        computed = {"MATERIALIZED", "ALIAS", "EPHEMERAL"}
        return tuple((name, kind) for name, kind, default in described if default not in computed)
    types = {name: kind for name, kind, _ in described}
    missing = [name for name in statement.column_names if name not in types]
    if missing:
        raise EngineError(
            NO_SUCH_COLUMN,
            f"No such column {', '.join(missing)[:200]} in {statement.target[:200]}. "
            "(NO_SUCH_COLUMN_IN_TABLE)",
        )
    return tuple((name, types[name]) for name in statement.column_names)


_HTTP_REFUSAL = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"This port speaks ClickHouse's native protocol, not HTTP; use a native client.\r\n"
)
