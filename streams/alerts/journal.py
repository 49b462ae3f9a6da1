"""The monitor's memory in ClickHouse: journal, log of minutes, snapshots.

The journal is written before an event is told, so that whoever goes on after a crash takes in the
same minutes and actions in the same order, and decides the same.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import isnan
from typing import Any, Final
from uuid import UUID

import msgspec

from schemas.alert import SeriesName
from schemas.errors import StoreError
from streams.alerts.minute import Minute, SourceCount, Watched, moment
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect

logger = logging.getLogger(__name__)

MINUTE: Final = "minute"
ACTION: Final = "action"
_PIECE_BYTES: Final = 4_000_000
_SETTINGS: Final = {"async_insert": 0}
_LOG_COLUMNS: Final = (
    *("minute", "brand", "topic", "lang", "product", "source", "posts", "negative"),
    *("low", "high", "due", "usual", "score", "reach", "kind"),
)


class Entry(msgspec.Struct, frozen=True):
    """One line of the journal: a minute (ref: its start in seconds) or an action (ref: its id)."""

    number: int
    kind: str
    ref: str
    at: datetime


class Journal:
    """The tables watch_journal, watch_log and watch_snapshots. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def write_minutes(self, minutes: Sequence[Watched], entries: Sequence[Entry]) -> None:
        """Write what minutes were fed, then their lines; see the module. Raises StoreError."""
        rows = [row for watched in minutes for row in _log_rows(watched)]
        self._insert("watch_log", _LOG_COLUMNS, rows)
        self.write(entries)

    def write(self, entries: Sequence[Entry]) -> None:
        """Write lines. Raises StoreError."""
        rows = [(entry.number, entry.kind, entry.ref, entry.at) for entry in entries]
        self._insert("watch_journal", ("number", "kind", "ref", "at"), rows)

    def entries(self, *, after: int) -> list[Entry]:
        """The lines after that number, in order, each minute and action once. Raises StoreError."""
        rows = self._ask(
            "SELECT number, kind, ref, at FROM watch_journal FINAL WHERE number > %(after)s "
            "ORDER BY number, kind DESC, at, ref",
            {"after": after},
        )
        # Two monitors may have written at a time, under the same numbers.
        first = {(kind, ref): Entry(number, kind, ref, at) for number, kind, ref, at in rows[::-1]}
        return sorted(first.values(), key=lambda entry: (entry.number, entry.kind != MINUTE))

    def last_number(self) -> int:
        """The highest number; 0 for an empty journal. Raises StoreError."""
        return int(self._ask("SELECT max(number) FROM watch_journal")[0][0])

    def minutes(self, starts_s: Iterable[int]) -> dict[int, Minute]:
        """What these minutes were fed, by their start. Raises StoreError."""
        wanted = sorted(set(starts_s))
        if not wanted:
            return {}
        rows = self._ask(
            "SELECT toUnixTimestamp(minute) AS start, brand, topic, lang, product, source, posts, "
            "negative, reach FROM watch_log FINAL "
            "WHERE minute BETWEEN toDateTime(%(first)s, 'UTC') AND toDateTime(%(last)s, 'UTC') "
            "ORDER BY minute, brand, topic, lang, product, source",
            {"first": wanted[0], "last": wanted[-1]},
        )
        return _minutes(wanted, rows)

    def write_snapshot(self, number: int, content: bytes, at: datetime) -> None:
        """Keep the whole memory as it is after that line. Raises StoreError."""
        pieces = [
            content[start : start + _PIECE_BYTES] for start in range(0, len(content), _PIECE_BYTES)
        ]
        rows = [(number, piece, len(pieces), at, part) for piece, part in enumerate(pieces)]
        self._insert(
            "watch_snapshots", ("number", "piece", "pieces", "at", "content"), rows, binary=True
        )

    def snapshot(self, *, before: int | None = None) -> tuple[int, bytes] | None:
        """The latest whole snapshot (before a number), with its number. Raises StoreError."""
        rows = self._ask(
            "SELECT number FROM watch_snapshots FINAL WHERE number < %(before)s "
            "GROUP BY number HAVING count() = any(pieces) ORDER BY number DESC LIMIT 1",
            {"before": 2**62 if before is None else before},
        )
        if not rows:
            return None
        number = int(rows[0][0])
        pieces = self._ask(
            "SELECT content FROM watch_snapshots FINAL WHERE number = %(number)s ORDER BY piece",
            {"number": number},
            binary=True,
        )
        return number, b"".join(piece for (piece,) in pieces)

    def forget_snapshots(self, *, before: int) -> None:
        """Remove old snapshots. Raises StoreError."""
        self._ask("DELETE FROM watch_snapshots WHERE number < %(before)s", {"before": before})

    def _ask(
        self, sql: str, values: dict[str, Any] | None = None, *, binary: bool = False
    ) -> list[Any]:
        settings = {"strings_as_bytes": True} if binary else {}
        try:
            found: list[Any] = self._client.execute(sql, values or {}, settings=settings)
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"the monitor's memory cannot be read ({error})") from error
        return found

    def _insert(
        self, table: str, columns: Sequence[str], rows: Sequence[Any], *, binary: bool = False
    ) -> None:
        if not rows:
            return
        settings = {**_SETTINGS, "strings_as_bytes": True} if binary else _SETTINGS
        try:
            self._client.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES", list(rows), settings=settings
            )
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"the monitor's memory cannot be written ({error})") from error

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()


def _log_rows(watched: Watched) -> list[tuple[Any, ...]]:
    start = moment(watched.minute.start_s)
    return [
        (
            start,
            *(row.series.brand, row.series.topic, row.series.lang, row.series.product),
            row.source,
            *(row.posts, row.negative, row.low, row.high, row.due, row.usual, row.score),
            round(row.reach),
            row.kind,
        )
        for row in watched.rows
    ]


def _minutes(wanted: Sequence[int], rows: Sequence[Any]) -> dict[int, Minute]:
    counts: dict[int, dict[SeriesName, tuple[int, int]]] = {start: {} for start in wanted}
    sources: dict[int, list[SourceCount]] = {start: [] for start in wanted}
    reach: dict[int, dict[str, int]] = {start: {} for start in wanted}
    for start, brand, topic, lang, product, source, posts, negative, people in rows:
        if start not in counts:
            continue
        if source:
            sources[start].append(SourceCount(brand, source, round(posts)))
        elif not isnan(posts) and posts > 0:
            series = SeriesName(brand=brand, topic=topic, lang=lang, product=product)
            counts[start][series] = (round(posts), round(negative))
            if people:
                reach[start][brand] = people
    return {
        start: Minute(start, counts[start], tuple(sources[start]), reach[start]) for start in wanted
    }


def entry_of_minute(number: int, minute: Minute, at: datetime) -> Entry:
    """The line of a minute."""
    return Entry(number, MINUTE, str(minute.start_s), at)


def entry_of_action(number: int, action: UUID, at: datetime) -> Entry:
    """The line of an action."""
    return Entry(number, ACTION, str(action), at)
