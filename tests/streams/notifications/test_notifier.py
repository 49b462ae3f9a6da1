"""From incidents to real receivers: at least once, with the same id, no route delaying another."""

import asyncio
import base64
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as mail_policy
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from clickhouse_driver import Client
from standardwebhooks.webhooks import Webhook

from schemas.alert import Alert
from schemas.routes import Channel, Route, SecretReference, Target
from streams.clickhouse.migrate import migrate
from streams.notifications.channels.mail import MailDeliverer
from streams.notifications.delivery import Outcome
from streams.notifications.notification import Message, Notification, Purpose, Section
from streams.notifications.notifier import Notifier, send_test
from streams.notifications.outbox import ClickHouseOutbox, Entry, Status
from streams.notifications.planner import Planner
from tests.streams.notifications import victim
from tests.streams.notifications.incidents import (
    HOUR,
    MINUTE,
    evidence,
    incident,
    resolved,
    route,
)
from tests.streams.notifications.receivers import Got, http_receiver, mail_receiver, mail_target

SECRET = "whsec_" + base64.b64encode(b"a" * 32).decode()


@pytest.fixture(scope="module")
def migrated(clickhouse_server: str) -> str:
    """The URL of a database of these tests with all tables."""
    url = clickhouse_server.replace("/default", f"/notify_{uuid4().hex[:8]}")
    migrate(url)
    return url


@pytest.fixture
def database(migrated: str) -> str:
    """The same, empty."""
    with Client.from_url(migrated) as client:
        for table in ("notifications", "incident_events"):
            client.execute(f"TRUNCATE TABLE {table}")
    return migrated


class Ticker:
    """A notifier that is ticked as the monitor does it, faster."""

    def __init__(self, notifier: Notifier) -> None:
        self.notifier = notifier

    async def tick(self) -> None:
        """One tick, planned to its end."""
        await self.notifier.tick(datetime.now(UTC))
        await self.notifier.settle()

    async def until(self, holds: Callable[[], bool], *, timeout_s: float = 30) -> float:
        """Tick until something holds; the seconds that it took."""
        begin = time.monotonic()
        while not holds():
            assert time.monotonic() - begin < timeout_s, "too late"
            await self.tick()
            await asyncio.sleep(0.05)
        return time.monotonic() - begin


@asynccontextmanager
async def notifying(database: str, *routes: Route) -> AsyncIterator[Ticker]:
    with ClickHouseOutbox(database) as outbox:
        notifier = Notifier(
            routes, outbox, dashboard_url="https://page.example", environment={"SECRET": SECRET}
        )
        try:
            yield Ticker(notifier)
        finally:
            await notifier.close()


def to(name: str, url: str, **fields: Any) -> Route:
    """A route to a webhook on this machine."""
    secrets = (SecretReference("env", "SECRET"),)
    target = Target(channel=Channel.WEBHOOK, url=url, secrets=secrets, allow_private=True)
    return route(name, target=target, **fields)


def now() -> datetime:
    return datetime.now(UTC)


def ids(got: Sequence[Got]) -> list[str]:
    return [one.headers["webhook-id"] for one in got]


def rows(database: str) -> dict[str, tuple[str, int, str]]:
    """Route to status, attempts and detail."""
    with Client.from_url(database) as client:
        found = client.execute("SELECT route, status, attempts, detail FROM notifications FINAL")
    return {name: (status, attempts, detail) for name, status, attempts, detail in found}


def statuses(database: str) -> set[str]:
    """Of all notifications."""
    with Client.from_url(database) as client:
        return {status for (status,) in client.execute("SELECT status FROM notifications FINAL")}


def write_events(database: str, *alerts: Alert) -> None:
    """What the monitor has done before it gives them to the notifier."""
    with Client.from_url(database) as client:
        client.execute(
            "INSERT INTO incident_events (key, sequence, change, brand, kind, status, severity,"
            " opened_at, at, alert) VALUES",
            [
                (
                    alert.key, alert.sequence, alert.change.value, alert.brand, alert.kind.value,
                    alert.status.value, alert.severity.value, alert.opened_at, alert.updated_at,
                    msgspec.json.encode(alert).decode(),
                )
                for alert in alerts
            ],
        )  # fmt: skip


