"""Incidents' events, people's actions and the present state in ClickHouse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from schemas.alert import Alert
from schemas.errors import StoreError
from schemas.incident_action import Action, ActionKind
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect

_EVENTS_INSERT: Final = (
    "INSERT INTO incident_events (key, sequence, change, brand, kind, status, severity, opened_at, "
    "at, alert) VALUES"
)
_ACTIONS_INSERT: Final = (
    "INSERT INTO incident_actions (id, at, who, action, key, brand, until, reason) VALUES"
)
_NEW_ACTIONS: Final = (
    "SELECT id, at, who, action, key, brand, until, reason FROM incident_actions FINAL "
    "WHERE at >= %(since)s "
    "AND toString(id) NOT IN (SELECT ref FROM watch_journal WHERE kind = 'action') "
    "ORDER BY at, id"
)
# Alerts are large, and all that there ever were are kept: only those that are asked for are read.
_NEWEST_OF: Final = "SELECT alert FROM incident_events FINAL PREWHERE (key, sequence) IN ("
_STATES_INSERT: Final = "INSERT INTO watch_states (scope, name, state, detail, since, at) VALUES"
_SETTINGS: Final = {"async_insert": 0}
_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Alert)

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class State:
    """One row of `watch_states`. scope: monitor, brand or source. state: ok, learning, unknown."""

    scope: str
    name: str
    state: str
    detail: str
    since: datetime


class IncidentStore:
    """The tables incident_events, incident_actions and watch_states. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def write_events(self, alerts: Sequence[Alert]) -> None:
        """Write events; writing one again changes nothing. Raises StoreError."""
        rows = [
            (
                *(alert.key, alert.sequence, alert.change, alert.brand, alert.kind, alert.status),
                *(alert.severity, alert.opened_at, alert.updated_at, _ENCODER.encode(alert)),
            )
            for alert in alerts
        ]
        self._insert(_EVENTS_INSERT, rows)

    def events(self, keys: Iterable[str]) -> dict[Place, Alert]:
        """All events of these incidents, by key and sequence. Raises StoreError."""
        wanted = sorted(set(keys))
        if not wanted:
            return {}
        rows = self._ask(
            "SELECT key, sequence, alert FROM incident_events FINAL WHERE key IN %(keys)s",
            {"keys": wanted},
        )
        return {(key, sequence): _DECODER.decode(alert) for key, sequence, alert in rows}

    def latest(self, key: str) -> Alert | None:
        """An incident as it stands; None for an unknown key. Raises StoreError."""
        rows = self._ask(
            "SELECT alert FROM incident_events WHERE key = %(key)s ORDER BY sequence DESC, "
            "written_at DESC LIMIT 1",
            {"key": key},
        )
        return _DECODER.decode(rows[0][0]) if rows else None

    def going_on(self, *, since: datetime) -> list[Alert]:
        """Incidents that are open, or had an event since then, by key. Raises StoreError."""
        rows = self._ask(
            f"{_NEWEST_OF}"  # noqa: S608 - a constant
            "SELECT key, max(sequence) FROM incident_events GROUP BY key "
            "HAVING argMax(status, (sequence, written_at)) = 'open' OR max(at) >= %(since)s"
            ") ORDER BY key",
            {"since": since},
        )
        return [_DECODER.decode(alert) for (alert,) in rows]

    def listed(self, *, since: datetime, only_open: bool, brand: str, limit: int) -> list[Alert]:
        """Incidents as they stand, the latest first. brand: "" for all. Raises StoreError."""
        rows = self._ask(
            f"{_NEWEST_OF}"  # noqa: S608 - a constant
            "SELECT key, max(sequence) FROM incident_events "
            "WHERE %(brand)s = '' OR brand = %(brand)s GROUP BY key "
            "HAVING argMax(status, (sequence, written_at)) = 'open' "
            "OR (NOT %(only_open)s AND max(at) >= %(since)s) "
            "ORDER BY min(opened_at) DESC, key LIMIT %(limit)s"
            ") ORDER BY opened_at DESC, key",
            {"since": since, "only_open": int(only_open), "brand": brand, "limit": limit},
        )
        return [_DECODER.decode(alert) for (alert,) in rows]

    def keys_like(self, start: str) -> list[str]:
        """Keys of incidents that begin so, ten at most. Raises StoreError."""
        rows = self._ask(
            "SELECT DISTINCT key FROM incident_events WHERE startsWith(key, %(start)s) LIMIT 10",
            {"start": start},
        )
        return [key for (key,) in rows]

    def write_action(self, action: Action) -> None:
        """Note what a person did; the monitor takes it up. Raises StoreError."""
        row = (
            *(action.id, action.at, action.who, action.kind, action.key, action.brand),
            *(action.until, action.reason),
        )
        self._insert(_ACTIONS_INSERT, [row])

    def new_actions(self, *, since: datetime) -> list[Action]:
        """Actions since then that no monitor has taken up yet, in order. Raises StoreError."""
        rows = self._ask(_NEW_ACTIONS, {"since": since})
        return [action for row in rows if (action := _action(row)) is not None]

    def actions(self, ids: Iterable[str]) -> dict[str, Action]:
        """These actions, by id. Raises StoreError."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        rows = self._ask(
            "SELECT id, at, who, action, key, brand, until, reason FROM incident_actions FINAL "
            "WHERE toString(id) IN %(ids)s ORDER BY at, id",
            {"ids": wanted},
        )
        return {str(row[0]): action for row in rows if (action := _action(row)) is not None}

    def write_states(self, states: Sequence[State], at: datetime) -> None:
        """Say what is known at present. Raises StoreError."""
        rows = [(s.scope, s.name, s.state, s.detail, s.since, at) for s in states]
        self._insert(_STATES_INSERT, rows)

    def states(self) -> list[tuple[State, datetime]]:
        """What was said last, and when. Raises StoreError."""
        rows = self._ask(
            "SELECT scope, name, state, detail, since, at FROM watch_states FINAL "
            "ORDER BY scope, name"
        )
        return [(State(*row[:5]), row[5]) for row in rows]

    def _ask(self, sql: str, values: dict[str, Any] | None = None) -> list[Any]:
        try:
            found: list[Any] = self._client.execute(sql, values or {})
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"incidents cannot be read ({error})") from error
        return found

    def _insert(self, sql: str, rows: Sequence[Any]) -> None:
        if not rows:
            return
        try:
            self._client.execute(sql, list(rows), settings=_SETTINGS)
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"incidents cannot be written ({error})") from error

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()


def _action(row: Sequence[Any]) -> Action | None:
    """The action of a row; None for a word that is none (its row stays, and is left alone)."""
    number, at, who, word, key, brand, until, reason = row
    if word not in set(ActionKind):
        return None
    return Action(
        id=number,
        at=at,
        who=who,
        kind=ActionKind(word),
        key=key,
        brand=brand,
        until=until,
        reason=reason,
    )
