"""Byte streams in memory, in the shape that the code under test and the driver expect."""

from collections.abc import Callable

from clickhouse_driver.bufferedwriter import BufferedSocketWriter

from compose.clickhouse_server.wire import ByteReader


class ByteSink:
    """Takes, in a socket's place, what clickhouse-driver's writers send."""

    def __init__(self) -> None:
        self.data = b""

    def sendall(self, data: bytes) -> None:
        """Take the next bytes."""
        self.data += bytes(data)


def written(write: Callable[[BufferedSocketWriter], object]) -> bytes:
    """Return the bytes that clickhouse-driver writes."""
    sink = ByteSink()
    buffer = BufferedSocketWriter(sink, 1 << 16)
    write(buffer)
    buffer.flush()
    return sink.data


def reader_in_pieces(data: bytes, piece_bytes: int) -> ByteReader:
    """Return a reader to which `data` arrives in pieces of `piece_bytes`."""
    pieces = iter([data[i : i + piece_bytes] for i in range(0, len(data), piece_bytes)])
    return ByteReader(lambda: next(pieces, b""))
