"""Everything else, through the library Apprise. It says only whether a message went."""

import asyncio
import hashlib
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.alert import Severity
from schemas.errors import SettingsError
from schemas.routes import SecretReference, Target
from streams.notifications.channels.plain import as_text
from streams.notifications.delivery import Answer, Outcome
from streams.notifications.notification import Notification, Purpose
from streams.notifications.plain_text import unmarked
from streams.notifications.secrets import read_secret

_MOST_BYTES: Final = 30_000
# Asked for in each address, where the address does not say otherwise: seconds to connect and read.
_TIMEOUTS: Final = "cto=4&rto=4&redirect=no"


@dataclass(frozen=True, slots=True)
class AppriseDeliverer:
    """Delivers the messages of one route to an address that Apprise knows.

    executor: threads, of which one is needed for a try.
    """

    target: Target
    executor: Executor
    environment: Mapping[str, str] | None = None

    async def deliver(self, notification: Notification, now: datetime) -> Answer:  # noqa: ARG002
        """Send one message; see Deliverer."""
        try:
            address = self._address()
        except SettingsError as error:
            return Answer(Outcome.RETRY, str(error), slow=True)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, _send, address, notification)

    def address_hash(self) -> str:
        """See Deliverer."""
        try:
            address = self._address()
        except SettingsError:
            address = ""
        return hashlib.sha256(address.encode()).hexdigest()[:32]

    def _address(self) -> str:
        assert isinstance(self.target.url, SecretReference)
        return read_secret(self.target.url, self.environment)


def _send(address: str, notification: Notification) -> Answer:
    import apprise

    joint = "&" if "?" in address else "?"
    # `secure_logging` keeps secrets out of the log; no picture is fetched from elsewhere.
    asset = apprise.AppriseAsset(
        app_id="Groundswell",
        app_desc="Groundswell",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        secure_logging=True,
    )
    sender = apprise.Apprise(asset=asset)
    if not sender.add(f"{address}{joint}{_TIMEOUTS}"):
        return Answer(Outcome.RETRY, "url: Apprise knows no such address", slow=True)
    try:
        went = sender.notify(
            title=unmarked(notification.message.title),
            body=as_text(
                notification.message, most_bytes=_MOST_BYTES, guard=unmarked, with_title=False
            ),
            notify_type=_kind(notification),
            body_format=apprise.NotifyFormat.TEXT,
            interpret_escapes=False,
        )
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        return Answer(Outcome.RETRY, f"Apprise failed: {type(error).__name__}")
    if went:
        return Answer(Outcome.DELIVERED, "sent by Apprise")
    return Answer(Outcome.RETRY, "Apprise could not send it; its warning is in the monitor's log")


def _kind(notification: Notification) -> str:
    """What Apprise chooses colours and pictures by."""
    if notification.purpose is not Purpose.INCIDENTS:
        return "info"
    worst = {notice.severity for notice in notification.notices}
    return "failure" if Severity.CRITICAL in worst else "warning"
