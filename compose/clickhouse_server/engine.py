"""The ClickHouse engine in this process.  The only file that imports chDB.

What was found out about chDB 26.9 and shapes this file:

* One process may open a folder; a handle runs one query at a time, so every client has its own.
* Cancelling a stream from another thread blocks for ever; `KILL QUERY` on a handle of our own
  works for reads and writes alike.  A query is found by its `log_comment`.
* Its streaming insert reports success for rows that a constraint refused or a kill stopped: rows
  that come in are spooled to a file, and one statement, whose errors are told, inserts them.
* It knows one user and reads its configuration once; see `row_policies.py`.  `SET ROLE` holds even
  where `readonly` does, and one text may hold several statements, so `statements.py` looks at what
  limited users send.
* A stream without rows has no header: the columns come from `DESCRIBE`.
"""

import json
import logging
import os
import re
import threading
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compose.clickhouse_server.events import log_event
from compose.clickhouse_server.folder import DataFolder
from compose.clickhouse_server.packets import Setting
from compose.clickhouse_server.users import User
from schemas.errors import RuntimePartError

ERROR_CODE = re.compile(r"Code: (\d+)\. DB::Exception: ")
OUTER_TEXT = re.compile(r"^(?:Streaming (?:query|insert \w+) failed|Query failed): ")
NOT_STREAMED = "Streaming query is not supported"

UNKNOWN_EXCEPTION = 1002
BAD_ARGUMENTS = 36
UNKNOWN_SETTING = 115
NO_SUCH_COLUMN = 16
QUERY_WAS_CANCELLED = 394

# The tag by which a running query is found; clients cannot set it.
TAG_SETTING = "log_comment"


class EngineError(Exception):
    """The engine refused or failed a statement.  code: ClickHouse's error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows in the engine's `Native` format: one block if streamed, else one or more."""

    native: bytes
    rows: int


def _engine_error(error: Exception) -> EngineError:
    """Read ClickHouse's error code out of the text that chDB raises."""
    text = OUTER_TEXT.sub("", str(error))
    match = ERROR_CODE.match(text)
    if match is None:
        return EngineError(UNKNOWN_EXCEPTION, text or type(error).__name__)
    return EngineError(int(match.group(1)), text[match.end() :])


