"""What is known at present, as the dashboard shows it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from streams.alerts.minute import moment
from streams.alerts.sources import EVERY_SOURCE
from streams.alerts.store import State

# Without a closed minute for so long, nothing is known of the present.
UNKNOWN_AFTER_S: Final = 120.0
# A state is written again at least this often, so that a dead monitor shows.
_REPEAT_S: Final = 30.0
MONITOR: Final = "monitor"
BRAND: Final = "brand"


@dataclass(slots=True)
class States:
    """Remembers what was said, and says what is to be written now."""

    _said: dict[tuple[str, str], State] = field(default_factory=dict)
    _written_at: datetime | None = None

    def due(
        self,
        now: datetime,
        *,
        end_s: int,
        reason: str,
        unknown: Mapping[str, str],
        learning: bool = False,
    ) -> list[State]:
        """The rows to write.

        end_s: end of the last closed minute, in seconds since 1970; reason: why the next one is not
        closed. unknown: brands of which nothing is claimed, with the silent source, EVERY_SOURCE
        among them.
        """
        wanted = {(MONITOR, "monitor"): self._monitor(now, end_s, reason, learning=learning)}
        for brand, source in unknown.items():
            detail = (
                "no source brings any posts"
                if source == EVERY_SOURCE
                else f"its main source {source} is silent, for several brands at once"
            )
            wanted[BRAND, brand] = State(BRAND, brand, "unknown", detail, now)
        for scope, name in self._said:
            if scope == BRAND and name not in unknown:
                wanted[scope, name] = State(scope, name, "ok", "", now)
        return self._changed(wanted, now)

    def _monitor(self, now: datetime, end_s: int, reason: str, *, learning: bool) -> State:
        if learning:
            return State(MONITOR, "monitor", "learning", "reads the stored history", now)
        known_until = moment(end_s)
        if (now - known_until).total_seconds() > 60 + UNKNOWN_AFTER_S:
            return State(MONITOR, "monitor", "unknown", reason, known_until)
        return State(MONITOR, "monitor", "ok", "", now)

    def _changed(self, wanted: Mapping[tuple[str, str], State], now: datetime) -> list[State]:
        repeat = self._written_at is None or (now - self._written_at).total_seconds() >= _REPEAT_S
        rows = []
        for place, state in wanted.items():
            before = self._said.get(place)
            if before is not None and before.state == state.state:
                same = State(state.scope, state.name, state.state, state.detail, before.since)
                self._said[place] = same
                if repeat or (before.state != "ok" and before.detail != state.detail):
                    rows.append(same)
            else:
                self._said[place] = state
                rows.append(state)
        if repeat and rows:
            self._written_at = now
        return rows
