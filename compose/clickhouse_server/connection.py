"""One client's connection: the order in which packets may come, and what answers each."""

import logging
import socket
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from compose.clickhouse_server.answers import Answer
from compose.clickhouse_server.channel import Channel
from compose.clickhouse_server.engine import (
    QUERY_WAS_CANCELLED,
    Engine,
    EngineError,
    EngineSession,
)
from compose.clickhouse_server.events import PROBE, log_event
from compose.clickhouse_server.limits import beyond_limits
from compose.clickhouse_server.packets import (
    END_OF_STREAM,
    MIN_CLIENT_REVISION,
    PONG,
    ClientHello,
    ClientPacket,
    Query,
    encode_exception,
    encode_hello,
    read_block,
    read_data_prefix,
    read_hello,
    read_query,
)
from compose.clickhouse_server.statements import Statement, StatementKind, parse_statement
from compose.clickhouse_server.users import User, Users
from compose.clickhouse_server.watcher import Watcher
from compose.clickhouse_server.wire import ClientGoneError, ProtocolError

UNEXPECTED_PACKET = 101
READONLY = 164
ACCESS_DENIED = 497
AUTHENTICATION_FAILED = 516
CLIENT_TOO_OLD = 1001

# What a client says first when it does not speak this protocol at all.
TLS_HANDSHAKE = 0x16
HTTP_LETTERS = b"GPHO"
HTTP_REFUSAL = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"This port speaks ClickHouse's native protocol, not HTTP; use a native client.\r\n"
)


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
    idle: whether no query is running.
    """

    def __init__(self, client: socket.socket, shared: Shared, *, tag: str) -> None:
        self._channel = Channel(client)
        self._shared = shared
        self._tag = tag
        self._user = User("")
        self.idle = True

    def serve(self) -> None:
        """Speak with the client.  Returns when the conversation is over, for whatever reason."""
        try:
            session = self._greet()
            if session is None:
                return
            try:
                self._channel.greeted()
                while self._channel.wait_for_packet():
                    self._serve_packet(session)
            finally:
                session.close()
        except ProtocolError as error:
            log_event("protocol_error", level=logging.WARNING, tag=self._tag, error=str(error))
            self._channel.send_last_words(code=UNEXPECTED_PACKET, message=str(error))
        except (ClientGoneError, OSError) as error:
            log_event("client_gone", tag=self._tag, error=str(error))

    def _greet(self) -> EngineSession | None:
        """Answer the Hello; None when the client was turned away."""
        reader = self._channel.reader
        first = reader.peek()
        if first == TLS_HANDSHAKE:
            log_event("refused", level=logging.WARNING, tag=self._tag, reason="TLS")
            return None
        if first in HTTP_LETTERS:
            log_event("refused", level=logging.WARNING, tag=self._tag, reason="HTTP")
            self._channel.send(HTTP_REFUSAL)
            return None
        if reader.read_varint() != ClientPacket.HELLO:
            raise ProtocolError("the first packet is no Hello; connect with a ClickHouse client")
        hello = read_hello(reader)
        try:
            session = self._admit(hello)
        except EngineError as error:
            level = logging.DEBUG if hello.client_name == PROBE else logging.WARNING
            log_event("refused", level=level, tag=self._tag, code=error.code)
            self._channel.send_last_words(code=error.code, message=error.message)
            return None
        version = self._shared.engine.version
        self._channel.send(
            encode_hello(version=version, timezone="UTC", display_name="groundswell")
        )
        log_event("client_connected", level=logging.DEBUG, tag=self._tag, user=hello.user)
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
                f"{hello.user[:64]}: Authentication failed: password is incorrect, or there is "
                "no user with such name. (AUTHENTICATION_FAILED)",
            )
        self._user = user
        session = self._shared.engine.open_session(tag=self._tag, user=user)
        try:
            if hello.database:
                session.use(hello.database)
        except EngineError:
            session.close()
            raise
        return session

    def _serve_packet(self, session: EngineSession) -> None:
        kind = self._channel.reader.read_varint()
        if kind == ClientPacket.PING:
            self._channel.send(PONG)
        elif kind == ClientPacket.QUERY:
            self.idle = False
            self._serve_query(session)
            self.idle = True
        elif kind != ClientPacket.CANCEL:  # which may cross the end of the query it was meant for
            raise ProtocolError(f"packet {kind} outside a query; expected Query, Ping or Cancel")

    def _serve_query(self, session: EngineSession) -> None:
        started = time.perf_counter()
        query = read_query(self._channel.reader, max_query_bytes=self._shared.max_query_bytes)
        if query.compressed:
            # The blocks that follow are compressed and cannot be read past.
            raise ProtocolError("compression is not spoken here; connect without `compression`")
        self._read_external_tables()
        statement = parse_statement(query.sql)
        answer = Answer(self._channel, session, statement)
        rows = code = 0
        try:
            self._check_allowed(statement)
            self._apply_settings(session, query)
            self._check_wanted(answer)
            with self._watching(answer, statement):
                rows = answer.send()
        except EngineError as error:
            if answer.cancelled and error.code == QUERY_WAS_CANCELLED and not statement.writes:
                self._channel.send(END_OF_STREAM)
            else:
                code = error.code
                self._channel.send(encode_exception(code=error.code, message=error.message))
        log_event(
            "query_failed" if code else "query_finished",
            level=logging.INFO if code else logging.DEBUG,
            tag=self._tag,
            query_id=query.query_id,
            kind=statement.kind,
            rows=rows,
            code=code,
            cancelled=answer.cancelled,
            seconds=round(time.perf_counter() - started, 4),
        )

    def _check_wanted(self, answer: Answer) -> None:
        """Raise EngineError if a Cancel came in with the query: the watcher will not hear it."""
        reader = self._channel.reader
        if reader.has_buffered and reader.peek() == ClientPacket.CANCEL:
            answer.cancelled = True
            raise EngineError(QUERY_WAS_CANCELLED, "The client cancelled the query.")

    def _watching(self, answer: Answer, statement: Statement) -> AbstractContextManager[None]:
        """Kill the query when its client cancels or leaves; an insert reads those words itself."""
        if statement.kind is StatementKind.INSERT_BLOCKS:
            return nullcontext()

        def stop() -> None:
            answer.cancelled = True
            self._shared.engine.kill(self._tag)

        return self._shared.watcher.watched(self._channel.socket, stop)

    def _apply_settings(self, session: EngineSession, query: Query) -> None:
        if ignored := session.apply_settings(query.settings):
            log_event("settings_ignored", tag=self._tag, names=ignored)

    def _read_external_tables(self) -> None:
        """Read the empty block that ends a query's own tables; tables themselves are refused."""
        reader = self._channel.reader
        kind = reader.read_varint()
        if kind != ClientPacket.DATA:
            raise ProtocolError(f"packet {kind} after a query; expected a block of data")
        table = read_data_prefix(reader)
        if read_block(reader).columns:
            raise ProtocolError(
                f"external table {table[:64]}: not spoken here; use a temporary table"
            )

    def _check_allowed(self, statement: Statement) -> None:
        if statement.reaches_local:
            raise EngineError(
                ACCESS_DENIED,
                f"{', '.join(statement.reaches_local)}: this server gives no access to the "
                "machine's files and programs. (ACCESS_DENIED)",
            )
        reads_only = self._user.read_only or self._user.is_limited
        if reads_only and (statement.writes or statement.reaches_remote):
            raise EngineError(READONLY, "This user may only read from this server. (READONLY)")
        if self._user.is_limited:
            reason = beyond_limits(statement.sql, self._shared.engine.table_functions)
            if reason:
                raise EngineError(ACCESS_DENIED, f"{self._user.name}: {reason}. (ACCESS_DENIED)")
