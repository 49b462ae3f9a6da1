"""E-mail: plain text and simple HTML, in which everything is escaped."""

import asyncio
import hashlib
import html
import logging
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from schemas.errors import ReportError, SettingsError
from schemas.routes import MailSecurity, MailServer, Route, Target
from streams.notifications.channels.plain import as_text
from streams.notifications.delivery import TIMEOUT_S, Answer, Outcome
from streams.notifications.digest_charts import digest_charts
from streams.notifications.notification import Message, Notification, Purpose
from streams.notifications.pictures import drawn
from streams.notifications.plain_text import cleaned, inert
from streams.notifications.secrets import read_secret
from streams.notifications.words import WORDS

_LOG: Final = logging.getLogger(__name__)
_MOST_BYTES: Final = 100_000
_MOST_SUBJECT: Final = 150
_FIRST_PERMANENT: Final = 500
_NO_LOGIN: Final = frozenset((530, 534, 535, 538))
_NO_SUCH_RECIPIENT: Final = frozenset((550, 551, 553))


@dataclass(frozen=True, slots=True)
class MailDeliverer:
    """Delivers the messages of one route by SMTP, each try over a connection of its own.

    executor: threads, of which one is needed for a try.
    """

    route: Route
    executor: Executor
    environment: Mapping[str, str] | None = None

    @property
    def target(self) -> Target:
        """Where to."""
        return self.route.target

    async def deliver(self, notification: Notification, now: datetime) -> Answer:
        """Send one mail to all recipients; see Deliverer."""
        server = self.target.mail
        assert server
        try:
            password = [read_secret(one, self.environment) for one in self.target.secrets]
        except SettingsError as error:
            return Answer(Outcome.RETRY, str(error), slow=True)
        loop = asyncio.get_running_loop()
        pictures = await loop.run_in_executor(self.executor, _pictures, notification, self.route)
        mail = mail_of(notification, self.target, now, pictures=pictures)
        return await loop.run_in_executor(self.executor, _send, server, password, mail)

    def address_hash(self) -> str:
        """See Deliverer."""
        server = self.target.mail
        assert server
        parts = [server.host, str(server.port), server.sender, *self.target.to]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that is shown within the mail, and its title."""

    title: str
    png: bytes


def mail_of(
    notification: Notification,
    target: Target,
    now: datetime,
    *,
    pictures: Sequence[Picture] = (),
) -> EmailMessage:
    """The mail. Its Message-ID is the notification's id: a repeat is the same mail.

    Pictures travel within it, so that nothing is fetched when it is read. Headers are made by the
    library out of one line each, so that no text begins another header.
    """
    assert target.mail
    domain = target.mail.sender.rpartition("@")[2]
    message = notification.message
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = cleaned(f"[Groundswell] {inert(message.title)}", most=_MOST_SUBJECT)
    mail["From"] = Address("Groundswell", addr_spec=target.mail.sender)
    mail["To"] = [Address(addr_spec=address) for address in target.to]
    mail["Date"] = now
    mail["Message-ID"] = f"<{notification.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Groundswell-Route"] = cleaned(notification.route, most=100)
    if notification.purpose is Purpose.INCIDENTS and len(notification.notices) == 1:
        # Mail programs then show an incident's mails as one conversation.
        key = hashlib.sha256(notification.notices[0].key.encode()).hexdigest()[:32]
        mail["References"] = f"<incident-{key}@{domain}>"
    mail.set_content(as_text(message, most_bytes=_MOST_BYTES))
    cids = [f"picture-{number}.{notification.id}@{domain}" for number in range(len(pictures))]
    shown = list(zip(pictures, cids, strict=True))
    mail.add_alternative("\n".join(_html(message, shown)), subtype="html")
    page = mail.get_body(("html",))
    assert isinstance(page, EmailMessage)
    for picture, cid in shown:
        page.add_related(picture.png, "image", "png", cid=f"<{cid}>", disposition="inline")
    return mail


def _pictures(notification: Notification, route: Route) -> list[Picture]:
    """A digest's pictures. A mail without them is better than none."""
    if notification.purpose is not Purpose.DIGEST:
        return []
    charts = digest_charts(notification, WORDS[route.language])
    try:
        found = drawn([spec for _, spec in charts], zone=route.zone)
    except ReportError as error:
        _LOG.warning("digest of %s without pictures: %s", route.name, error)
        return []
    return [Picture(title, png) for (title, _), png in zip(charts, found, strict=True)]