def test_a_signed_message_arrives_once(database: str):
    """Verified by the reference library; the outbox says that it was delivered."""

    async def play() -> None:
        async with (
            http_receiver() as receiver,
            notifying(database, to("a", receiver.url)) as ticker,
        ):
            event = incident(at=now(), evidence=evidence())
            await ticker.notifier.notify([event, event])
            await ticker.until(lambda: rows(database).get("a", ("",))[0] == "delivered")
            for _ in range(5):
                await ticker.notifier.notify([event])
                await ticker.tick()
            (got,) = receiver.got
            payload = Webhook(SECRET).verify(got.body, got.headers)
            assert payload["data"]["notices"][0]["alert"]["evidence"]["posts"] == 128
            over = resolved(began=event.opened_at, at=now() - 5 * MINUTE)
            await ticker.notifier.notify([over])
            await ticker.until(lambda: len(receiver.got) == 2)
            assert len(set(ids(receiver.got))) == 2

    asyncio.run(play())


FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 503},
    {"status": 429, "headers": {"Retry-After": "3"}},
    {"status": 302},
    {"delay_s": 60.0},
)


@pytest.mark.fault
@pytest.mark.scenario("alert-receiver-fault")
def test_failing_receivers_have_it_soon_after_their_recovery(database: str):
    """The healthy one exactly once and at once; the failing ones within 30 s of their recovery."""

    async def play() -> None:
        async with AsyncExitStack() as stack:
            good = await stack.enter_async_context(http_receiver())
            bad = [await stack.enter_async_context(http_receiver(**fault)) for fault in FAULTS]
            # Who follows it gives the healthy one a second message.
            bad[2].headers = {"Location": good.url}
            routes = [to(f"bad {n}", one.url) for n, one in enumerate(bad)]
            ticker = await stack.enter_async_context(
                notifying(database, *routes, to("good", good.url))
            )
            await ticker.notifier.notify([incident(at=now())])
            assert await ticker.until(lambda: bool(good.got)) < 5
            await ticker.until(lambda: all(one.got for one in bad))
            asked = time.monotonic()
            await ticker.until(lambda: len(bad[0].got) > 1 and len(bad[2].got) > 1)
            for one in bad:
                one.status, one.headers, one.delay_s = 200, {}, 0.0
            await ticker.until(lambda: bool(bad[1].accepted))
            assert time.monotonic() - asked > 2  # not before it was allowed
            await ticker.until(lambda: all(one.accepted for one in bad))
            await ticker.until(lambda: {row[0] for row in rows(database).values()} == {"delivered"})
            assert len(good.got) == 1
            for one in bad:
                assert len(set(ids(one.got))) == 1
                assert len(one.accepted) == 1
                assert all(got.path == "/hook" for got in one.got)

    asyncio.run(play())


@pytest.mark.fault
@pytest.mark.scenario("alert-receiver-fault")
def test_gone_shuts_the_route_until_its_address_changes(database: str):
    """Across a restart; what was not taken goes to the new address, with the same id."""

    async def play() -> None:
        async with http_receiver(status=410) as gone, http_receiver() as good:
            event = incident(at=now())
            write_events(database, event)
            async with notifying(database, to("a", gone.url)) as ticker:
                await ticker.notifier.notify([event])
                await ticker.until(lambda: rows(database).get("a", ("",))[0] == "gone")
                # The row is written first: what a death between the two leaves is told by it.
                await ticker.until(lambda: ticker.notifier.states()[0].is_shut)
                assert "410" in ticker.notifier.states()[0].detail
            gone.status = 200
            async with notifying(database, to("a", gone.url)) as ticker:
                await ticker.notifier.notify([incident("other", at=now())])
                for _ in range(10):
                    await ticker.tick()
                assert ticker.notifier.states()[0].is_shut
                assert len(gone.got) == 1
            async with notifying(database, to("a", good.url)) as ticker:
                await ticker.notifier.notify([incident("other", at=now())])
                await ticker.until(lambda: len(good.got) == 2)
            assert ids(good.got)[0] == ids(gone.got)[0]

    asyncio.run(play())


def test_what_came_up_while_a_receiver_was_down_comes_together(database: str):
    """Ten incidents of ten brands: one message after the one that was on its way."""

    async def play() -> None:
        async with (
            http_receiver(status=503) as bad,
            notifying(database, to("a", bad.url)) as ticker,
        ):
            await ticker.notifier.notify([incident(at=now())])
            await ticker.until(lambda: bool(bad.got))
            events = [incident(f"k{n}", brand=f"b{n}", at=now()) for n in range(10)]
            await ticker.notifier.notify(events)
            await ticker.tick()
            bad.status = 200
            await ticker.until(lambda: len(bad.accepted) == 2)
            notices = msgspec.json.decode(bad.accepted[1].body)["data"]["notices"]
            assert len(notices) == 10

    asyncio.run(play())


