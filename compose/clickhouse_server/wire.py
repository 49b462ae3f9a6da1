"""The primitives of ClickHouse's native protocol: varints, strings and fixed-width numbers.

No I/O: a `ByteReader` is given a function that brings more bytes.
Source: https://clickhouse.com/docs/native-protocol/basics
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_VARINT_BYTES = 10
# A client can announce any length; nothing longer than this is believed.
MAX_STRING_BYTES = 1 << 30


class ProtocolError(Exception):
    """The client sent bytes that are no valid packet; the connection cannot go on."""


class ClientGoneError(Exception):
    """The client closed the connection (or stayed silent too long) inside a packet."""


def encode_varint(number: int) -> bytes:
    """Encode an unsigned number, 7 bits a byte, lowest first."""
    if not 0 <= number < 1 << 64:
        raise ValueError(f"{number} does not fit a varint; expected 0 to 2**64 - 1")
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def encode_string(text: str | bytes) -> bytes:
    """Encode a length and the bytes (UTF-8 for text)."""
    data = text.encode(errors="replace") if isinstance(text, str) else text
    return encode_varint(len(data)) + data


class ByteReader:
    """Reads a byte stream that arrives in pieces, without ever copying it as a whole.

    pull: returns the next piece, or b"" when there will be none.
    Every method raises ClientGoneError when the stream ends first.
    """

    __slots__ = ("_buffer", "_position", "_pull", "_tap")

    def __init__(self, pull: Callable[[], bytes]) -> None:
        self._pull = pull
        self._buffer = bytearray()
        self._position = 0
        self._tap: Callable[[bytes], None] | None = None

    @property
    def has_buffered(self) -> bool:
        """Tell whether bytes were received that no one has read yet."""
        return self._position < len(self._buffer)

    @property
    def has_more(self) -> bool:
        """Tell whether another byte comes, waiting for it if need be."""
        try:
            self._ensure(1)
        except ClientGoneError:
            return False
        return True

    @contextmanager
    def tapped(self, sink: Callable[[bytes], None]) -> Iterator[None]:
        """Give every byte that is read inside the block to `sink` as well, in order."""
        self._drop_read()
        self._tap = sink
        try:
            yield
            self._drop_read()
        finally:
            self._tap = None

    def peek(self) -> int:
        """Return the next byte without reading it."""
        self._ensure(1)
        return self._buffer[self._position]

    def read(self, count: int) -> bytes:
        """Read exactly `count` bytes."""
        self._ensure(count)
        start = self._position
        self._position += count
        return bytes(self._buffer[start : self._position])

    def skip(self, count: int) -> None:
        """Read past `count` bytes without holding them all in memory."""
        while (buffered := len(self._buffer) - self._position) < count:
            count -= buffered
            self._position = len(self._buffer)
            self._fill()
        self._position += count

    def read_byte(self) -> int:
        """Read one byte as an unsigned number."""
        self._ensure(1)
        self._position += 1
        return self._buffer[self._position - 1]

    def read_u64(self) -> int:
        """Read eight bytes, lowest first, as an unsigned number."""
        return int(struct.unpack("<Q", self.read(8))[0])

    def read_varint(self) -> int:
        """Read a varint; raises ProtocolError when it is longer than 64 bits need."""
        number = 0
        for index in range(MAX_VARINT_BYTES):
            byte = self.read_byte()
            number |= (byte & 127) << (7 * index)
            if byte < 128:
                return number
        raise ProtocolError(
            f"a varint of over {MAX_VARINT_BYTES} bytes; expected ClickHouse's native protocol"
        )

    def read_string(self, *, limit: int = MAX_STRING_BYTES) -> str:
        """Read a length and as many bytes of UTF-8; raises ProtocolError above `limit` bytes."""
        length = self.read_varint()
        if length > limit:
            raise ProtocolError(f"a string of {length} bytes; at most {limit} are accepted here")
        try:
            return self.read(length).decode()
        except UnicodeDecodeError as error:
            raise ProtocolError(f"a string is not UTF-8 ({error.reason}); send UTF-8") from error

    def skip_strings(self, count: int) -> None:
        """Read past `count` strings; raises ProtocolError when one is impossibly long."""
        while count:
            skipped = self._skip_buffered_strings(count)
            if not skipped:
                length = self.read_varint()
                if length > MAX_STRING_BYTES:
                    raise ProtocolError(
                        f"a value of {length} bytes; at most {MAX_STRING_BYTES} are accepted"
                    )
                self.skip(length)
                skipped = 1
            count -= skipped

    def _skip_buffered_strings(self, count: int) -> int:
        """Skip strings that lie wholly in the buffer and return how many these were.

        This loop runs once for every text that is inserted: it works on local names only, and
        leaves strings near the buffer's end (whose length may not have arrived) to the caller.
        """
        buffer = self._buffer
        position = start = self._position
        size = len(buffer)
        safe = size - MAX_VARINT_BYTES
        skipped = 0
        while skipped < count and position < safe:
            length = buffer[position]
            position += 1
            if length > 127:
                length &= 127
                shift = 7
                while (byte := buffer[position]) > 127 and shift < 56:
                    length |= (byte & 127) << shift
                    shift += 7
                    position += 1
                length |= byte << shift
                position += 1
            position += length
            if position > size:
                break
            start = position
            skipped += 1
        self._position = start
        return skipped

    def _ensure(self, count: int) -> None:
        while len(self._buffer) - self._position < count:
            self._fill()

    def _fill(self) -> None:
        self._drop_read()
        piece = self._pull()
        if not piece:
            raise ClientGoneError("the connection ended inside a packet")
        self._buffer += piece

    def _drop_read(self) -> None:
        """Forget what was read, so that the buffer holds no more than what is still to come."""
        if self._tap is not None and self._position:
            self._tap(bytes(self._buffer[: self._position]))
        del self._buffer[: self._position]
        self._position = 0
