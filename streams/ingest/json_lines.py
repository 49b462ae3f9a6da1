from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from schemas.errors import IngestError
from streams.ingest.compressed import OpenFile
from streams.ingest.sources import SourceRow

_MAX_LINE_BYTES: Final = 4_000_000
_BOM: Final = b"\xef\xbb\xbf"
_IN_UTF_8: Final = "write the file in UTF-8, such as `iconv -f latin1 -t utf-8 FILE` does"


class JsonLines:
    """A file of JSON objects, one a line; empty lines count and are passed over."""

    columns = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = OpenFile(path)
        self.size = self._file.size
        self.position = self._file.position
        self.close = self._file.close

    def rows(self, *, after: int) -> Iterator[SourceRow]:
        """The rows after that line; see RowSource."""
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        with self._file.reading():
            for number, line in enumerate(self._lines(), start=1):
                if number <= after or not line.strip():
                    continue
                raw = partial(_raw, line)
                if len(line) >= _MAX_LINE_BYTES:
                    yield _row(number, None, f"longer than {_MAX_LINE_BYTES} bytes", raw)
                    continue
                try:
                    yield _row(number, decode(line), "", raw)
                except UnicodeDecodeError as error:
                    yield _row(number, None, f"{_IN_UTF_8} ({error})", raw)
                except (msgspec.MsgspecError, RecursionError) as error:
                    yield _row(number, None, f"write one JSON object a line ({error})", raw)

    def _lines(self) -> Iterator[bytes]:
        """The lines; of an endless one only the beginning, so that memory stays flat."""
        content = self._file.content
        first = True
        while line := content.readline(_MAX_LINE_BYTES):
            if first:
                line = line.removeprefix(_BOM)
                if line.lstrip().startswith(b"["):
                    raise IngestError(
                        f"{self._path} is one JSON array; write one object a line, such as "
                        f"`jq -c '.[]' {self._path.name} > posts.jsonl` does"
                    )
                first = False
            yield line
            while len(line) == _MAX_LINE_BYTES and not line.endswith(b"\n"):
                line = content.readline(_MAX_LINE_BYTES)


def _row(number: int, values: Any, problem: str, raw: partial[object]) -> SourceRow:  # noqa: ANN401
    return SourceRow(number, number, values, problem, raw)


def _raw(line: bytes) -> object:
    """The row as an object where it is one, so that it can be mended and sent again."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return line[:_MAX_LINE_BYTES].rstrip(b"\r\n").decode("utf-8", "backslashreplace")
