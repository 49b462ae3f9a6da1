import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa

from schemas.errors import IngestError

_BUFFER_BYTES: Final = 1024 * 1024


class OpenFile:
    """A file, decompressed while it is read (.gz, .zst).

    content: its bytes. size: of the file as it lies on disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._raw = path.open("rb")
        self.size = path.stat().st_size
        self.content = self._decompressed()

    def _decompressed(self) -> io.BufferedReader:
        suffix = self._path.suffix.lower()
        if suffix == ".gz":
            return io.BufferedReader(gzip.GzipFile(fileobj=self._raw), _BUFFER_BYTES)
        if suffix in {".zst", ".zstd"}:
            stream = pa.CompressedInputStream(pa.PythonFile(self._raw, "r"), "zstd")
            return io.BufferedReader(stream, _BUFFER_BYTES)
        return io.BufferedReader(self._raw, _BUFFER_BYTES)

    def position(self) -> int:
        """How many of the file's bytes were read."""
        return 0 if self._raw.closed else self._raw.tell()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Say what is wrong with the file where its compression or the disk fails."""
        try:
            yield
        except (EOFError, zlib.error, OSError, pa.ArrowException) as error:
            raise IngestError(
                f"{self._path} is damaged or cut short at byte {self.position()}: {error}; the "
                "rows before were sent, so mend the file or fetch it again and run the command anew"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
