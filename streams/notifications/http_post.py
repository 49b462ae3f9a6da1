"""Posts to receivers over HTTP, and looks at where it connects.

Each connection is new; its address is checked when its socket is made, so that no name can lead
elsewhere between a check and the connection. No redirect, no proxy, no cookie.
"""

import asyncio
import socket
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from streams.notifications.addresses import UnsafeAddressError, check_address, check_url
from streams.notifications.delivery import TIMEOUT_S, Answer, Outcome

MAX_ANSWER_BYTES: Final = 65_536
_REFUSED: Final = frozenset((400, 413, 422))
_GONE: Final = 410
_FIRST_ERROR: Final = 400
_FIRST_SERVER_ERROR: Final = 500
_FIRST_REDIRECT: Final = 300
# Those that pass by themselves: time-out, conflict, too early, too many.
_PASSING: Final = frozenset((408, 409, 425, 429))


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One POST."""

    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: the verdict by the status, and the body's beginning."""

    verdict: Answer
    body: bytes = b""


class HttpPoster:
    """One way out for all routes; to be used as an asynchronous context manager.

    executor: for looking up names, so that a dead name server holds up nobody else's threads.
    """

    def __init__(self, executor: Executor) -> None:
        self._resolver = _Resolver(executor)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def post(self, request: HttpRequest, *, allow_private: bool) -> HttpAnswer:
        """Send it; whatever goes wrong is told in the answer, without the address's secrets."""
        try:
            url = check_url(request.url, allow_private=allow_private)
            async with self._session(allow_private=allow_private).post(
                url, data=request.body, headers=request.headers, allow_redirects=False
            ) as response:
                body = await _beginning(response.content)
                return HttpAnswer(_verdict(response, body), body)
        except UnsafeAddressError as error:
            return HttpAnswer(Answer(Outcome.RETRY, str(error), slow=True))
        except TimeoutError:
            return HttpAnswer(Answer(Outcome.RETRY, f"no answer within {TIMEOUT_S:g} s"))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return HttpAnswer(_failure(error))

    def _session(self, *, allow_private: bool) -> aiohttp.ClientSession:
        if allow_private not in self._sessions:
            connector = aiohttp.TCPConnector(
                resolver=self._resolver,
                use_dns_cache=False,
                force_close=True,
                limit=0,
                socket_factory=None if allow_private else _checked_socket,
            )
            self._sessions[allow_private] = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Groundswell", "Content-Type": "application/json"},
                auto_decompress=False,
                trust_env=False,
                max_line_size=8190,
            )
        return self._sessions[allow_private]

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class _Resolver(AbstractResolver):
    """Looks names up in threads of its own."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._executor, _look_up, host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[tuple[Any, ...]]:
    return list(socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM))


async def _beginning(stream: aiohttp.StreamReader) -> bytes:
    try:
        return await stream.readexactly(MAX_ANSWER_BYTES)
    except asyncio.IncompleteReadError as error:
        return error.partial


def _checked_socket(place: tuple[Any, ...]) -> socket.socket:
    """The socket for an address that is about to be connected to."""
    family, kind, proto, _, address = place
    check_address(str(address[0]))
    return socket.socket(family=family, type=kind, proto=proto)


def _verdict(response: aiohttp.ClientResponse, body: bytes) -> Answer:
    status = response.status
    if status < _FIRST_REDIRECT:
        return Answer(Outcome.DELIVERED, f"HTTP {status}")
    detail = f"HTTP {status}"
    if status == _GONE:
        return Answer(Outcome.GONE, f"{detail}: the receiver wants nothing more")
    if status in _REFUSED:
        said = body[:200].decode("utf-8", "replace")
        return Answer(Outcome.REFUSED, f"{detail}: {said!r}")
    after_s = _retry_after_s(response.headers.get("Retry-After", ""))
    if status < _FIRST_ERROR:
        return Answer(Outcome.RETRY, f"{detail}: redirects are not followed; mend the address")
    slow = status < _FIRST_SERVER_ERROR and status not in _PASSING
    return Answer(Outcome.RETRY, detail, retry_after_s=after_s, slow=slow)


def _retry_after_s(text: str) -> float | None:
    """Seconds, from a number of them or a date."""
    if text.strip().isascii() and text.strip().isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _failure(error: Exception) -> Answer:
    """Why no answer came; the error's own text may hold the address, which may be a secret."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, UnsafeAddressError):
            return Answer(Outcome.RETRY, str(cause), slow=True)
        cause = cause.__cause__ or cause.__context__
    reason = getattr(error, "strerror", None) or ""
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = error.os_error.strerror or str(error.os_error)
    name = type(error).__name__
    return Answer(Outcome.RETRY, f"not reached: {name} {reason}".rstrip())
