"""Receivers on this machine: real HTTP and SMTP servers that keep what they get."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from compose.runtime.kafka import free_port
from schemas.routes import Channel, MailSecurity, MailServer, Target


@dataclass
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """Answers every POST the same way, until told otherwise."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "{}"
    delay_s: float = 0.0
    got: list[Got] = field(default_factory=list)
    accepted: list[Got] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Keep the request, wait, answer."""
        got = Got(request.path_qs, dict(request.headers), await request.read())
        self.got.append(got)
        status, headers, body = self.status, self.headers, self.body
        await asyncio.sleep(self.delay_s)
        if status < 300:
            self.accepted.append(got)
        return web.Response(status=status, headers=headers, text=body)


@asynccontextmanager
async def http_receiver(**fields: Any) -> AsyncIterator[HttpReceiver]:
    """A receiver at a free port of loopback."""
    receiver = HttpReceiver(**fields)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    receiver.url = f"http://127.0.0.1:{port}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


class MailReceiver:
    """A mail server that keeps what it takes, and can refuse."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.refusal = ""

    async def handle_DATA(  # noqa: N802 - the library looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or say why not."""
        if self.refusal:
            return self.refusal
        self.mails.append(envelope)
        return "250 OK"


def mail_target(port: int, to: str = "a@example.com") -> Target:
    """Somebody whose mail goes to the receiver at that port."""
    server = MailServer(
        host="127.0.0.1",
        port=port,
        security=MailSecurity.NONE,
        user="",
        sender="alerts@example.com",
    )
    return Target(channel=Channel.EMAIL, to=(to,), mail=server)


@asynccontextmanager
async def mail_receiver() -> AsyncIterator[tuple[MailReceiver, int]]:
    """A mail server in a thread of its own, and its port."""
    receiver = MailReceiver()
    controller = Controller(receiver, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    controller.start()
    try:
        yield receiver, controller.port
    finally:
        controller.stop()
