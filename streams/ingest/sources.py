"""What every kind of file gives: rows with their numbers, from any place on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol


class SourceRow(NamedTuple):
    """One row of a file.

    number: of the row, counted from 1. line: where it begins, in files that have lines, else 0.
    values: column to cell; None where the row cannot be read. problem: then, what is wrong.
    raw: gives the row as it stands in the file, for the file of rejected rows.
    """

    number: int
    line: int
    values: Mapping[str, Any] | None
    problem: str
    raw: Callable[[], object]


class RowSource(Protocol):
    """An open file of rows."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns' names; None where each row brings its own."""

    @property
    def size(self) -> int:
        """How much there is to read: bytes or rows, as `position` counts."""

    def position(self) -> int:
        """How much was read."""

    def rows(self, *, after: int) -> Iterator[SourceRow]:
        """The rows whose numbers are greater; raises IngestError where the file is damaged."""

    def close(self) -> None:
        """Close the file."""