class Engine:
    """The engine over one folder, which the caller must have locked.

    memory_bytes: limit of the whole engine.  query_memory_bytes: limit of each query.
    limited: users who may not read everything.
    Raises RuntimePartError when the folder cannot be opened.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        memory_bytes: int,
        query_memory_bytes: int,
        limited: Sequence[User] = (),
    ) -> None:
        # The engine reads the zone once, when it is loaded.
        os.environ["TZ"] = "UTC"
        time.tzset()
        folder.write_configuration(memory_bytes=memory_bytes, limited=limited)
        self._address = f"{folder.engine_path}?config-file={folder.configuration_file}"
        self._query_memory_bytes = query_memory_bytes
        self._spool_folder = folder.spool_folder
        self._killing = threading.Lock()
        try:
            self._killer = self._connect()
            self.version = self._read_version()
            self.table_functions = self._read_table_functions()
        except (RuntimeError, ImportError) as error:
            raise RuntimePartError(
                f"the ClickHouse engine cannot open {folder.engine_path}: {error}; "
                "see the engine's message, and free disk space or restore the folder"
            ) from error

    def _connect(self) -> Any:  # noqa: ANN401 - chDB has no types
        from chdb.state.sqlitelike import Connection

        return Connection(self._address)

    def _read_version(self) -> tuple[int, int, int]:
        text = self._killer.query("SELECT version()", "TabSeparatedRaw").bytes().decode()
        major, minor, patch = (int(part) for part in text.strip().split(".")[:3])
        return major, minor, patch

    def _read_table_functions(self) -> frozenset[str]:
        """Names, in lower case, of functions that are tables and nothing else."""
        names = self._killer.query(
            "SELECT DISTINCT lower(name) FROM system.table_functions "
            "WHERE lower(name) NOT IN (SELECT lower(name) FROM system.functions)",
            "TabSeparatedRaw",
        )
        return frozenset(names.bytes().decode().split())

    def open_session(self, *, tag: str, user: User) -> "EngineSession":
        """Open a handle for one client.  tag: letters, digits and dashes, one for each client."""
        defaults = {
            # An insert is acknowledged once its rows are written, not once they are noted.
            "async_insert": "0",
            "deduplicate_blocks_in_dependent_materialized_views": "1",
            "implicit_select": "0",
            # One part an insert, the same at every attempt: its deduplication token holds.
            "max_insert_threads": "1",
            "max_memory_usage": str(self._query_memory_bytes),
        }
        session = EngineSession(self._connect(), defaults, self._spool_folder)
        session.run(f"SET {TAG_SETTING} = {quoted_text(tag)}")
        for name, value in defaults.items():
            session.run(f"SET {name} = {value}")
        for name, number in user.settings.items():
            session.run(f"SET {quoted(name)} = {number}")
        if user.is_limited:
            session.run(f"SET ROLE {quoted(user.name)}")
        if user.read_only or user.is_limited:
            session.run("SET readonly = 1")
        return session

    def kill(self, tag: str) -> None:
        """Stop what the session with this tag is running, if anything; from any thread."""
        with self._killing:
            try:
                self._killer.query(f"KILL QUERY WHERE Settings['{TAG_SETTING}'] = '{tag}' ASYNC")
            except RuntimeError as error:
                log_event("kill_failed", level=logging.ERROR, tag=tag, error=str(error))

    def close(self) -> None:
        """Close the engine; every session must be closed before."""
        with self._killing:
            self._killer.close()


class EngineSession:
    """One client's handle on the engine: its database, its settings, one statement at a time.

    Every method raises EngineError when the engine refuses or fails.
    """

    def __init__(
        self,
        handle: Any,  # noqa: ANN401 - chDB has no types
        defaults: Mapping[str, str],
        spool_folder: Path,
    ) -> None:
        self.spool_folder = spool_folder
        self._handle = handle
        self._defaults = defaults
        self._applied: dict[str, str] = {}

    def run(self, sql: str) -> Chunk:
        """Run one statement and return all of its result at once."""
        try:
            result = self._handle.query(sql, "Native")
        except RuntimeError as error:
            raise _engine_error(error) from error
        return Chunk(native=result.bytes(), rows=result.rows_read())

    def stream(self, sql: str) -> Generator[Chunk, None, None]:
        """Run a SELECT and yield its blocks as the engine makes them."""
        try:
            result = self._handle.send_query(sql, "Native")
        except RuntimeError as error:
            if NOT_STREAMED not in str(error):
                raise _engine_error(error) from error
            yield self.run(sql)
            return
        try:
            while (part := result.fetch()) is not None:
                yield Chunk(native=part.bytes(), rows=part.rows_read())
        except RuntimeError as error:
            raise _engine_error(error) from error
        finally:
            result.close()

    def describe(self, source: str) -> tuple[tuple[str, str, str], ...]:
        """Return (name, type, kind of default) of each column of a table or `(SELECT ...)`."""
        # The line break ends a comment in which `source` may end.
        sql = f"DESCRIBE TABLE {source}\n"
        try:
            result = self._handle.query(sql, "JSONCompactColumns")
        except RuntimeError as error:
            raise _engine_error(error) from error
        columns = json.loads(result.bytes() or b"[[],[],[]]")
        return tuple(zip(columns[0], columns[1], columns[2], strict=True))

    def use(self, database: str) -> None:
        """Make a database the one whose tables need no prefix."""
        self.run(f"USE {quoted(database)}")

    def apply_settings(self, settings: Iterable[Setting]) -> list[str]:
        """Make these the client's settings; those of its last query that are missing go back.

        Returns the names that the engine does not know and that were not marked important.
        """
        wanted = {setting.name: setting for setting in settings if setting.name != TAG_SETTING}
        ignored: list[str] = []
        for name in [name for name in self._applied if name not in wanted]:
            self.run(f"SET {quoted(name)} = {self._defaults.get(name, 'DEFAULT')}")
            del self._applied[name]
        for name, setting in wanted.items():
            if self._applied.get(name) == setting.value:
                continue
            try:
                self.run(f"SET {quoted(name)} = {quoted_text(setting.value)}")
            except EngineError as error:
                if error.code != UNKNOWN_SETTING or setting.important:
                    raise
                ignored.append(name)
                continue
            self._applied[name] = setting.value
        return ignored

    def insert_file(self, sql: str, path: Path, columns: Iterable[tuple[str, str]]) -> None:
        """Insert the Native blocks of a file, durably, or none of them.

        sql: without VALUES or FORMAT.  columns: name and type of each, in the file's order.
        """
        structure = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
        source = f"file({quoted_text(str(path))}, 'Native', {quoted_text(structure)})"
        # The line break ends a comment in which `sql` may end.
        self.run(f"{sql}\nSELECT * FROM {source}")

    def close(self) -> None:
        """Free the handle; what still runs on it is cancelled."""
        self._handle.close()


def quoted(name: str) -> str:
    """Quote a database's or setting's name for SQL."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def quoted_text(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