def test_a_refused_message_is_given_up_and_the_next_one_goes(database: str):
    """400: the receiver will never take it."""

    async def play() -> None:
        async with (
            http_receiver(status=400, body="no") as bad,
            notifying(database, to("a", bad.url)) as ticker,
        ):
            await ticker.notifier.notify([incident(at=now())])
            await ticker.until(lambda: rows(database).get("a", ("",))[0] == "refused")
            bad.status = 200
            await ticker.notifier.notify([incident("other", at=now())])
            await ticker.until(lambda: len(bad.accepted) == 1)

    asyncio.run(play())


@pytest.mark.fault
@pytest.mark.scenario("alert-once")
def test_killed_between_send_and_mark_it_comes_again_with_the_same_id(
    database: str, figure: Callable[[str], None]
):
    """Five SIGKILLs, each while the receiver has it and has not answered: one id, taken once."""

    async def play() -> None:
        async with http_receiver(delay_s=600.0) as receiver:
            opened = now()
            for number in range(5):
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    victim.__name__,
                    database,
                    receiver.url,
                    str(opened.timestamp()),
                )
                try:
                    begin = time.monotonic()
                    while len(receiver.got) <= number:
                        assert time.monotonic() - begin < 30
                        await asyncio.sleep(0.01)
                finally:
                    process.kill()
                    await process.wait()
            assert rows(database)["a"][0] == "planned"
            receiver.delay_s = 0.0
            async with notifying(database, to("a", receiver.url)) as ticker:
                await ticker.notifier.notify([incident(at=opened)])
                await ticker.until(lambda: rows(database)["a"][0] == "delivered")
            assert len(receiver.got) == 6
            assert len(set(ids(receiver.got))) == 1
            assert len(receiver.accepted) == 1

    asyncio.run(play())
    figure("5 SIGKILLs between send and mark: one id, accepted once")


def test_a_restart_tells_nothing_twice(database: str):
    """What was told stands in the outbox, what happened in the incidents' table."""

    async def play() -> None:
        async with http_receiver() as receiver:
            event = incident(at=now())
            write_events(database, event)
            for _ in range(3):
                async with notifying(database, to("a", receiver.url)) as ticker:
                    await ticker.until(lambda: rows(database).get("a", ("",))[0] == "delivered")
                    for _ in range(3):
                        await ticker.tick()
            assert len(receiver.got) == 1

    asyncio.run(play())


def test_a_monitor_that_leads_again_knows_what_the_other_one_told(database: str):
    """Two monitors by turns: nothing twice."""

    async def play() -> None:
        async with (
            http_receiver() as receiver,
            notifying(database, to("a", receiver.url)) as first,
            notifying(database, to("a", receiver.url)) as second,
        ):
            begin = now()
            events = [incident(f"k{n}", at=begin) for n in range(3)]
            for number, ticker in enumerate((first, second, first)):
                write_events(database, events[number])
                await ticker.notifier.notify([events[number]])
                for _ in range(2):
                    await ticker.notifier.tick(begin + number * MINUTE)
                    await ticker.notifier.settle()
                for _ in range(500):
                    if len(receiver.got) > number and statuses(database) == {"delivered"}:
                        break
                    await asyncio.sleep(0.02)
            told = [
                notice["alert"]["key"]
                for got in receiver.got
                for notice in msgspec.json.decode(got.body)["data"]["notices"]
            ]
            assert told == ["k0", "k1", "k2"]

    asyncio.run(play())


def test_what_waited_for_more_than_a_day_is_given_up(database: str):
    """The monitor was down for two days with a message on its way."""

    async def play() -> None:
        async with http_receiver() as receiver:
            past = now() - 48 * HOUR
            planner = Planner("https://page.example")
            planner.observe([incident(at=past)])
            (old,) = planner.plan([to("a", receiver.url)], past)
            entry = Entry(
                notification=old,
                status=Status.PLANNED,
                attempts=0,
                next_attempt_at=past,
                detail="",
                address="",
                at=past,
            )
            with ClickHouseOutbox(database) as outbox:
                outbox.write([entry])
            async with notifying(database, to("a", receiver.url)) as ticker:
                await ticker.until(lambda: statuses(database) == {"gave_up"})
            assert receiver.got == []

    asyncio.run(play())


def test_nothing_is_sent_while_the_outbox_is_away():
    """Written before it is sent; and the monitor's loop goes on meanwhile."""

    async def play() -> None:
        async with http_receiver() as receiver:
            away = "clickhouse://127.0.0.1:9/none"
            async with notifying(away, to("a", receiver.url)) as ticker:
                await ticker.notifier.notify([incident(at=now())])
                for _ in range(3):
                    await ticker.tick()
            assert receiver.got == []

    asyncio.run(play())


