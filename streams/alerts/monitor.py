"""The monitor's loop: one of them leads, and about every second does what has become due."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from schemas.errors import GroundswellError, StoreError, StreamError
from streams.alerts.alert_topic import AlertTopic
from streams.alerts.core import Core
from streams.alerts.counts import CountReader
from streams.alerts.delivery import Delivery
from streams.alerts.hooks import EvidenceCollector, Notifier
from streams.alerts.journal import Journal
from streams.alerts.metrics import MonitorMetrics
from streams.alerts.recovery import Recovery
from streams.alerts.relearning import Relearner, Teacher
from streams.alerts.session import Session
from streams.alerts.states import States
from streams.alerts.store import IncidentStore
from streams.alerts.watermark import Answer
from streams.worker.activity import Activity

logger = logging.getLogger(__name__)

POLL_S: Final = 0.5
# After an error the next try waits this long, so that a broken server is not run down.
_RETRY_S: Final = 2.0
# A memory without a past is taught up to the present, or so long before where workers lag behind.
_LAG_S: Final = 3600
_LEARNING_EVERY_S: Final = 10.0


class ClosedMinutes(Protocol):
    """Says which minutes are closed; KafkaWatermark is one."""

    async def closed_until(self, after_s: int, *, now_s: float) -> tuple[int, Answer]:
        """See KafkaWatermark."""


class Leadership(Protocol):
    """Says whether this monitor leads; Leader is one."""

    async def leads(self) -> bool:
        """See Leader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorParts:
    """What a monitor is made of; tests put faulty ones in.

    states: a store of its own, for saying how things are while the other one is busy. teacher: None
    for a monitor that never learns anew after a backfill.
    """

    new_core: Callable[[], Core]
    closed: ClosedMinutes
    leader: Leadership
    counts: CountReader
    journal: Journal
    store: IncidentStore
    states: IncidentStore
    topic: AlertTopic
    evidence: EvidenceCollector
    notifier: Notifier
    teacher: Teacher | None = None


class Monitor:
    """One of several; see `run`. now: the time, UTC."""

    def __init__(
        self,
        parts: MonitorParts,
        metrics: MonitorMetrics,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._parts = parts
        self._metrics = metrics
        self._now = now
        self._states = States()
        self._session: Session | None = None
        self._relearner = Relearner(parts.teacher)
        self._stopping = asyncio.Event()
        self._activity = Activity(time.monotonic)

    def troubles(self) -> list[str]:
        """Why the monitor is not ready; empty if it is."""
        return self._activity.troubles(stuck_after_s=600.0)

    @property
    def leads(self) -> bool:
        """Whether it leads, and knows what there is to know."""
        return self._session is not None

    async def run(self) -> None:
        """Do what has become due, again and again, until `stop` is called; never half of it."""
        while not self._stopping.is_set():
            try:
                more = await self._turn()
                self._activity.works("monitor")
            except (StoreError, StreamError) as error:
                logger.warning("beginning again: %s", error)
                self._activity.fails("monitor", str(error))
                self._metrics.failures.inc()
                self._session, more = None, False
                await self._pause(_RETRY_S)
            if not more:
                await self._pause(POLL_S)
        # Kept once nothing is under way, the memory leaves the next monitor nothing to repeat.
        if self._session is not None:
            try:
                await self._session.keep(self._now())
            except GroundswellError as error:
                logger.warning("the memory was not kept; it will be decided again: %s", error)

    def stop(self) -> None:
        """Let `run` end after what it has begun."""
        self._stopping.set()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _turn(self) -> bool:
        """One turn; True if more minutes wait."""
        leads = await self._parts.leader.leads()
        self._metrics.leads.set(float(leads))
        if not leads:
            self._session = None
            return False
        with self._activity.busy("monitor"):
            session = self._session or await self._begin()
            now = self._now()
            await session.take_actions(now)
            until_s, answer = await self._parts.closed.closed_until(
                session.core.end_s, now_s=now.timestamp()
            )
            due = until_s > session.core.end_s
            await self._relearner.attend(session, now, due=due)
            more = False
            if version := self._relearner.waits_for:
                answer = Answer(closed=False, reason=f"learning what model {version} says is usual")
            elif due:
                more = await session.take_minutes(until_s, now)
            await self._say(session, answer)
            await self._parts.notifier.tick(self._now())
            return more

    async def _begin(self) -> Session:
        parts, now = self._parts, self._now()
        latest_s = int(now.timestamp()) // 60 * 60
        closed_s, _ = await parts.closed.closed_until(latest_s - 120, now_s=now.timestamp())
        until_s = closed_s if closed_s > latest_s - 120 else latest_s - _LAG_S
        version = ""
        if parts.teacher is not None:
            version = await asyncio.to_thread(parts.teacher.active_version)
        recovery = Recovery(parts.new_core, parts.counts, parts.journal, parts.store, version)
        recovering = asyncio.create_task(
            asyncio.to_thread(recovery.recover, history_until_s=until_s, now=now)
        )
        while not recovering.done():
            rows = self._states.due(self._now(), end_s=0, reason="", unknown={}, learning=True)
            # The reading goes on whatever happens here: two at a time would share connections.
            with suppress(StoreError):
                await asyncio.to_thread(parts.states.write_states, rows, self._now())
            await asyncio.wait({recovering}, timeout=_LEARNING_EVERY_S)
        found = recovering.result()
        if not found.core.end_s:
            found.core.watch.minute_s = until_s - 60
        delivery = Delivery(
            parts.store, parts.topic, parts.evidence, parts.notifier, found.core.rules
        )
        session = Session(
            core=found.core,
            number=found.number,
            counts=parts.counts,
            journal=parts.journal,
            store=parts.store,
            delivery=delivery,
            metrics=self._metrics,
        )
        await delivery.deliver(found.events)
        await session.keep(now)
        logger.info("leading, with %d series", found.core.watch.series)
        self._session = session
        return session

    async def _say(self, session: Session, answer: Answer) -> None:
        now = self._now()
        unknown = session.last.unknown if session.last is not None else {}
        rows = self._states.due(
            now, end_s=session.core.end_s, reason=answer.reason, unknown=unknown
        )
        if rows:
            await asyncio.to_thread(self._parts.states.write_states, rows, now)
