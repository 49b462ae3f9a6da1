"""Incidents: the list, one of them with its history, and what people did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from dashboards.queries.authors import quoted_without_authors
from dashboards.queries.conditions import Query, Row, Value
from dashboards.time_range import milliseconds
from schemas.alert import Alert

MAX_INCIDENTS: Final = 200
MAX_EVENTS: Final = 500
_EVENTS: Final = "incident_events"
_ACTIONS: Final = "incident_actions"
# The sentence needs the evidence's numbers, not its texts, which are large.
_NO_QUOTES: Final = (
    """'{"evidence": {"representative": [], "far_reaching": [], "phrases": [], "offsets": []}}'"""
)

# What is open comes first, whatever its age, the worst of it before others.
_LIST_ORDER: Final = """
ORDER BY status = 'open' DESC,
         (status = 'open') * indexOf(['notice', 'serious', 'critical'], toString(severity)) DESC,
         at DESC, key
LIMIT %(most)s
"""
# The newest event of each incident. Alerts are large, and all that there ever were are kept: only
# those of the list are read, PREWHERE even where FINAL would read them all first.
_LIST_SQL: Final = f"""
SELECT key, brand, kind, status, severity, opened_at, at,
       JSONExtractString(alert, 'acknowledged', 'by'),
       parseDateTime64BestEffortOrNull(JSONExtractString(alert, 'silenced', 'until'), 3, 'UTC'),
       JSONExtractString(alert, 'muted_by'),
       JSONExtractString(alert, 'verdict'),
       parseDateTime64BestEffortOrNull(JSONExtractString(alert, 'resolved_at'), 3, 'UTC'),
       if(JSONHas(alert, 'evidence', 'posts'), JSONMergePatch(alert, {_NO_QUOTES}), alert)
FROM (
    SELECT * FROM {_EVENTS} FINAL
    PREWHERE (key, sequence) IN (
        SELECT key, sequence
        FROM (SELECT key, sequence, status, severity, at FROM {_EVENTS} FINAL
              ORDER BY key, sequence DESC LIMIT 1 BY key)
        {_LIST_ORDER}
    )
)
{_LIST_ORDER}
"""  # noqa: S608 - names only
_EVENTS_SQL: Final = f"""
SELECT sequence, toString(change), toString(severity), at, alert
FROM {_EVENTS} FINAL
WHERE key = %(key)s
ORDER BY sequence DESC
LIMIT %(most)s
"""  # noqa: S608 - names only
_ACTIONS_SQL: Final = f"""
SELECT at, who, toString(action), until, reason
FROM {_ACTIONS} FINAL
WHERE key = %(key)s
   OR (key = '' AND brand = %(brand)s AND at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC'))
ORDER BY at DESC
LIMIT %(most)s
"""  # noqa: S608 - names only


@dataclass(frozen=True, slots=True)
class Listed:
    """One incident as the list shows it.

    verdict: as in schemas.alert.Verdict. alert: what its sentence is made of; nothing is quoted.
    """

    key: str
    brand: str
    kind: str
    status: str
    severity: str
    opened_at: datetime
    updated_at: datetime
    acknowledged_by: str
    silenced_until: datetime | None
    muted_by: str
    verdict: str
    resolved_at: datetime | None
    alert: Alert

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.status == "open"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of an incident's history."""

    sequence: int
    change: str
    severity: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did, as it was written down; action: as in schemas.incident_action."""

    at: datetime
    who: str
    action: str
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """One incident. alert: after its last event. events: the oldest first."""

    alert: Alert
    events: tuple[Event, ...]


def list_query() -> Query:
    """The question; its answer goes to `read_list`."""
    return Query(_LIST_SQL, {"most": MAX_INCIDENTS})


def read_list(rows: Iterable[Row]) -> list[Listed]:
    """Rows of `list_query`; open ones first, the worst of them before others."""
    found = []
    for *told, alert in rows:
        values: list[Any] = [*map(_readable, told), _alert(alert)]
        found.append(Listed(*values))
    return found


def history_query(key: str) -> Query:
    """The question; its answer goes to `read_history`."""
    return Query(_EVENTS_SQL, {"key": key, "most": MAX_EVENTS})


def read_history(rows: Sequence[Row]) -> History | None:
    """Rows of `history_query`; None where there is no such incident.

    The evidence is the last that was collected: a later event may have none of its own.
    """
    if not rows:
        return None
    alert = _alert(rows[0][-1])
    for row in rows[1:]:
        if alert.evidence is not None:
            break
        alert = msgspec.structs.replace(alert, evidence=_alert(row[-1]).evidence)
    events = [
        Event(int(sequence), str(change), str(severity), at)
        for sequence, change, severity, at, _ in reversed(rows)
    ]
    return History(quoted_without_authors(alert), tuple(events))


def deeds_query(key: str, brand: str, *, since: datetime) -> Query:
    """The question; its answer goes to `read_deeds`. since: for what was done to all of a brand."""
    values: dict[str, Value] = {
        "key": key,
        "brand": brand,
        "since_ms": milliseconds(since),
        "most": MAX_EVENTS,
    }
    return Query(_ACTIONS_SQL, values)


def read_deeds(rows: Iterable[Row]) -> list[Deed]:
    """Rows of `deeds_query`, the newest first."""
    return [Deed(*map(_readable, row)) for row in rows]  # type: ignore[arg-type]


def _alert(text: object) -> Alert:
    return msgspec.json.decode(text if isinstance(text, bytes) else str(text), type=Alert)


def _readable(value: object) -> object:
    """The driver hands over bytes where a value is no UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