def test_mail_arrives_with_the_id(database: str):
    """A real mail server, which first has no room."""

    async def play() -> None:
        async with mail_receiver() as (receiver, port):
            target = mail_target(port)
            async with notifying(database, route("mail", target=target)) as ticker:
                receiver.refusal = "452 no room"
                await ticker.notifier.notify([incident(at=now(), evidence=evidence())])
                await ticker.until(lambda: rows(database).get("mail", ("",))[0] == "retrying")
                receiver.refusal = ""
                await ticker.until(lambda: rows(database)["mail"][0] == "delivered")
            (envelope,) = receiver.mails
            assert envelope.rcpt_tos == ["a@example.com"]
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content)
            with ClickHouseOutbox(database) as outbox:
                (entry,) = outbox.entries(now() - HOUR)
            assert mail["Message-ID"] == f"<{entry.notification.id}@example.com>"

    asyncio.run(play())


@pytest.mark.parametrize("to", ["a@example.com", "a@münchen.example"])
def test_mail_arrives_as_it_was_written(to: str):
    """Lines that begin with "From" or a dot, and addresses outside of ASCII."""

    async def play() -> None:
        async with mail_receiver() as (receiver, port):
            told = route("mail", target=mail_target(port, to))
            lines = ("From 2026-11-26 on", ".", "ends")
            notification = Notification(
                id="mail-1",
                route="mail",
                purpose=Purpose.TEST,
                at=now(),
                message=Message(
                    title="A title",
                    sections=(Section(heading="A heading", lines=lines),),
                    link="https://page.example",
                    link_label="The page",
                ),
            )
            with ThreadPoolExecutor(1) as threads:
                answer = await MailDeliverer(told, threads).deliver(notification, now())
            assert answer.outcome is Outcome.DELIVERED, answer
            (envelope,) = receiver.mails
            assert envelope.rcpt_tos == [to]
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=mail_policy)
            body = mail.get_body(("plain",))
            assert body is not None
            assert set(lines) <= set(body.get_content().splitlines())

    asyncio.run(play())


def test_apprise_sends_the_rest(database: str, monkeypatch: pytest.MonkeyPatch):
    """Its generic JSON address, to a real receiver that first fails."""

    async def play() -> None:
        async with http_receiver(status=503) as receiver:
            address = receiver.url.replace("http://", "json://")
            target = Target(channel=Channel.APPRISE, url=SecretReference("env", "APPRISE"))
            with ClickHouseOutbox(database) as outbox:
                notifier = Notifier(
                    [route("rest", target=target)],
                    outbox,
                    dashboard_url="https://page.example",
                    environment={"APPRISE": address},
                )
                ticker = Ticker(notifier)
                await notifier.notify([incident(at=now(), evidence=evidence("*x* <b> @all"))])
                await ticker.until(lambda: bool(receiver.got))
                receiver.status = 200
                await ticker.until(lambda: bool(receiver.accepted))
                await notifier.close()
            payload = msgspec.json.decode(receiver.accepted[0].body)
            assert payload["type"] == "warning"
            assert "@all" not in payload["message"]

    asyncio.run(play())


def test_one_marked_test_message():
    """Through one route, whatever its filters; the answer comes back. Secrets are not in it."""

    async def play() -> None:
        async with http_receiver() as receiver:
            environment = {"SECRET": SECRET}
            chosen = to("a", receiver.url, immediate=False)
            url = "https://page.example"
            answer = await send_test(chosen, dashboard_url=url, environment=environment)
            assert answer.outcome is Outcome.DELIVERED
            assert b"TEST: this is no incident" in receiver.got[0].body
            answer = await send_test(chosen, dashboard_url=url, environment={})
            assert answer.outcome is Outcome.RETRY
            assert "env:SECRET is not set" in answer.detail

    asyncio.run(play())


def test_asked_for_tests_go_through_all_routes_once(database: str):
    """By an alert whose key says so; it is no incident."""

    async def play() -> None:
        async with http_receiver() as receiver:
            routes = [to("a", receiver.url), to("b", receiver.url, immediate=False)]
            async with notifying(database, *routes) as ticker:
                test = incident("test-1", at=now())
                await ticker.notifier.notify([test])
                await ticker.until(lambda: len(receiver.got) == 2)
                await ticker.notifier.notify([test])
                for _ in range(5):
                    await ticker.tick()
            assert len(receiver.got) == 2
            assert all(b'"type":"test"' in one.body for one in receiver.got)

    asyncio.run(play())
