"""Receivers that fail for minutes, incidents that flap: who must know is told, once."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from schemas.alert import Alert
from streams.clickhouse.migrate import migrate
from streams.notifications.notifier import Notifier
from streams.notifications.outbox import ClickHouseOutbox
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.lengths import seconds, within
from tests.streams.notifications.incidents import HOUR, MINUTE, SECOND, incident, resolved
from tests.streams.notifications.receivers import Got, HttpReceiver, http_receiver
from tests.streams.notifications.test_notifier import FAULTS, SECRET, ids, notifying, to

pytestmark = [pytest.mark.slow_fault, pytest.mark.timeout(600)]


@pytest.fixture
def database(clickhouse_server: str) -> str:
    """The URL of an empty database with all tables."""
    url = clickhouse_server.replace("/default", f"/notify_{uuid4().hex[:8]}")
    migrate(url)
    return url


@pytest.mark.scenario("alert-receiver-fault")
def test_receivers_that_fail_for_minutes(database: str, figure: Figure):
    """503, 429, a redirect, no answer, gone: the healthy one is told at once, the others later.

    When they are well again, the tries are as far apart as they come.
    """
    outage_s = seconds(180)

    async def play() -> tuple[float, list[float]]:
        async with AsyncExitStack() as stack:
            good = await stack.enter_async_context(http_receiver())
            gone = await stack.enter_async_context(http_receiver(status=410))
            bad = [await stack.enter_async_context(http_receiver(**fault)) for fault in FAULTS]
            bad[2].headers = {"Location": good.url}
            bad[3].delay_s = 3600.0
            routes = [to(f"bad {n}", one.url) for n, one in enumerate(bad)]
            ticker = await stack.enter_async_context(
                notifying(database, *routes, to("gone", gone.url), to("good", good.url))
            )
            await ticker.notifier.notify([incident(at=datetime.now(UTC))])
            told_s = await ticker.until(lambda: bool(good.got))
            until = time.monotonic() + outage_s
            await ticker.until(lambda: time.monotonic() > until, timeout_s=outage_s + 10)
            for one in bad:
                one.status, one.headers, one.delay_s = 200, {}, 0.0
            well = time.monotonic()
            reached_s = [0.0] * len(bad)

            def all_reached() -> bool:
                for number, one in enumerate(bad):
                    if one.accepted and not reached_s[number]:
                        reached_s[number] = time.monotonic() - well
                return all(reached_s)

            await ticker.until(all_reached)
            await ticker.until(
                lambda: (
                    not any(
                        state.waiting and not state.is_shut for state in ticker.notifier.states()
                    )
                )
            )
            assert (len(good.got), len(gone.got)) == (1, 1)
            for one in bad:
                assert len(set(ids(one.got))) == len(one.accepted) == 1
            return told_s, reached_s

    told_s, reached_s = asyncio.run(play())
    assert told_s < within(5)
    assert max(reached_s) < within(30)
    figure(
        f"{outage_s:.0f} s of 503, 429, 302, no answer, 410: the healthy one once, {told_s:.1f} s"
    )
    figure(f"the others within {max(reached_s):.0f} s of their recovery")


class World:
    """A notifier on a real outbox and real receivers, and a clock that the test moves."""

    def __init__(self, notifier: Notifier, receiver: HttpReceiver) -> None:
        self.notifier = notifier
        self.receiver = receiver

    async def at(self, now: datetime, *events: Alert) -> None:
        """Events happen, the clock stands at now, and what is planned arrives."""
        await self.notifier.notify(events)
        await self.notifier.tick(now)
        await self.notifier.settle()
        while any(state.waiting for state in self.notifier.states()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def runs(self, since: datetime, until: datetime, step: timedelta) -> None:
        """Nothing happens but time."""
        while since <= until:
            await self.at(since)
            since += step


async def flap(world: World, begin: datetime) -> None:
    """Twenty flaps in ten minutes, then quiet."""
    for number in range(20):
        at = begin + number * 30 * SECOND
        await world.at(at, incident(at=at, sequence=2 * number + 1, opened_at=begin))
        end = at + 15 * SECOND
        await world.at(end, resolved(began=begin, at=end, sequence=2 * number + 2))
    await world.runs(begin + 10 * MINUTE, begin + 3 * HOUR, 20 * SECOND)


async def fifty(world: World, begin: datetime) -> None:
    """Fifty brands within a minute, over after an hour."""
    keys = [f"brand-{number}" for number in range(50)]
    for number, key in enumerate(keys):
        at = begin + number * SECOND
        await world.at(at, incident(key, brand=key, at=at))
    await world.runs(begin + MINUTE, begin + HOUR, 10 * SECOND)
    for number, key in enumerate(keys):
        at = begin + HOUR + number * SECOND
        await world.at(at, resolved(key, brand=key, began=begin, at=at))
    await world.runs(begin + HOUR + MINUTE, begin + 2 * HOUR, 10 * SECOND)


def played(database: str, scene: object, **route: float) -> list[list[tuple[str, str]]]:
    """What and key of each notice, by message, that a receiver got of a scene."""

    async def play() -> Sequence[Got]:
        clock = datetime.now(UTC) - 4 * HOUR
        async with http_receiver() as receiver:
            with ClickHouseOutbox(database) as outbox:
                notifier = Notifier(
                    [to("a", receiver.url, **route)],
                    outbox,
                    dashboard_url="https://page.example",
                    environment={"SECRET": SECRET},
                )
                try:
                    await scene(World(notifier, receiver), clock)  # type: ignore[operator]
                finally:
                    await notifier.close()
                return receiver.got

    messages = [msgspec.json.decode(got.body)["data"]["notices"] for got in asyncio.run(play())]
    return [[(one["what"], one["alert"]["key"]) for one in notices] for notices in messages]


@pytest.mark.scenario("alert-fatigue")
def test_flapping_is_told_of_twice(database: str, figure: Figure):
    """20 flaps in ten minutes: one opening and one end."""
    messages = played(database, flap)
    told = [what for notices in messages for what, _ in notices]
    assert told == ["opened", "resolved"]
    figure(f"20 flaps: {told.count('opened')} opening, {told.count('resolved')} end")


@pytest.mark.scenario("alert-fatigue")
def test_fifty_brands_are_few_messages(database: str, figure: Figure):
    """At most five messages open all of them, and at most five close them."""
    messages = played(database, fifty, wait_s=3)
    opened = sum(notices[0][0] == "opened" for notices in messages)
    closed = len(messages) - opened
    assert Counter(key for notices in messages for _, key in notices) == {
        f"brand-{number}": 2 for number in range(50)
    }
    figure(f"50 brands at once: {opened} and {closed} messages")
    assert opened <= 5
    assert closed <= 5


@pytest.mark.scenario("alert-fatigue")
def test_flapping_bites(database: str, figure: Figure, monkeypatch: pytest.MonkeyPatch):
    """Whoever tells every end at once tells of every flap."""
    monkeypatch.setattr("streams.notifications.wanted.RESOLVE_HOLD", timedelta(0))
    assert len(played(database, flap)) > 5
    figure("bites: telling every end at once")
