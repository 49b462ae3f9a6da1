"""Bytes are found in files whether they are compressed or not, also across the border of blocks."""

import gzip
import struct

import pyarrow as pa
import pytest

from streams.erasure.disk import DiskSearch

WORD = b"a marker \xe2\x82\xac word"
FILLING = bytes(range(256)) * 40


def block(content: bytes, codec: int) -> bytes:
    """A block as ClickHouse writes it."""
    names = {0x82: "lz4_raw", 0x90: "zstd"}
    packed = pa.compress(content, codec=names[codec], asbytes=True) if codec in names else content
    return bytes(16) + struct.pack("<BII", codec, len(packed) + 9, len(content)) + packed


def batch(content: bytes, codec: int) -> bytes:
    """A batch as Kafka keeps it, as far as it matters."""
    if codec == 1:
        packed = gzip.compress(content)
    elif codec in {3, 4}:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, {3: "lz4", 4: "zstd"}[codec]) as stream:
            stream.write(content)
        packed = sink.getvalue().to_pybytes()
    else:
        packed = content
    header = struct.pack(">qiibihi", 0, 61 - 12 + len(packed), 0, 2, 0, codec, 0)
    return header + bytes(61 - len(header)) + packed


@pytest.mark.parametrize("codec", [0x02, 0x82, 0x90])
@pytest.mark.parametrize("cut", [0, 1, 5, len(WORD)])
def test_a_word_in_a_column_is_found(tmp_path, codec, cut):
    """In one block, or begun in one and ended in the next."""
    whole = FILLING + WORD * 2 + FILLING
    at = len(FILLING) + cut
    content = block(whole[:at], codec) + block(whole[at:], codec)
    (tmp_path / "text.bin").write_bytes(content)
    found = DiskSearch([b"nothing", WORD]).search(tmp_path)
    assert (found.files, found.found) == (1, 1)
    assert DiskSearch([b"nothing"]).search(tmp_path).found == 0


@pytest.mark.parametrize("codec", [0, 1, 3, 4])
def test_a_word_in_a_topic_is_found(tmp_path, codec):
    content = batch(FILLING, codec) + batch(FILLING + WORD + FILLING, codec)
    (tmp_path / "00000000000000000000.log").write_bytes(content)
    assert DiskSearch([WORD]).search(tmp_path).found == 1


def test_what_cannot_be_unpacked_is_counted(tmp_path):
    """And so are numbers, which hold no words."""
    broken = bytes(16) + struct.pack("<BII", 0x90, 9 + 4, 100) + b"oops"
    (tmp_path / "text.bin").write_bytes(broken + block(b"", 0x91) + block(b"", 0x77))
    found = DiskSearch([WORD]).search(tmp_path)
    assert (found.unreadable, found.numbers, found.found) == (2, 1, 0)


@pytest.mark.parametrize("content", [b"", b"short", bytes(25), b"\xff" * 100])
def test_files_that_are_no_columns_are_searched_as_they_are(tmp_path, content):
    (tmp_path / "odd.bin").write_bytes(content + WORD)
    (tmp_path / "odd.log").write_bytes(content)
    assert DiskSearch([WORD]).search(tmp_path).found == 1