def _html(message: Message, pictures: Sequence[tuple[Picture, str]] = ()) -> Iterator[str]:
    yield '<!DOCTYPE html><html><body style="font-family: sans-serif; max-width: 45em">'
    if not message.sections or message.sections[0].heading != message.title:
        yield f"<h2>{_escaped(message.title)}</h2>"
    for picture, cid in pictures:
        title = _escaped(picture.title)
        yield f"<h3>{title}</h3>"
        yield f'<p><img src="cid:{cid}" alt="{title}" style="max-width: 100%"></p>'
    for section in message.sections:
        yield f"<h3>{_escaped(section.heading)}</h3>"
        for line in section.lines:
            yield f"<p>{_escaped(line)}</p>"
        for quote in section.quotes:
            text, about = _escaped(quote.text), _escaped(quote.about)
            # Text from right to left must not reorder what stands around it.
            quoted = f'<p dir="{quote.direction}">{text}</p><small dir="auto">{about}</small>'
            yield f'<blockquote dir="{quote.direction}">{quoted}</blockquote>'
    link = html.escape(message.link, quote=True)
    yield f'<p><a href="{link}">{_escaped(message.link_label)}</a></p></body></html>'


def _escaped(text: str) -> str:
    return html.escape(inert(text), quote=True)


def _send(server: MailServer, passwords: list[str], mail: EmailMessage) -> Answer:
    try:
        with _connected(server) as client:
            _log_in(client, server.user, passwords)
            missing = _handed_over(client, server.sender, mail)
    except smtplib.SMTPRecipientsRefused as error:
        return _refused_recipients(error.recipients)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Answer(Outcome.RETRY, f"not sent: {type(error).__name__} {reason}"[:300])
    if missing:
        # The others have it, and would have it twice.
        return Answer(Outcome.DELIVERED, f"not to {', '.join(sorted(missing))}")
    return Answer(Outcome.DELIVERED, "taken by the mail server")


def _handed_over(
    client: smtplib.SMTP, sender: str, mail: EmailMessage
) -> dict[str, tuple[int, bytes]]:
    """Send it as it is; returns who is refused.

    The client's own `send_message` writes ">From" where a line of the text begins with "From".
    """
    to = [address.addr_spec for address in mail["To"].addresses]
    in_ascii = "".join((sender, *to)).isascii()
    return client.sendmail(
        sender,
        to,
        mail.as_bytes(policy=SMTP.clone(utf8=not in_ascii)),
        mail_options=() if in_ascii else ("SMTPUTF8", "BODY=8BITMIME"),
    )


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security is MailSecurity.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    try:
        if server.security is MailSecurity.STARTTLS:
            client.starttls(context=context)
    except BaseException:
        client.close()
        raise
    return client


def _log_in(client: smtplib.SMTP, user: str, passwords: list[str]) -> None:
    """Log in with the newest password that works."""
    for number, password in enumerate(passwords):
        try:
            client.login(user, password)
        except smtplib.SMTPAuthenticationError:
            if number == len(passwords) - 1:
                raise
        else:
            return


def _refused_recipients(recipients: Mapping[str, tuple[int, bytes]]) -> Answer:
    codes = [code for code, _ in recipients.values()]
    said = "; ".join(f"{to}: {_said(code, text)}" for to, (code, text) in recipients.items())
    if all(code in _NO_SUCH_RECIPIENT for code in codes):
        return Answer(Outcome.REFUSED, said[:500])
    return Answer(Outcome.RETRY, said[:500])


def _refused(code: int, text: bytes | str) -> Answer:
    if code in _NO_LOGIN:
        return Answer(Outcome.RETRY, _said(code, text), slow=True)
    outcome = Outcome.REFUSED if code >= _FIRST_PERMANENT else Outcome.RETRY
    return Answer(outcome, _said(code, text))


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"SMTP {code}: {words[:200]!r}"
