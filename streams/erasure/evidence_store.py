"""Quotes in ClickHouse: incidents' events and notifications, written anew without some of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from clickhouse_driver import Client

from schemas.alert import Alert
from schemas.backtest import BACKTESTS_TABLE
from schemas.correction import CORRECTIONS_TABLE
from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.clickhouse.removal import ANSWER_S
from streams.erasure.scrubbing import Goes, scrubbed_alert, scrubbed_notification
from streams.notifications.notification import Notification

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK: Final = 500
_SETTINGS: Final[dict[str, Any]] = {"async_insert": 0}
# The columns of each table, its JSON last but one.
_EVENT_COLUMNS: Final = (
    *("key", "sequence", "change", "brand", "kind", "status", "severity", "opened_at", "at"),
    *("alert", "written_at"),
)
_NOTIFICATION_COLUMNS: Final = (
    *("id", "route", "status", "keys", "attempts", "next_attempt_at", "detail", "address"),
    *("payload", "written_at"),
)
# A row that takes another's place must be later than it.
_LATER: Final = "addMilliseconds(written_at, 1)"
_MERGED: Final = ("incident_events", "notifications", "watch_snapshots", BACKTESTS_TABLE)
# All that may hold what is erased.
_TABLES: Final = (MENTIONS_TABLE, CORRECTIONS_TABLE, "erasure_work", *_MERGED)
# No post is from before 1990.
_NO_PARTITION: Final = "190001"
_PIECES: Final = "SELECT number, content FROM watch_snapshots FINAL"
_DROP: Final = "ALTER TABLE watch_snapshots DELETE WHERE number IN %(numbers)s"

Row = tuple[Any, ...]


class EvidenceStore:
    """The tables that quote posts. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client: Client = connect(url, answer_s=ANSWER_S)

    def scrub(self, goes: Goes, *, since: datetime = EPOCH) -> tuple[int, int]:
        """Take quotes out of what was written since then; numbers of events and notifications.

        Notifications first: which incidents quoted such a post is known from the events. Killed
        anywhere, the next call does the rest. Raises StoreError.
        """
        try:
            events = list(self._changed_events(goes, since))
            keys = frozenset(row[0] for row in events)
            notifications = list(self._changed_notifications(goes, since, keys))
            self._write("notifications", _NOTIFICATION_COLUMNS, notifications)
            self._write("incident_events", _EVENT_COLUMNS, events)
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error
        return len(events), len(notifications)

    def count(self, goes: Goes) -> tuple[int, int]:
        """How many events and notifications `scrub` would write anew. Raises StoreError."""
        try:
            events = list(self._changed_events(goes, EPOCH))
            keys = frozenset(row[0] for row in events)
            return len(events), len(list(self._changed_notifications(goes, EPOCH, keys)))
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error

    def merge(self) -> None:
        """Have rows that were replaced leave the disk. Raises StoreError."""
        try:
            for table in _MERGED:
                self._client.execute(f"OPTIMIZE TABLE {table} FINAL", settings=_MERGE_SETTINGS)
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error

    def drop_snapshots(self, needles: Sequence[bytes]) -> int:
        """Remove the monitor's snapshots that have one of these; it needs the newest only.

        Raises StoreError.
        """
        try:
            pieces = self._client.execute(_PIECES, settings={"strings_as_bytes": True})
            numbers = sorted(
                {number for number, text in pieces if any(one in text for one in needles)}
            )
            if numbers:
                self._client.execute(_DROP, {"numbers": numbers}, settings={"mutations_sync": 2})
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error
        return len(numbers)

    @contextmanager
    def quick_removal(self) -> Iterator[None]:
        """While the block runs, parts that were replaced leave the disk at once.

        Killed in between, they go on doing so until the next time, which harms nobody.
        Raises StoreError.
        """
        self._set_lifetime("MODIFY SETTING old_parts_lifetime = 1")
        try:
            yield
        finally:
            self._set_lifetime("RESET SETTING old_parts_lifetime")

    def clear_old_parts(self) -> None:
        """Have parts that were replaced leave the disk now.

        A table that nothing happens to looks after its old parts every ten minutes; dropping a
        partition, also one that never was, has it do so at once. Raises StoreError.
        """
        try:
            for table in _TABLES:
                self._client.execute(f"ALTER TABLE {table} DROP PARTITION ID '{_NO_PARTITION}'")
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error

    def _set_lifetime(self, change: str) -> None:
        try:
            for table in _TABLES:
                self._client.execute(f"ALTER TABLE {table} {change}")
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error

    def _changed_events(self, goes: Goes, since: datetime) -> Iterator[Row]:
        def scrubbed(text: str) -> str:
            alert = msgspec.json.decode(text, type=Alert)
            new = scrubbed_alert(alert, goes)
            return text if new is alert else msgspec.json.encode(new).decode()

        sql = _select("incident_events", _EVENT_COLUMNS)
        yield from self._changed(sql, since, lambda row: scrubbed(row[-2]))

    def _changed_notifications(
        self, goes: Goes, since: datetime, keys: frozenset[str]
    ) -> Iterator[Row]:
        def scrubbed(text: str) -> str:
            found = msgspec.json.decode(text, type=Notification)
            new = scrubbed_notification(found, goes, keys=keys)
            return text if new is found else msgspec.json.encode(new).decode()

        sql = _select("notifications", _NOTIFICATION_COLUMNS)
        yield from self._changed(sql, since, lambda row: scrubbed(row[-2]))

    def _changed(self, sql: str, since: datetime, scrubbed: Callable[[Row], str]) -> Iterator[Row]:
        found: list[Row] = self._client.execute(sql, {"since": since})
        for row in found:
            text = scrubbed(row)
            if text != row[-2]:
                yield (*row[:-2], text, row[-1])

    def _write(self, table: str, columns: tuple[str, ...], rows: list[Row]) -> None:
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES"
        for first in range(0, len(rows), _CHUNK):
            self._client.execute(sql, rows[first : first + _CHUNK], settings=_SETTINGS)

    def _failed(self, error: BaseException) -> StoreError:
        self._client.disconnect()
        return StoreError(f"quotes cannot be read or written ({error})")

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()


_MERGE_SETTINGS: Final[dict[str, Any]] = {"optimize_skip_merged_partitions": 0}


def _select(table: str, columns: tuple[str, ...]) -> str:
    names = [*columns[:-1], f"{_LATER} AS later"]
    return f"SELECT {', '.join(names)} FROM {table} FINAL WHERE written_at >= %(since)s"  # noqa: S608
