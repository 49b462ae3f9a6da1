"""Looks for bytes in the files of ClickHouse and Kafka, inside compressed blocks as well.

ClickHouse writes columns as blocks, each with its codec; what one compressed is not seen by a plain
search, so blocks are unpacked. Kafka keeps batches as their producers sent them.
"""

import gzip
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

# Before a block: checksum, codec, bytes with this header of nine, bytes when unpacked.
_BLOCK: Final = struct.Struct("<16xBII")
_HEADER_BYTES: Final = 9
_CHECKSUM_BYTES: Final = 16
_PLAIN, _LZ4, _ZSTD = 0x02, 0x82, 0x90
_CODECS: Final = {_LZ4: "lz4_raw", _ZSTD: "zstd"}
# Codecs for numbers alone, and such with another around them.
_NUMBERS: Final = frozenset({0x91, 0x92, 0x93, 0x94, 0x95})
_MAX_BLOCK: Final = 1 << 30
_CHUNK: Final = 8 * 1024 * 1024
# Of a batch on Kafka: length and attributes, whose lowest bits name the codec; then its records.
_BATCH: Final = struct.Struct(">qiibihi")
_BATCH_HEADER: Final = 61
_STREAMS: Final = {3: "lz4", 4: "zstd"}
_GZIP, _SNAPPY = 1, 2


@dataclass(slots=True)
class DiskSearch:
    """Looks for some strings of bytes, at least one, in all of them at the speed of one.

    paths: of files that have one. unreadable: blocks and batches that could not be unpacked.
    numbers: blocks of numbers.
    """

    needles: Sequence[bytes]
    files: int = 0
    blocks: int = 0
    numbers: int = 0
    unreadable: int = 0
    found: int = 0
    paths: tuple[Path, ...] = ()
    _finder: BytesAhoCorasick = field(init=False)

    def __post_init__(self) -> None:
        self._finder = BytesAhoCorasick(list(self.needles))

    def search(self, folder: Path) -> "DiskSearch":
        """Look for the needles in all files below the folder; adds up over several calls."""
        for path in sorted(folder.rglob("*")):
            try:
                if path.is_file() and not path.is_symlink():
                    self._file(path)
            except FileNotFoundError:
                continue  # a part that was merged away meanwhile
        return self

    def _file(self, path: Path) -> None:
        self.files += 1
        hit = self._in_pieces(_raw(path))
        if not hit and path.suffix in {".bin", ".cidx"}:
            hit = self._in_pieces(self._clickhouse(path))
        if not hit and path.suffix == ".log":
            hit = self._in_pieces(self._kafka(path))
        if hit:
            self.found += 1
            self.paths = (*self.paths, path)

    def _in_pieces(self, pieces: Iterator[bytes]) -> bool:
        """Whether one of the needles is there, also across the border of two pieces."""
        overlap = max(map(len, self.needles)) - 1
        tail = b""
        for piece in pieces:
            window = tail + piece
            if self._finder.find_matches_as_indexes(window):
                return True
            tail = window[max(0, len(window) - overlap) :]
        return False

    def _clickhouse(self, path: Path) -> Iterator[bytes]:
        """The contents of a column's blocks, in order."""
        import pyarrow as pa

        with path.open("rb") as file:
            while header := file.read(_CHECKSUM_BYTES + _HEADER_BYTES):
                if len(header) < _BLOCK.size:
                    return
                codec, packed, size = _BLOCK.unpack(header)
                content = file.read(packed - _HEADER_BYTES) if packed < _MAX_BLOCK else b""
                if len(content) != packed - _HEADER_BYTES:
                    return
                self.blocks += 1
                if codec == _PLAIN:
                    yield content
                elif codec in _CODECS:
                    try:
                        unpacked = pa.decompress(content, size, codec=_CODECS[codec])
                    except (OSError, ValueError):
                        self.unreadable += 1
                        continue
                    yield unpacked.to_pybytes()
                elif codec in _NUMBERS:
                    self.numbers += 1
                else:
                    self.unreadable += 1

    def _kafka(self, path: Path) -> Iterator[bytes]:
        """The records of a partition's compressed batches; plain ones were seen already."""
        with path.open("rb") as file:
            while len(header := file.read(_BATCH_HEADER)) == _BATCH_HEADER:
                _, length, _, magic, _, attributes, _ = _BATCH.unpack(header[: _BATCH.size])
                content = file.read(max(0, length + 12 - _BATCH_HEADER))
                if magic != 2 or length <= 0:
                    return
                if attributes & 7:
                    self.blocks += 1
                    try:
                        yield _unpacked(content, attributes & 7)
                    except (OSError, ValueError, EOFError):
                        self.unreadable += 1


def _unpacked(content: bytes, codec: int) -> bytes:
    if codec == _GZIP:
        return gzip.decompress(content)
    if codec not in _STREAMS:
        raise ValueError(codec)
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(content), _STREAMS[codec]) as stream:
        found: bytes = stream.read()
        return found


def _raw(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece
