"""A replay as a job: held by one process, told when to stop, its end written down."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from schemas.errors import GroundswellError, RuntimePartError, StoreError
from schemas.replay import Event, LaneProgress, State
from streams.replay.lease import (
    LEASE_S,
    RENEW_S,
    Owner,
    encode_owner,
    holders,
    this_process,
)
from streams.replay.runner import ReplayParts, ReplayRunner
from streams.replay.state import FINAL
from streams.replay.store import Job, ReplayStore

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 1.0
_TRIES: Final = 3

OnProgress = Callable[["list[LaneProgress]"], None]


class ReplayJob:
    """One process's hold on a replay.

    desk: not to be used by others meanwhile. who: stands in the job's history.
    on_progress: called about every second with how far the lanes are read.
    """

    def __init__(
        self, job: Job, desk: ReplayStore, *, who: str, on_progress: OnProgress = lambda _: None
    ) -> None:
        self._id = job.plan.id
        self._job = job
        self._desk = desk
        self._who = who
        self._on_progress = on_progress
        self._owner = encode_owner(this_process())
        self._until_s = 0.0
        self._wish: State | None = None
        self._lost_to: Owner | None = None
        self._runner: ReplayRunner | None = None
        self._why = ""

    def stop(self, why: str) -> None:
        """Pause in order."""
        self._why = why
        if self._runner is not None:
            self._runner.stop()

    async def carry_out(self, parts: ReplayParts) -> State:
        """Work the replay off, or until somebody wants it to stop; returns how it ended.

        Raises RuntimePartError if another process has it, and what ended it otherwise; the job
        then is `failed`, and can be resumed.
        """
        await self._take()
        try:
            await asyncio.to_thread(self._desk.say, self._id, Event.STARTED, who=self._who)
            return await self._run(parts)
        finally:
            with suppress(StoreError):
                await asyncio.to_thread(self._desk.claim, self._id, self._owner, lease_s=0)

    async def _run(self, parts: ReplayParts) -> State:
        runner = self._runner = ReplayRunner(parts, self._job.progress, may_go_on=self._check_lease)
        if self._why:
            runner.stop()
        attending = asyncio.create_task(self._attend(runner))
        try:
            done = await runner.run()
        except Exception as error:
            detail = str(error) if isinstance(error, GroundswellError) else repr(error)
            if self._lost_to is None:
                with suppress(StoreError):
                    await self._say(Event.FAILED, detail)
            raise
        finally:
            attending.cancel()
            await asyncio.wait({attending})
            self._on_progress(list(runner.reached.values()))
        self._check_loss()
        if done:
            return await self._say(Event.DONE, "")
        cancelled = self._wish is State.CANCELLING
        return await self._say(Event.CANCELLED if cancelled else Event.PAUSED, self._why)

    async def _say(self, event: Event, detail: str) -> State:
        await asyncio.to_thread(self._desk.say, self._id, event, who=self._who, detail=detail)
        return await asyncio.to_thread(self._desk.state, self._id)

    async def _take(self) -> None:
        """Become the one that works on it; see streams/replay/lease.py."""
        other = await asyncio.to_thread(self._claim_alone)
        for _ in range(_TRIES):
            if other is None:
                break
            await asyncio.sleep(random.uniform(0.1, 0.5))  # noqa: S311 - to come apart, no secret
            other = await asyncio.to_thread(self._claim_alone)
        if other is not None:
            raise RuntimePartError(
                f"replay {self._id} is held by {other}; see `groundswell replay show {self._id}`, "
                f"and `groundswell replay pause {self._id}` lets it go"
            )
        state = await asyncio.to_thread(self._desk.state, self._id)
        if state in FINAL:
            await asyncio.to_thread(self._desk.claim, self._id, self._owner, lease_s=0)
            raise RuntimePartError(f"replay {self._id} is {state}; begin a new one")

    def _claim_alone(self) -> Owner | None:
        """Hold the replay from now on, or name another one that does."""
        others = held_by(self._desk, self._id, own=self._owner)
        if not others:
            begun_s = time.monotonic()
            self._desk.claim(self._id, self._owner)
            others = held_by(self._desk, self._id, own=self._owner)
            if not others:
                self._until_s = begun_s + LEASE_S
                return None
            self._desk.claim(self._id, self._owner, lease_s=0)
        return others[0]

    def _check_loss(self) -> None:
        if self._lost_to is not None:
            raise RuntimePartError(
                f"replay {self._id} was taken over by {self._lost_to}, as this process could not "
                f"say for {LEASE_S:.0f} s that it works on it"
            )

    def _check_lease(self) -> None:
        """Raises what keeps rows from being written: for good, or until it is held again."""
        self._check_loss()
        if time.monotonic() > self._until_s:
            raise StoreError(f"replay {self._id} is not held just now, and asked for again")

    async def _attend(self, runner: ReplayRunner) -> None:
        """Hold the lease, look for wishes, tell how far it is."""
        renew_s = begun_s = time.monotonic()
        before = sum(lane.read for lane in runner.reached.values())
        while True:
            now_s = time.monotonic()
            lanes = list(runner.reached.values())
            self._on_progress(lanes)
            rate = (sum(lane.read for lane in lanes) - before) / max(now_s - begun_s, 1.0)
            try:
                if now_s > self._until_s:
                    # ClickHouse was away, or this process was stopped: another may have come.
                    self._lost_to = await asyncio.to_thread(self._claim_alone)
                    if self._lost_to is not None:
                        runner.stop()
                        return
                elif now_s >= renew_s:
                    await asyncio.to_thread(self._desk.claim, self._id, self._owner, rate=rate)
                    self._until_s, renew_s = now_s + LEASE_S, now_s + RENEW_S
                state = await asyncio.to_thread(self._desk.state, self._id)
            except StoreError as error:
                logger.warning("the replay's state is not known: %s", error)
            else:
                if state in {State.PAUSING, State.CANCELLING, State.CANCELLED}:
                    self._wish = State.PAUSING if state is State.PAUSING else State.CANCELLING
                    runner.stop()
            await asyncio.sleep(_LOOK_EVERY_S)


def held_by(desk: ReplayStore, id_: str, *, own: str = "") -> list[Owner]:
    """Processes that work on a replay now, beside one's own."""
    return holders(desk.claims(id_), own=own)
