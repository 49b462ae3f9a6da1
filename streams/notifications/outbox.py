"""The outbox in ClickHouse: what is to be sent, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Protocol, Self

import msgspec

from schemas.alert import Alert
from schemas.errors import StoreError
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.notifications.notification import Notification

_COLUMNS: Final = (
    "id", "route", "status", "keys", "attempts", "next_attempt_at", "detail", "address", "payload",
    "written_at",
)  # fmt: skip
_INSERT: Final = f"INSERT INTO notifications ({', '.join(_COLUMNS)}) VALUES"
_KEPT: Final = """
    SELECT status, attempts, next_attempt_at, detail, address, payload, written_at
    FROM notifications FINAL
    WHERE written_at >= %(since)s
"""
_INCIDENTS: Final = """
    SELECT argMax(alert, (sequence, written_at)) FROM incident_events
    WHERE at >= %(since)s GROUP BY key
"""
# Acknowledged must mean written: the engine's default hands the rows to a later flush.
_SETTINGS: Final = {"async_insert": 0}


class Status(StrEnum):
    """What became of a notification."""

    PLANNED = "planned"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    REFUSED = "refused"
    GONE = "gone"  # the receiver wants nothing; it goes once the route's address has changed
    GAVE_UP = "gave_up"


WAITING: Final = frozenset((Status.PLANNED, Status.RETRYING, Status.GONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A notification and what became of it.

    attempts: how many there were. address: hash of where the last one went, or "". at: when the
    entry was written.
    """

    notification: Notification
    status: Status
    attempts: int
    next_attempt_at: datetime
    detail: str
    address: str
    at: datetime


class Outbox(Protocol):
    """Keeps notifications."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Write entries; a later one of the same notification replaces it.  Raises StoreError."""

    def entries(self, since: datetime) -> list[Entry]:
        """The entries written since then, by the time they were planned.  Raises StoreError."""

    def incidents(self, since: datetime) -> list[Alert]:
        """Each incident that had an event since then, as it stands.  Raises StoreError."""


class ClickHouseOutbox:
    """The tables `notifications` and `incident_events`.  One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def write(self, entries: Sequence[Entry]) -> None:
        """See Outbox."""
        self._execute(_INSERT, [_row(entry) for entry in entries], settings=_SETTINGS)

    def entries(self, since: datetime) -> list[Entry]:
        """See Outbox."""
        rows = self._execute(_KEPT, {"since": since})
        return sorted((_entry(row) for row in rows), key=lambda one: one.notification.at)

    def incidents(self, since: datetime) -> list[Alert]:
        """See Outbox."""
        rows = self._execute(_INCIDENTS, {"since": since})
        return [msgspec.json.decode(text, type=Alert) for (text,) in rows]

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()

    def _execute(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the driver's own
        try:
            return self._client.execute(*arguments, **options)
        except CLICKHOUSE_ERRORS as error:
            # Whatever went wrong, this connection's protocol may be out of step.
            self._client.disconnect()
            raise StoreError(f"the notifications' table does not answer ({error})") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _row(entry: Entry) -> tuple[object, ...]:
    notification = entry.notification
    return (
        notification.id,
        notification.route,
        entry.status.value,
        [notice.key for notice in notification.notices],
        entry.attempts,
        entry.next_attempt_at,
        entry.detail,
        entry.address,
        msgspec.json.encode(notification).decode(),
        entry.at,
    )


def _entry(row: Sequence[Any]) -> Entry:
    status, attempts, next_attempt_at, detail, address, payload, at = row
    return Entry(
        notification=msgspec.json.decode(payload, type=Notification),
        status=Status(status),
        attempts=attempts,
        next_attempt_at=next_attempt_at,
        detail=detail,
        address=address,
        at=at,
    )
