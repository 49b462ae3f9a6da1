import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from schemas.errors import IngestError
from streams.ingest.compressed import OpenFile
from streams.ingest.sources import SourceRow

_DELIMITERS: Final = ",;\t|"
_MAX_CELL_CHARACTERS: Final = 1_000_000
_MAX_HEADER_CHARACTERS: Final = 1_000_000


class CsvRows:
    """A CSV file whose first row names the columns.

    delimiter: between cells; "" finds it out from the first line.
    encoding: of the file; a byte that is none makes its row a rejected one.
    """

    def __init__(self, path: Path, *, delimiter: str = "", encoding: str = "utf-8") -> None:
        # An unclosed quote would take the rest of the file for one cell.
        csv.field_size_limit(_MAX_CELL_CHARACTERS)
        self._file = OpenFile(path)
        self.size = self._file.size
        self.position = self._file.position
        self.close = self._file.close
        encoding = "utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding
        self._text = io.TextIOWrapper(
            self._file.content, encoding, errors="surrogateescape", newline=""
        )
        with self._file.reading():
            header = self._text.readline(_MAX_HEADER_CHARACTERS)
        if not header.strip():
            raise IngestError(f"{path} begins with an empty line; name the columns in its first")
        self._delimiter = delimiter or max(_DELIMITERS, key=header.count)
        self.columns: tuple[str, ...] = tuple(
            name.strip() for name in next(csv.reader([header], delimiter=self._delimiter))
        )
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            raise IngestError(f"{path} has two columns {twice[0]!r}; rename one of them")

    def rows(self, *, after: int) -> Iterator[SourceRow]:
        """The rows after that number; see RowSource."""
        lines = _Lines(self._text)
        reader = csv.reader(lines, delimiter=self._delimiter)
        number = 0
        with self._file.reading():
            while True:
                line = lines.count + 1
                lines.pending.clear()
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    cells, problem = [], f"close the quotes and write one row a line ({error})"
                else:
                    if not cells:
                        continue
                    problem = self._problem(cells)
                number += 1
                if number <= after:
                    continue
                if problem:
                    text = "".join(lines.pending)
                    yield SourceRow(number, line, None, problem, text.rstrip("\r\n").__str__)
                else:
                    values = dict(zip(self.columns, cells, strict=True))
                    yield SourceRow(number, line, values, "", values.copy)

    def _problem(self, cells: list[str]) -> str:
        if len(cells) == len(self.columns):
            return ""
        return (
            f"it has {len(cells)} cells and the first line names {len(self.columns)}: put cells "
            f"with {self._delimiter!r} or a line break in quotes"
        )


class _Lines:
    """The lines after the first, counted; those of the present row are kept."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.count = 1
        self.pending: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(_MAX_CELL_CHARACTERS * 2)
        if not line:
            raise StopIteration
        self.count += 1
        self.pending.append(line)
        return line
