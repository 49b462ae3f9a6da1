"""One client's socket: reads packets' parts, sends packets, and bounds how long each may take."""

import contextlib
import socket

from compose.clickhouse_server.packets import encode_exception
from compose.clickhouse_server.wire import ByteReader

RECEIVE_BYTES = 1 << 20
HELLO_TIMEOUT_S = 10.0
# Inside a packet, or while taking an answer, a client may pause this long.
TRANSFER_TIMEOUT_S = 120.0


class Channel:
    """The bytes from and to one client.  Methods raise OSError when the client is gone.

    client: connected socket, which the caller closes.
    """

    def __init__(self, client: socket.socket) -> None:
        self.socket = client
        self.reader = ByteReader(lambda: client.recv(RECEIVE_BYTES))
        client.settimeout(HELLO_TIMEOUT_S)

    def greeted(self) -> None:
        """Be more patient from here on."""
        self.socket.settimeout(TRANSFER_TIMEOUT_S)

    def wait_for_packet(self) -> bool:
        """Wait, as long as it takes, for a packet to begin; False when the client has left."""
        if self.reader.has_buffered:
            return True
        self.socket.settimeout(None)
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK))
        finally:
            self.socket.settimeout(TRANSFER_TIMEOUT_S)

    def send(self, *parts: bytes) -> None:
        """Send the parts of one or more packets."""
        self.socket.sendall(parts[0] if len(parts) == 1 else b"".join(parts))

    def send_last_words(self, *, code: int, message: str) -> None:
        """Send an Exception if the client still listens."""
        with contextlib.suppress(OSError):
            self.send(encode_exception(code=code, message=message))
