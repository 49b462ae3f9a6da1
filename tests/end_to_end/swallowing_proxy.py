"""A proxy before ClickHouse that loses the answer to some inserts.

The engine has stored the rows; the client never hears of it.
"""

import contextlib
import re
import socket
import threading
from typing import Self
from urllib.parse import urlsplit

_INSERT = re.compile(rb"INSERT INTO mentions ")


class SwallowingProxy:
    """Forwards bytes both ways on loopback; cuts every so-manieth insert off before its end.

    After the rows of such an insert have gone to the server, nothing comes back: the connection
    is closed once the server has answered.
    """

    def __init__(self, url: str, *, every: int) -> None:
        self._parts = urlsplit(url)
        self._every = every
        self._inserts = 0
        self._lock = threading.Lock()
        self.swallowed = 0
        self._listener = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """Where the client should connect."""
        port = self._listener.getsockname()[1]
        return self._parts._replace(netloc=f"127.0.0.1:{port}").geturl()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((self._parts.hostname, self._parts.port))
            link = _Link(client, server, self)
            threading.Thread(target=link.to_server, daemon=True).start()
            threading.Thread(target=link.to_client, daemon=True).start()

    def chosen(self) -> bool:
        """Whether the insert that begins now shall lose its answer."""
        with self._lock:
            self._inserts += 1
            return self._inserts % self._every == 0

    def count_swallowed(self) -> None:
        """An answer was lost."""
        with self._lock:
            self.swallowed += 1


class _Link:
    """One connection.  In an insert the server first answers with the columns, then the end."""

    def __init__(self, client: socket.socket, server: socket.socket, proxy: SwallowingProxy):
        self._client = client
        self._server = server
        self._proxy = proxy
        self._armed = False
        self._rows_sent = False

    def to_server(self) -> None:
        try:
            while chunk := self._client.recv(1 << 16):
                if _INSERT.search(chunk):
                    self._rows_sent = False
                    self._armed = self._proxy.chosen()
                elif self._armed:
                    self._rows_sent = True
                self._server.sendall(chunk)
        except OSError:
            pass
        self._close()

    def to_client(self) -> None:
        try:
            while chunk := self._server.recv(1 << 16):
                if self._armed and self._rows_sent:
                    self._proxy.count_swallowed()
                    break
                self._client.sendall(chunk)
        except OSError:
            pass
        self._close()

    def _close(self) -> None:
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it
            end.close()
