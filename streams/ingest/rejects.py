import json
import os
from io import BufferedWriter
from pathlib import Path
from typing import Any

from schemas.errors import InvalidPostError
from streams.ingest.sources import SourceRow


class RejectedRows:
    """The file of rows that are no posts: JSON lines with the reason and the row itself.

    length: bytes of the file that count; what lies behind them was written after the checkpoint
    and will be written again.
    """

    def __init__(self, path: Path, *, length: int) -> None:
        self.path = path
        self._out: BufferedWriter | None = None
        self.length = length
        if path.exists():
            os.truncate(path, length)

    def add(self, row: SourceRow, error: InvalidPostError, *, column: str) -> None:
        """Note one row.  column: of the file, that the field at fault is read from."""
        entry: dict[str, Any] = {
            "row": row.number,
            "line": row.line or None,
            "field": error.field,
            "column": column or None,
            "value": error.value,
            "remedy": error.remedy,
            "raw": row.raw(),
        }
        kept = {key: value for key, value in entry.items() if value is not None}
        text = json.dumps(kept, ensure_ascii=False, default=str) + "\n"
        if self._out is None:
            self._out = self.path.open("ab")
        # A lone surrogate stands for a byte that is no text: its escape is JSON as well.
        self.length += self._out.write(text.encode("utf-8", "backslashreplace"))

    def flush(self) -> None:
        """Bring what was noted onto the disk."""
        if self._out is not None:
            self._out.flush()
            os.fsync(self._out.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._out is not None:
            self._out.close()
