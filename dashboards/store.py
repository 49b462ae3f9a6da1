"""ClickHouse, as the page reads it: the only file that talks to it.

Every question is bounded in time, memory and rows, reads only, is ended when nobody waits for its
answer any more, and is asked again once if the connection broke, which changes nothing.
"""

import contextlib
import math
import queue
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from clickhouse_driver import Client
from clickhouse_driver.errors import Error, ServerException

from dashboards.interruptible import answer_of
from dashboards.queries.conditions import Query, Row
from schemas.errors import StoreError
from schemas.readers import LIMITS

MAX_CLIENTS: Final = 8
MAX_WAIT_S: Final = 5
AWAY_PAUSE_S: Final = 1.5
_TIMEOUTS_S: Final = {"connect_timeout": 3, "send_receive_timeout": 20, "sync_request_timeout": 3}
_LIMITS: Final[Mapping[str, int | str]] = {
    **LIMITS,
    # A question can change nothing, whatever it says.
    "readonly": 2,
}
# Error codes of ClickHouse: unknown table, unknown database; no grant; no such user; and over time,
# rows or memory.
_MISSING: Final = frozenset({60, 81})
_HIDDEN: Final = 497
_NO_LOGIN: Final = frozenset({192, 194, 516})
_TOO_LARGE: Final = frozenset({159, 160, 158, 241, 307, 396})


class StoreAwayError(StoreError):
    """ClickHouse does not answer; asking again later may help."""


class TableMissingError(StoreError):
    """ClickHouse answers, but the table of mentions is not there yet."""


class HiddenTableError(TableMissingError):
    """The table is there, but not for this viewer."""


class NoReaderError(StoreError):
    """ClickHouse was not told of these brands' user yet."""


class TooLargeError(StoreError):
    """The question took more time or memory than one may take."""


class Store:
    """Asks ClickHouse; safe to share between threads.

    url: `clickhouse://user:password@host:port/database`. limited: whether ClickHouse itself bounds
    what this user asks, and lets it set nothing. clock: seconds that never go back. still_wanted:
    called by the thread that waits for an answer; what it raises ends the question.
    """

    def __init__(
        self,
        url: str,
        *,
        limited: bool = False,
        clock: Callable[[], float] = time.monotonic,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> None:
        self._url = _with_timeouts(url)
        self._settings = {} if limited else dict(_LIMITS)
        self._clock = clock
        self._still_wanted = still_wanted
        self._threads = ThreadPoolExecutor(MAX_CLIENTS, thread_name_prefix="clickhouse")
        self._away_until_s = -math.inf
        # A client is not safe to share: each is used by one thread at a time, then put back.
        self._places: queue.LifoQueue[Client | None] = queue.LifoQueue()
        for _ in range(MAX_CLIENTS):
            self._places.put(None)

    def rows(self, query: Query) -> list[Row]:
        """The answer to a question.

        Raises StoreAwayError, TableMissingError, TooLargeError, or StoreError for what should
        not happen.
        """
        if self._clock() < self._away_until_s:
            raise StoreAwayError("ClickHouse did not answer a moment ago")
        try:
            return self._ask(query)
        except (Error, OSError, EOFError) as error:
            if isinstance(error, ServerException):
                raise _told(error) from error
        try:
            return self._ask(query)
        except ServerException as error:
            raise _told(error) from error
        except (Error, OSError, EOFError) as error:
            # The other questions of the page need not wait for the same time-out.
            self._away_until_s = self._clock() + AWAY_PAUSE_S
            raise StoreAwayError(f"ClickHouse does not answer: {_reason(error)}") from error

    def close(self) -> None:
        """Close all connections that are not in use."""
        for _ in range(self._places.qsize()):
            client = self._places.get_nowait()
            if client is not None:
                client.disconnect()

    def _ask(self, query: Query) -> list[Row]:
        with self._client() as client:
            answer = answer_of(
                partial(client.execute, query.sql, dict(query.parameters), settings=self._settings),
                threads=self._threads,
                still_wanted=self._still_wanted,
                hang_up=partial(_hang_up, client),
            )
        return cast("list[Row]", answer)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            client = self._places.get(timeout=MAX_WAIT_S)
        except queue.Empty as error:
            raise TooLargeError(
                f"{MAX_CLIENTS} questions are being answered at once; wait a moment"
            ) from error
        try:
            client = client or Client.from_url(self._url)
            yield client
        except BaseException:
            # Half an answer may still be on its way: the connection is not to be used again.
            if client is not None:
                client.disconnect()
            self._places.put(None)
            raise
        self._places.put(client)


def _hang_up(client: Client) -> None:
    """Break the connection, from any thread: the server then ends what it was asked."""
    with contextlib.suppress(OSError, AttributeError):
        client.connection.socket.shutdown(socket.SHUT_RDWR)


def _with_timeouts(url: str) -> str:
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    query = urlencode({**{name: str(value) for name, value in _TIMEOUTS_S.items()}, **given})
    return urlunsplit(parts._replace(query=query))


def _told(error: ServerException) -> StoreError:
    message = str(error.message).split("Stack trace", maxsplit=1)[0].strip()
    if error.code in _MISSING:
        return TableMissingError(f"the table is not there yet: {message}")
    if error.code == _HIDDEN:
        return HiddenTableError(f"the table is not for this viewer: {message}")
    if error.code in _NO_LOGIN:
        return NoReaderError(f"ClickHouse does not let the page in: {message}")
    if error.code in _TOO_LARGE:
        return TooLargeError(f"the question is too large: {message}")
    return StoreError(f"ClickHouse refused (code {error.code}): {message}")


def _reason(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
