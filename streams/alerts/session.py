"""A monitor that leads: takes in closed minutes and people's actions, and tells what comes of them.

Any error ends the session; the next one begins from what is stored, and decides the same.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from schemas.alert import Alert, Change, Kind, Severity, Status
from schemas.incident_action import Action, ActionKind
from streams.alerts.core import Core
from streams.alerts.counts import CountReader
from streams.alerts.delivery import Delivery
from streams.alerts.journal import Journal, entry_of_action, entry_of_minute
from streams.alerts.metrics import MonitorMetrics
from streams.alerts.minute import Watched
from streams.alerts.store import IncidentStore

# Minutes that are taken in before anything is told: enough for a quick way through a backlog.
_MOST_MINUTES: Final = 60
_SNAPSHOT_MINUTES: Final = 10
_SNAPSHOT_MINUTES_LARGE: Final = 60
_KEPT_SNAPSHOTS: Final = 6
_LARGE_BYTES: Final = 16_000_000
_ACTIONS_LAST: Final = timedelta(days=7)


@dataclass(slots=True)
class Session:
    """One stretch of leading. number: of the journal's last line."""

    core: Core
    number: int
    counts: CountReader
    journal: Journal
    store: IncidentStore
    delivery: Delivery
    metrics: MonitorMetrics
    snapshot_bytes: int = 0
    minutes_since: int = 0
    last: Watched | None = None
    kept: list[int] = field(default_factory=list)

    async def take_minutes(self, until_s: int, now: datetime) -> bool:
        """Take in the minutes up to then; True if some are left for the next call."""
        stop_s = min(until_s, self.core.end_s + 60 * _MOST_MINUTES)
        with self.metrics.step_seconds.time():
            events = await asyncio.to_thread(self._take_minutes, stop_s, now)
        await self.delivery.deliver(events)
        self._count(events)
        if self._snapshot_is_due():
            await self.keep(now)
        return stop_s < until_s

    def _take_minutes(self, until_s: int, now: datetime) -> list[Alert]:
        minutes, entries = [], []
        events: list[Alert] = []
        version = self.core.model_version
        for minute in self.counts.minutes(self.core.end_s, until_s, version=version):
            self.number += 1
            entries.append(entry_of_minute(self.number, minute, now))
            told = self.core.take_minute(minute, now)
            minutes.append(told.watched)
            events += told.events
        self.journal.write_minutes(minutes, entries)
        if minutes:
            self.last = minutes[-1]
        self.minutes_since += len(minutes)
        self.metrics.minutes.inc(len(minutes))
        return events

    async def take_actions(self, now: datetime) -> None:
        """Take in what people did since the last call."""
        actions = await asyncio.to_thread(self.store.new_actions, since=now - _ACTIONS_LAST)
        if actions:
            events = await asyncio.to_thread(self._take_actions, actions, now)
            await self.delivery.deliver(events)
            self._count(events)
        tests = [marked_test(action) for action in actions if action.kind is ActionKind.TEST]
        if tests:
            await self.delivery.notifier.notify(tests)

    def _take_actions(self, actions: Sequence[Action], now: datetime) -> list[Alert]:
        entries = []
        events: list[Alert] = []
        for action in actions:
            self.number += 1
            entries.append(entry_of_action(self.number, action.id, now))
            if action.kind is not ActionKind.TEST:
                stored = self.store.latest(action.key) if action.key else None
                events += self.core.take_action(action, stored=stored)
        self.journal.write(entries)
        return events

    async def keep(self, now: datetime) -> None:
        """Keep the whole memory; what was told before need not be told again after a crash."""
        await asyncio.to_thread(self._keep, now)

    def _keep(self, now: datetime) -> None:
        content = self.core.pack()
        self.journal.write_snapshot(self.number, content, now)
        self.snapshot_bytes = len(content)
        self.minutes_since = 0
        self.kept.append(self.number)
        if len(self.kept) > _KEPT_SNAPSHOTS:
            self.kept = self.kept[_KEPT_SNAPSHOTS // 2 :]
            self.journal.forget_snapshots(before=self.kept[0])

    def _snapshot_is_due(self) -> bool:
        large = self.snapshot_bytes > _LARGE_BYTES
        return self.minutes_since >= (_SNAPSHOT_MINUTES_LARGE if large else _SNAPSHOT_MINUTES)

    def _count(self, events: Sequence[Alert]) -> None:
        now = datetime.now(UTC)
        for event in events:
            self.metrics.events.labels(event.change.value).inc()
            self.metrics.delay_seconds.observe(max(0.0, (now - event.updated_at).total_seconds()))
        self.metrics.series.set(self.core.watch.series)
        self.metrics.open_incidents.set(len(self.core.incidents.open_incidents()))
        self.metrics.known_until.set(self.core.end_s)


def marked_test(action: Action) -> Alert:
    """The marked alert of an action TEST: an incident that never was."""
    return Alert(
        key=marked_key(action.id),
        sequence=1,
        change=Change.OPENED,
        brand=action.brand or "Test",
        kind=Kind.VOLUME,
        status=Status.OPEN,
        severity=Severity.NOTICE,
        since=action.at,
        opened_at=action.at,
        updated_at=action.at,
        sentence=f"TEST: {action.who} tries whether alerts arrive. Nothing has happened.",
    )


def marked_key(number: UUID) -> str:
    """The key of a test alert, which is no incident's."""
    return f"test-{number.hex}"
