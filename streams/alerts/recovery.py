"""Where a monitor begins: with the memory of the one before it, or with the stored history."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import dropwhile
from typing import Final

from schemas.alert import Alert
from schemas.incident_action import ActionKind
from streams.alerts.core import Core
from streams.alerts.counts import CountReader
from streams.alerts.journal import ACTION, MINUTE, Entry, Journal
from streams.alerts.minute import Minute
from streams.alerts.store import IncidentStore

logger = logging.getLogger(__name__)

HISTORY_DAYS: Final = 28
# A journal without a snapshot is only followed where it is whole and not older than this.
_JOURNAL_LASTS: Final = timedelta(days=1)
# So late that no minute of the past counts as news.
_AFTERWARDS: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Recovered:
    """The memory, the number of its last line, and the events since the last snapshot."""

    core: Core
    number: int
    events: list[Alert]


@dataclass(frozen=True, slots=True)
class Recovery:
    """Makes the memory anew. new_core: one that knows nothing.

    model_version: the active one, under which a memory without a past is taught.
    """

    new_core: Callable[[], Core]
    counts: CountReader
    journal: Journal
    store: IncidentStore
    model_version: str = ""

    def recover(self, *, history_until_s: int, now: datetime) -> Recovered:
        """The memory as it was, wherever the last monitor stopped.

        history_until_s: up to where a memory without a past is taught, in seconds since 1970.
        Raises StoreError.
        """
        found = self._of_snapshot() or self._of_history(history_until_s, now)
        self._reconcile(found, now)
        return found

    def _of_snapshot(self) -> Recovered | None:
        before = None
        while (kept := self.journal.snapshot(before=before)) is not None:
            number, content = kept
            core = self.new_core()
            try:
                core.unpack(content)
            except ValueError as error:
                logger.warning("snapshot %d is of no use: %s", number, error)
                before = number
                continue
            found = Recovered(core, number, [])
            self._follow(found, self.journal.entries(after=number))
            return found
        return None

    def _of_history(self, until_s: int, now: datetime) -> Recovered:
        entries = self.journal.entries(after=0)
        minutes = [int(entry.ref) for entry in entries if entry.kind == MINUTE]
        number = self.journal.last_number()
        whole = bool(minutes) and entries[0].number == 1
        if whole and now - entries[0].at < _JOURNAL_LASTS:
            found = Recovered(self._new_core(), 0, [])
            teach(found.core, self._history(minutes[0]))
            self._follow(found, entries)
            return found
        found = Recovered(self._new_core(), number, [])
        teach(found.core, self._history(until_s))
        return found

    def _history(self, until_s: int) -> Iterable[Minute]:
        since_s = until_s - HISTORY_DAYS * 86_400
        return self.counts.minutes(since_s, until_s, version=self.model_version)

    def _new_core(self) -> Core:
        core = self.new_core()
        core.model_version = self.model_version
        return core

    def _follow(self, found: Recovered, entries: list[Entry]) -> None:
        """Take in again what the journal says, in its order."""
        starts = [int(entry.ref) for entry in entries if entry.kind == MINUTE]
        minutes = self.journal.minutes(starts)
        actions = self.store.actions(entry.ref for entry in entries if entry.kind == ACTION)
        for entry in entries:
            found.number = max(found.number, entry.number)
            if entry.kind == MINUTE:
                minute = minutes[int(entry.ref)]
                if minute.start_s >= found.core.end_s:
                    found.events += found.core.take_minute(minute, entry.at).events
            elif entry.ref in actions and actions[entry.ref].kind is not ActionKind.TEST:
                action = actions[entry.ref]
                stored = self.store.latest(action.key) if action.key else None
                found.events += found.core.take_action(action, stored=stored)

    def _reconcile(self, found: Recovered, now: datetime) -> None:
        """Take over incidents that were told and that the memory does not know."""
        told = self.store.going_on(since=now - timedelta(days=1))
        found.events += found.core.incidents.adopt(told, now)


def teach(core: Core, minutes: Iterable[Minute]) -> None:
    """Let the core learn from the past; nothing in it counts as news."""
    for minute in dropwhile(lambda minute: not minute.counts, minutes):
        core.take_minute(minute, _AFTERWARDS)
