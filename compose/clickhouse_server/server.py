"""Accepts clients, gives each a thread, and stops them all in bounded time."""

import contextlib
import logging
import socket
import threading
import time
from dataclasses import dataclass
from itertools import count

from compose.clickhouse_server.connection import Connection, Shared
from compose.clickhouse_server.events import log_event
from compose.clickhouse_server.packets import encode_exception
from schemas.errors import RuntimePartError

TOO_MANY_CONNECTIONS = 202
BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Client:
    """One connected client."""

    connection: Connection
    stream: socket.socket
    tag: str


class Server:
    """Listens on one address.

    Raises RuntimePartError when the address cannot be had.
    """

    def __init__(self, shared: Shared, *, host: str, port: int, max_clients: int) -> None:
        self._shared = shared
        self._max_clients = max_clients
        self._clients: dict[str, Client] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._numbers = count(1)
        try:
            self._listener = socket.create_server((host, port), backlog=BACKLOG)
        except OSError as error:
            raise RuntimePartError(
                f"the ClickHouse server cannot listen on {host}:{port}: {error.strerror}; "
                "stop what listens there, or choose another port (--port)"
            ) from error
        self.host, self.port = self._listener.getsockname()[:2]

    def serve(self) -> None:
        """Accept clients until `stop_accepting` is called."""
        log_event("listening", host=self.host, port=self.port)
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError as error:
                if self._stopping.is_set():
                    return
                # Out of file descriptors, most likely: clients that leave give some back.
                log_event("accept_failed", level=logging.ERROR, error=str(error))
                time.sleep(0.1)
                continue
            self._start(client)

    def stop_accepting(self) -> None:
        """Take no more clients; safe in a signal handler and to call twice."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)

    def stop(self, *, grace_s: float) -> bool:
        """Let running queries end for `grace_s`, then kill them; True when all threads ended."""
        self.stop_accepting()
        self._listener.close()
        deadline = time.monotonic() + grace_s
        self._hang_up(idle_only=True, until=deadline)
        for client in self._snapshot():
            log_event("query_killed_at_stop", tag=client.tag)
            self._shared.engine.kill(client.tag)
        self._hang_up(idle_only=False, until=time.monotonic() + grace_s)
        return not self._snapshot()

    def _hang_up(self, *, idle_only: bool, until: float) -> None:
        while (clients := self._snapshot()) and time.monotonic() < until:
            for client in clients:
                if client.connection.idle or not idle_only:
                    with contextlib.suppress(OSError):
                        client.stream.shutdown(socket.SHUT_RDWR)
            time.sleep(0.02)

    def _snapshot(self) -> list[Client]:
        with self._lock:
            return list(self._clients.values())

    def _start(self, client: socket.socket) -> None:
        tag = f"client-{next(self._numbers)}"
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(client, self._shared, tag=tag)
        thread = threading.Thread(target=self._serve_client, args=(tag,), name=tag, daemon=True)
        with self._lock:
            full = len(self._clients) >= self._max_clients
            if not full:
                self._clients[tag] = Client(connection, client, tag)
        if full:
            self._turn_away(client)
            return
        thread.start()

    def _turn_away(self, client: socket.socket) -> None:
        log_event("refused", level=logging.WARNING, reason="too many clients")
        message = f"Too many clients; at most {self._max_clients} may be connected at once"
        with client, contextlib.suppress(OSError):
            client.settimeout(1)
            client.sendall(encode_exception(code=TOO_MANY_CONNECTIONS, message=message))

    def _serve_client(self, tag: str) -> None:
        client = self._clients[tag]
        try:
            with client.stream:
                client.connection.serve()
        except Exception:
            log_event("client_failed", level=logging.ERROR, tag=tag)
            logging.getLogger(__name__).exception("client %s", tag)
        finally:
            with self._lock:
                del self._clients[tag]
