"""A digest's mail has its pictures within it, through a real mail server."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy

import pytest
from msgspec.structs import replace

from schemas.routes import Route
from streams.notifications.channels.mail import MailDeliverer
from streams.notifications.delivery import Outcome
from streams.notifications.digest_charts import MAX_INCIDENTS, digest_charts
from streams.notifications.notification import Notification, Purpose
from streams.notifications.wording import Writer
from streams.notifications.words import WORDS
from tests.streams.notifications.incidents import evidence, incident
from tests.streams.notifications.receivers import mail_receiver, mail_target

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)


def route_to(port: int) -> Route:
    return Route(name="mail", target=mail_target(port), zone="Asia/Shanghai")


def digest(count: int = 2, **fields: object) -> Notification:
    alerts = tuple(
        incident(f"k{number}", at=NOW - timedelta(hours=number + 1), evidence=evidence(), **fields)
        for number in range(count)
    )
    message = Writer(route_to(25), "https://page.example").digest(alerts, NOW.date())
    return Notification(
        id="msg_1",
        route="mail",
        purpose=Purpose.DIGEST,
        at=NOW,
        message=message,
        alerts=alerts,
        day="2026-03-11",
    )


async def sent(notification: Notification) -> EmailMessage:
    async with mail_receiver() as (receiver, port):
        with ThreadPoolExecutor(1) as threads:
            answer = await MailDeliverer(route_to(port), threads).deliver(notification, NOW)
        assert answer.outcome is Outcome.DELIVERED
        [envelope] = receiver.mails
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=policy)
        assert isinstance(found, EmailMessage)
        return found


def test_a_digest_shows_its_pictures():
    """Each picture that the page names is a PNG in the mail; nothing is fetched from elsewhere."""
    received = asyncio.run(sent(digest()))
    page = received.get_body(("html",))
    assert page
    named = re.findall(r'<img src="cid:([^"]+)"', page.get_content())
    pictures = {
        part["Content-ID"].strip("<>"): part.get_content()
        for part in received.walk()
        if part.get_content_type() == "image/png"
    }
    assert named
    assert set(named) == set(pictures)
    assert all(png.startswith(b"\x89PNG") for png in pictures.values())
    assert "http" not in page.get_content().replace("https://page.example", "")
    assert received.get_body(("plain",))


def test_a_mail_goes_without_pictures_that_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch):
    """The words are worth more than the pictures."""
    monkeypatch.setattr("streams.notifications.pictures.sys.executable", "/nowhere")
    received = asyncio.run(sent(digest()))
    assert [part for part in received.walk() if part.get_content_maintype() == "image"] == []


def test_what_is_drawn_comes_from_the_digest_alone():
    """Names are made inert and told apart; few are drawn; nothing is drawn of nothing."""
    notification = digest(MAX_INCIDENTS + 3, brand="@all <b>Acme</b>")
    charts = digest_charts(notification, WORDS[route_to(25).language])
    rows = charts[0][1]["data"]["values"]
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names)) == MAX_INCIDENTS
    assert not any("@all" in name for name in names)
    week = digest_charts(replace(notification, days=7), WORDS[route_to(25).language])
    since, until = week[0][1]["encoding"]["x"]["scale"]["domain"]
    assert datetime.fromisoformat(until) - datetime.fromisoformat(since) == timedelta(days=7)
    empty = replace(notification, alerts=())
    assert digest_charts(empty, WORDS[route_to(25).language]) == []
