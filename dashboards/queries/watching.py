"""What the monitor knows at present: whether it watches, and which brands are not known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from dashboards.queries.conditions import Query, Row

MAX_STATES: Final = 2_000
# A monitor writes its state every few seconds; it may be busy once in a while.
SILENT_AFTER: Final = timedelta(seconds=90)
_STATES_SQL: Final = """
SELECT toString(scope), name, toString(state), detail, since, at
FROM watch_states FINAL
ORDER BY at DESC
LIMIT %(most)s
"""

State = Literal["ok", "learning", "unknown", "away"]


@dataclass(frozen=True, slots=True)
class Watch:
    """state: the monitor's, "away" if none has told its own for long. detail: why.

    unknown: brands and sources of which nothing is known at present.
    """

    state: State
    detail: str
    unknown: tuple[str, ...]


def states_query() -> Query:
    """The question; its answer goes to `read_states`."""
    return Query(_STATES_SQL, {"most": MAX_STATES})


def read_states(rows: Iterable[Row], *, now: datetime) -> Watch:
    """Rows of `states_query` as what they mean at that moment."""
    monitor: Watch | None = None
    unknown = []
    for scope, name, state, detail, _, at in rows:
        assert isinstance(at, datetime)
        if scope == "monitor" and monitor is None:
            away = now - at > SILENT_AFTER
            known: State = "learning" if state == "learning" else "ok"
            known = "unknown" if state == "unknown" else known
            monitor = Watch("away" if away else known, str(detail), ())
        elif state == "unknown":
            unknown.append(str(name))
    if monitor is None or monitor.state == "away":
        # What it said of brands is of then, too.
        return monitor or Watch("away", "", ())
    return Watch(monitor.state, monitor.detail, tuple(sorted(unknown)))
