"""A CSV file of counts, read row by row: `timestamp,value` and optionally `series,negative`."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from math import nan
from pathlib import Path
from typing import Final, TextIO

import msgspec

from schemas.errors import GroundswellError, InvalidPostError
from streams.ingest.timestamps import parse_time

_HOUR_S: Final = 3600
_UNKNOWN: Final = frozenset({"", "nan", "na", "null", "none"})
# Times that are kept once they are read, for other series have them too: two months of minutes.
_STAMPS: Final = 90_000
_SHOWN: Final = 80
# Sums over windows of larger numbers lose the ones: no ordinary row would be judged rightly.
_MOST: Final = 1e15


class TableError(GroundswellError):
    """The CSV file cannot be read as counts; the message names file, line, field and value."""


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """One row. time_s: seconds since 1970. value, negative: NaN where not known."""

    cells: list[str]
    series: str
    time_s: int
    value: float
    negative: float


class CountTable:
    """The rows of a CSV file whose first line names the columns, in the file's order.

    timezone: of times that name none. The rows of one series must go forward in time. Times without
    a zone may step back by an hour as clocks do at the end of summer time: when the time zone's
    clocks do, or once where the zone has no summer time.
    """

    def __init__(self, path: Path, *, timezone: tzinfo = UTC) -> None:
        self._path = path
        self._timezone = timezone
        self._has_summer_time = timezone.utcoffset(None) is None
        self._file = _open(path)
        self._reader = csv.reader(self._file)
        try:
            header = next(self._reader, [])
        except (csv.Error, UnicodeDecodeError) as error:
            raise self._no_text(error) from error
        self.header = header
        names = [name.strip().lower() for name in header]
        for name in ("timestamp", "value"):
            if names.count(name) != 1:
                raise TableError(
                    f"{path}:1: it needs one column {name!r} and has {', '.join(header) or 'none'};"
                    " name the columns timestamp,value and, if there are any, series,negative"
                )
        self._time_at, self._value_at = names.index("timestamp"), names.index("value")
        self._series_at = names.index("series") if "series" in names else -1
        self._negative_at = names.index("negative") if "negative" in names else -1
        # Seconds added since the clocks of a series went back, and its last time.
        self._shifts: dict[str, int] = {}
        self._last_s: dict[str, int] = {}
        self._stamps: dict[str, tuple[int, int | None]] = {}

    @property
    def has_negative(self) -> bool:
        """Whether negative posts are counted."""
        return self._negative_at >= 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __iter__(self) -> Iterator[TableRow]:
        """The rows. Raises TableError at the first that is none."""
        width = len(self.header)
        try:
            for cells in self._reader:
                if not cells:
                    continue
                if len(cells) != width:
                    raise self._error(
                        "row", f"{len(cells)} cells", f"the first line names {width} columns"
                    )
                yield self._row(cells)
        except (csv.Error, UnicodeDecodeError) as error:
            raise self._no_text(error) from error

    def _row(self, cells: list[str]) -> TableRow:
        series = cells[self._series_at] if self._series_at >= 0 else ""
        value = self._number("value", cells[self._value_at])
        negative = nan
        if self._negative_at >= 0:
            negative = self._number("negative", cells[self._negative_at])
            if negative > value:
                raise self._error(
                    "negative", cells[self._negative_at], f"at most the value, {value:g}"
                )
        return TableRow(cells, series, self._time(series, cells[self._time_at]), value, negative)

    def _number(self, field: str, text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = nan if text.strip().lower() in _UNKNOWN else -1.0
        if number < 0 or number > _MOST:
            remedy = f"write a number from 0 up to {_MOST:g}, or nothing where not known"
            raise self._error(field, text, remedy)
        return number

    def _time(self, series: str, text: str) -> int:
        parsed = self._stamps.get(text)
        if parsed is None:
            if len(self._stamps) >= _STAMPS:
                self._stamps.clear()
            parsed = self._stamps[text] = self._parse(text)
        time_s, again_s = parsed
        last_s = self._last_s.get(series)
        if last_s is not None:
            if again_s is not None and self._has_summer_time:
                time_s = again_s if time_s <= last_s < again_s else time_s
            elif again_s is not None:
                time_s += self._shifts.get(series, 0)
                if time_s <= last_s < time_s + _HOUR_S and series not in self._shifts:
                    self._shifts[series] = _HOUR_S
                    time_s += _HOUR_S
            if time_s <= last_s:
                before = datetime.fromtimestamp(last_s, UTC).isoformat()
                name = f" of {series[:_SHOWN]!r}" if series else ""
                raise self._error(
                    "timestamp",
                    text,
                    f"the row before{name} is of {before}; sort the rows of each series by time, "
                    "one row a time",
                )
        self._last_s[series] = time_s
        return time_s

    def _parse(self, text: str) -> tuple[int, int | None]:
        """Seconds since 1970, and when clocks show this time again; None of a time with a zone."""
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            try:
                return int(parse_time(text, timezone=self._timezone).timestamp()), None
            except InvalidPostError as error:
                remedy = "write it as 2026-03-31T14:05:00Z, 2026-03-31 14:05 or seconds since 1970"
                raise self._error("timestamp", text, remedy) from error
        if time.tzinfo is not None:
            return _seconds(time), None
        first_s = _seconds(time.replace(tzinfo=self._timezone))
        if not self._has_summer_time:
            return first_s, first_s
        return first_s, _seconds(time.replace(tzinfo=self._timezone, fold=1))

    def _no_text(self, error: csv.Error | UnicodeDecodeError) -> TableError:
        # The file is decoded in stretches of many lines, ahead of the rows.
        line = _undecodable_line(self._path) if isinstance(error, UnicodeDecodeError) else 0
        line = line or self._reader.line_num
        return TableError(f"{self._path}:{line}: {error}; save it as UTF-8, one row a line")

    def _error(self, field: str, value: str, remedy: str) -> TableError:
        line = self._reader.line_num
        return TableError(f"{self._path}:{line}: {field}={value[:_SHOWN]!r}: {remedy}")


def _seconds(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(seconds=1)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _undecodable_line(path: Path) -> int:
    """The first line that is no UTF-8; 0 where there is none, or what was read cannot be again."""
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def _open(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror}); name a CSV file") from error
