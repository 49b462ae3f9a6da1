"""Notices, while a query runs, that its client cancels it or is gone."""

import contextlib
import select
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from typing import cast

from compose.clickhouse_server.packets import ClientPacket

# A query can be killed only once the engine has it in its list: try until it has ended.
KILL_AGAIN_S = 0.2


class Watcher:
    """One thread that waits for a word from every client whose query is running.

    A connection's own thread is inside the engine then, and cannot read its socket.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._stopping: dict[socket.socket, Callable[[], None]] = {}
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._selector.register(self._wake_reader, selectors.EVENT_READ)
        self._closing = False
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def watched(self, client: socket.socket, stop: Callable[[], None]) -> Iterator[None]:
        """Call `stop`, until the block is left, from when the client cancels or is gone.

        `stop` runs in the watcher's thread and is not running any more when the block is left.
        """
        with self._lock:
            self._selector.register(client, selectors.EVENT_READ, stop)
        try:
            yield
        finally:
            with self._lock:
                self._stopping.pop(client, None)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(client)

    def close(self) -> None:
        """End the thread."""
        self._closing = True
        self._wake_writer.send(b"\x00")
        self._thread.join()
        self._selector.close()
        self._wake_reader.close()
        self._wake_writer.close()

    def _watch(self) -> None:
        while not self._closing:
            ready = self._selector.select(KILL_AGAIN_S if self._stopping else None)
            with self._lock:
                for key, _ in ready:
                    if key.data is not None:
                        self._hear(key)
                for stop in self._stopping.values():
                    stop()

    def _hear(self, key: selectors.SelectorKey) -> None:
        """Note whether the client's word ends its query; whatever it is, it is said once."""
        # Between `select` and here the query may have ended, and its client be gone, or ask the
        # next one: that was what was heard, and it is read by now.
        if self._selector.get_map().get(key.fd) is not key:
            return
        client = cast("socket.socket", key.fileobj)
        if not _has_word(client):
            return
        self._selector.unregister(client)
        if _ends_query(client):
            self._stopping[client] = key.data


def _has_word(client: socket.socket) -> bool:
    """Whether reading returns at once; else `recv` would wait as long as the socket may."""
    poll = select.poll()
    poll.register(client, select.POLLIN)
    return bool(poll.poll(0))


def _ends_query(client: socket.socket) -> bool:
    try:
        word = client.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
    return word in {b"", bytes((ClientPacket.CANCEL,))}
