"""Puts planner, outbox and channels together: what the monitor gives incidents to."""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.alert import Alert
from schemas.errors import StoreError
from schemas.routes import Route
from streams.notifications.channels.choice import deliverer_of
from streams.notifications.delivery import Answer
from streams.notifications.http_post import HttpPoster
from streams.notifications.notification import Notification
from streams.notifications.outbox import Entry, Outbox, Status
from streams.notifications.planner import FORGOTTEN_AFTER, Planner, marked_test
from streams.notifications.route_worker import RouteState, RouteWorker

logger = logging.getLogger(__name__)

# Whoever has not led for so long reads the outbox anew: another monitor may have written to it.
_AWAY: Final = timedelta(seconds=30)
_THREADS: Final = 8


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _as_it_is(alert: Alert) -> Alert:
    return alert


class Notifier:
    """Tells people about incidents, at least once and in few messages.

    notify and tick return at once: planning, writing and sending go on beside them. Everything
    runs on the event loop of the first tick.
    dashboard_url: for links, without a slash at its end. environment: where secrets are read; None
    for the process's own. shown: an incident as people may be told of it. now: injected for tests.
    """

    def __init__(  # noqa: PLR0913 - what it tells, to whom, and its edges
        self,
        routes: Sequence[Route],
        outbox: Outbox,
        *,
        dashboard_url: str,
        environment: Mapping[str, str] | None = None,
        shown: Callable[[Alert], Alert] = _as_it_is,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._routes = tuple(routes)
        self._shown = shown
        self._outbox = outbox
        self._environment = environment
        self._now = now
        self._chance = random.Random()  # noqa: S311 - spreads tries, keeps no secret
        self._planner = Planner(dashboard_url)
        # Taken in with the next round: the planner works in a thread.
        self._events: list[Alert] = []
        self._workers: dict[str, RouteWorker] = {}
        self._round: asyncio.Task[None] | None = None
        self._last_tick: datetime | None = None
        self._is_current = False
        # The driver's connection is for one thread.
        self._outbox_thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._threads = ThreadPoolExecutor(
            2 * len(routes) + _THREADS, thread_name_prefix="notifications"
        )
        self._poster = HttpPoster(self._threads)

    async def notify(self, events: Sequence[Alert]) -> None:
        """Take in incidents as they stand; the same may come again."""
        self._events += map(self._shown, events)

    async def tick(self, now: datetime) -> None:
        """Send what has become due; to be called about every second by the monitor that leads."""
        if not self._routes or (self._round is not None and not self._round.done()):
            return
        if self._last_tick is None or now - self._last_tick > _AWAY:
            self._is_current = False
        self._last_tick = now
        self._round = asyncio.create_task(self._plan(now))

    def states(self) -> list[RouteState]:
        """How each route does."""
        return [worker.state() for worker in self._workers.values()]

    async def settle(self) -> None:
        """Wait until the last tick's planning is done (not its sending)."""
        if self._round is not None:
            await self._round

    async def close(self) -> None:
        """Stop at once; what is under way is sent again after the next start, with the same id."""
        if self._round is not None:
            self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)
        for worker in self._workers.values():
            await worker.close()
        await self._poster.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        # Whoever owns the outbox closes its connection next: no thread may be using it then.
        await asyncio.to_thread(self._outbox_thread.shutdown, cancel_futures=True)

    async def _plan(self, now: datetime) -> None:
        try:
            if not self._is_current:
                await self._recall(now)
                self._is_current = True
            await self._send_due(now)
        except StoreError as error:
            # Nothing is lost: it is planned again at the next tick.
            logger.warning("notifications wait: %s", error)
        except Exception:
            logger.exception("notifications were not planned")

    async def _recall(self, now: datetime) -> None:
        """Begin with what the outbox and the incidents' table know."""
        since = now - FORGOTTEN_AFTER
        loop = asyncio.get_running_loop()
        kept = await loop.run_in_executor(self._outbox_thread, self._outbox.entries, since)
        stored = await loop.run_in_executor(self._outbox_thread, self._outbox.incidents, since)
        planner = Planner(self._planner.dashboard_url)
        planner.observe(stored)
        planner.observe(self._planner.alerts.values())
        planner.observe(self._planner.tests.values())
        for entry in kept:
            planner.remember(entry.notification)
        self._planner = planner
        if not self._workers:
            self._workers = {route.name: self._worker(route) for route in self._routes}
        for name, worker in self._workers.items():
            worker.recall(entry for entry in kept if entry.notification.route == name)

    def _worker(self, route: Route) -> RouteWorker:
        return RouteWorker(
            route.name,
            deliverer_of(route, self._poster, self._threads, self._environment),
            keep=lambda entry: self._keep([entry]),
            now=self._now,
            chance=self._chance,
        )

    async def _send_due(self, now: datetime) -> None:
        for worker in self._workers.values():
            worker.wake()
        busy = {name for name, worker in self._workers.items() if worker.is_busy}
        events, self._events = self._events, []
        # A thousand open incidents take a while: the monitor's loop goes on meanwhile.
        planned = await asyncio.get_running_loop().run_in_executor(
            self._outbox_thread, self._planned, events, now, busy
        )
        if not planned:
            return
        entries = [_entry(notification, now) for notification in planned]
        await self._keep(entries)
        for entry in entries:
            self._planner.remember(entry.notification)
            self._workers[entry.notification.route].give(entry)

    def _planned(
        self, events: Sequence[Alert], now: datetime, busy: Collection[str]
    ) -> list[Notification]:
        self._planner.observe(events)
        planned = self._planner.plan(self._routes, now, busy=busy)
        self._planner.forget(now)
        return planned

    async def _keep(self, entries: Sequence[Entry]) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._outbox_thread, self._outbox.write, entries)


async def send_test(
    route: Route, *, dashboard_url: str, environment: Mapping[str, str] | None = None
) -> Answer:
    """Send one message, marked as a test, through a route, once; what the receiver said.

    Nothing is kept of it. It goes whatever the route's filters, quiet hours and rate say.
    """
    with ThreadPoolExecutor(2) as threads:
        async with HttpPoster(threads) as poster:
            now = _utc_now()
            name = f"test-{secrets.token_hex(16)}"
            notification = marked_test(route, dashboard_url, name=name, at=now)
            return await deliverer_of(route, poster, threads, environment).deliver(
                notification, now
            )


def _entry(notification: Notification, now: datetime) -> Entry:
    return Entry(
        notification=notification,
        status=Status.PLANNED,
        attempts=0,
        next_attempt_at=now,
        detail="",
        address="",
        at=now,
    )
