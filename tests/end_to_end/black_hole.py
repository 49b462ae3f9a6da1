"""A proxy before ClickHouse through which, for a while, no packet comes, and no refusal either."""

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import urlsplit


class BlackHole:
    """Forwards bytes both ways on loopback, except between `swallow` and `release`.

    Connections stay and new ones come about; what they send arrives after the release, if they
    still are.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._open = threading.Event()
        self._open.set()
        self._listener = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """Where the client should connect."""
        port = self._listener.getsockname()[1]
        return self._parts._replace(netloc=f"127.0.0.1:{port}").geturl()

    def swallow(self) -> None:
        """Let nothing through."""
        self._open.clear()

    def release(self) -> None:
        """Let everything through again."""
        self._open.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.release()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection((self._parts.hostname, self._parts.port))
            except OSError:
                return
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=ends, daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(1 << 16):
                self._open.wait()
                target.sendall(chunk)
        self._open.wait()
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it
            end.close()
