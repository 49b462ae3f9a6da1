"""The watcher alone, on sockets of its own."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from compose.clickhouse_server.packets import ClientPacket
from compose.clickhouse_server.watcher import Watcher

CANCEL = bytes((ClientPacket.CANCEL,))
NEXT_QUERY = bytes((ClientPacket.QUERY,))


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    found = Watcher()
    yield found
    found.close()


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's end, as patient as the server's channels are, and the client's."""
    ours, theirs = socket.socketpair()
    ours.settimeout(120)
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("leave", [False, True])
def test_a_client_that_cancels_or_leaves_is_heard(watcher, sockets, leave):
    ours, theirs = sockets
    stopped = threading.Event()
    with watcher.watched(ours, stopped.set):
        assert not stopped.wait(0.3)
        if leave:
            theirs.close()
        else:
            theirs.send(CANCEL)
        assert stopped.wait(5)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("asks_again", [False, True])
def test_a_word_that_is_read_by_now_holds_nobody_up(watcher, sockets, asks_again):
    """It was the next query's, and that one is heard as well."""
    ours, theirs = sockets
    stopped = threading.Event()
    with contextlib.ExitStack() as query:
        query.enter_context(watcher.watched(ours, lambda: None))
        with watcher._lock:
            theirs.send(NEXT_QUERY)
            time.sleep(0.3)
            assert ours.recv(1) == NEXT_QUERY
            if asks_again:
                # As the client's own thread does, which came first to the lock.
                watcher._selector.unregister(ours)
                watcher._selector.register(ours, selectors.EVENT_READ, stopped.set)
        if not asks_again:
            query.close()
            query.enter_context(watcher.watched(ours, stopped.set))
        time.sleep(0.3)
        assert not stopped.is_set()
        theirs.send(CANCEL)
        assert stopped.wait(5)


@pytest.mark.timeout(20)
def test_a_client_that_left_after_its_query_harms_no_other(watcher, sockets):
    """The watcher heard that it left, and came to look when nothing of it was there any more."""
    ours, theirs = sockets
    with watcher._lock:
        gone, leaving = socket.socketpair()
        watcher._selector.register(gone, selectors.EVENT_READ, lambda: None)
        leaving.close()
        time.sleep(0.3)
        watcher._selector.unregister(gone)
        gone.close()
    stopped = threading.Event()
    with watcher.watched(ours, stopped.set):
        theirs.send(CANCEL)
        assert stopped.wait(5)
