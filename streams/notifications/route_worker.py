"""Delivers the messages of one route, in order, each until an answer is final."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from schemas.errors import StoreError
from streams.notifications.delivery import Answer, Deliverer, Outcome, retry_wait_s
from streams.notifications.outbox import WAITING, Entry, Status

logger = logging.getLogger(__name__)

GIVE_UP_AFTER: Final = timedelta(days=1)
_MARK_AGAIN_S: Final = 1.0
_STATUSES: Final = {
    Outcome.DELIVERED: Status.DELIVERED,
    Outcome.REFUSED: Status.REFUSED,
    Outcome.GONE: Status.GONE,
}


@dataclass(frozen=True, slots=True)
class RouteState:
    """How a route does, for people. status: of its last try, or "" without one."""

    route: str
    status: Status | None
    detail: str
    waiting: int
    is_shut: bool


class RouteWorker:
    """One route's queue and the task that works it off; no other route waits for it.

    keep: writes an entry to the outbox; raises StoreError. now, chance: injected.
    """

    def __init__(
        self,
        route: str,
        deliverer: Deliverer,
        *,
        keep: Callable[[Entry], Awaitable[None]],
        now: Callable[[], datetime],
        chance: random.Random,
    ) -> None:
        self._route = route
        self._deliverer = deliverer
        self._keep = keep
        self._now = now
        self._chance = chance
        self._queue: deque[Entry] = deque()
        # Everything that was ever in the queue: the outbox may be read while it is being marked.
        self._known: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._last: Entry | None = None
        # The address that wants nothing more, as a hash.
        self._shut = ""

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way, or the receiver wants nothing."""
        return bool(self._queue) or bool(self._shut)

    def state(self) -> RouteState:
        """How the route does."""
        last = self._last
        return RouteState(
            route=self._route,
            status=last.status if last else None,
            detail=last.detail if last else "",
            waiting=len(self._queue),
            is_shut=bool(self._shut),
        )

    def recall(self, entries: Iterable[Entry]) -> None:
        """Take over what was kept of this route, by the time it was planned."""
        kept = list(entries)
        tried = [entry for entry in (*kept, self._last) if entry and entry.address]
        if tried:
            self._last = max(tried, key=lambda entry: entry.at)
            self._shut = self._last.address if self._last.status is Status.GONE else ""
        for entry in kept:
            if entry.status in WAITING and entry.notification.id not in self._known:
                self._take(entry)
        self.wake()

    def give(self, entry: Entry) -> None:
        """Take over a message that is kept in the outbox."""
        self._take(entry)
        self.wake()

    def wake(self) -> None:
        """Go on, if there is something to do and an address that may take it."""
        if self._shut and self._deliverer.address_hash() != self._shut:
            logger.info("route %r has another address: it is used again", self._route)
            self._shut = ""
        is_idle = self._task is None or self._task.done()
        if self._queue and not self._shut and is_idle:
            self._task = asyncio.create_task(self._work())

    def _take(self, entry: Entry) -> None:
        self._known.add(entry.notification.id)
        self._queue.append(entry)

    async def close(self) -> None:
        """Stop at once; what is not marked is sent again by whoever opens the outbox next."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while self._queue and not self._shut:
            done = await self._try(self._queue[0])
            self._last = done
            if done.status not in WAITING:
                self._queue.popleft()
            elif done.status is Status.GONE:
                self._queue[0] = done
                self._shut = done.address
            else:
                self._queue[0] = done

    async def _try(self, entry: Entry) -> Entry:
        """Wait until it is due, try it once, and mark what came of it."""
        wait_s = (entry.next_attempt_at - self._now()).total_seconds()
        if entry.attempts and wait_s > 0:
            await asyncio.sleep(wait_s)
        if self._now() - entry.notification.at > GIVE_UP_AFTER:
            # It is no news any more, whether the receiver or this process was away.
            done = self._ended(entry, Status.GAVE_UP, entry.detail or "too old to be sent")
            await self._mark(done)
            return done
        address = self._deliverer.address_hash()
        answer = await self._answer(entry)
        done = self._marked(entry, answer, address)
        if done.status is not Status.DELIVERED:
            logger.warning(
                "notification %s to route %r: %s after %d tries (%s)",
                entry.notification.id,
                self._route,
                done.status,
                done.attempts,
                done.detail,
            )
        await self._mark(done)
        return done

    async def _answer(self, entry: Entry) -> Answer:
        try:
            return await self._deliverer.deliver(entry.notification, self._now())
        except Exception as error:
            # A mistake of ours, which must not stop the route for ever, nor show a secret.
            logger.exception("route %r", self._route)
            return Answer(Outcome.RETRY, f"failed: {type(error).__name__}", slow=True)

    def _marked(self, entry: Entry, answer: Answer, address: str) -> Entry:
        now = self._now()
        attempts = entry.attempts + 1
        status = _STATUSES.get(answer.outcome, Status.RETRYING)
        wait_s = 0.0
        if status is Status.RETRYING:
            wait_s = retry_wait_s(answer, attempts, self._chance)
        return replace(
            self._ended(entry, status, answer.detail),
            attempts=attempts,
            next_attempt_at=now + timedelta(seconds=wait_s),
            address=address,
        )

    def _ended(self, entry: Entry, status: Status, detail: str) -> Entry:
        # The later row counts, even if the clock was set back meanwhile.
        at = max(self._now(), entry.at + timedelta(milliseconds=1))
        return replace(entry, status=status, detail=detail, at=at)

    async def _mark(self, entry: Entry) -> None:
        """Write it down; a message that went is not sent again because ClickHouse is away."""
        while True:
            try:
                await self._keep(entry)
            except StoreError as error:
                logger.warning("the outbox of route %r: %s", self._route, error)
                if entry.status is Status.RETRYING:
                    return  # the next try says more
                await asyncio.sleep(_MARK_AGAIN_S)
            else:
                return
