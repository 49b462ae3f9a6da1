"""The generic webhook, signed as Standard Webhooks says (www.standardwebhooks.com)."""

import binascii
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from schemas.errors import SettingsError
from streams.notifications.channels.http_channel import Place
from streams.notifications.channels.plain import as_text
from streams.notifications.delivery import Answer
from streams.notifications.http_post import HttpRequest
from streams.notifications.notification import Notification

_MOST_TEXT_BYTES = 20_000


class WebhookChannel:
    """JSON to whoever can read it; the id is the key by which a repeat is dropped."""

    def requests(
        self, notification: Notification, place: Place, now: datetime
    ) -> Sequence[HttpRequest]:
        """One POST, signed with every secret; see HttpChannel."""
        body = msgspec.json.encode(_payload(notification))
        headers = {
            "webhook-id": notification.id,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        signatures = [_sign(secret, notification.id, now, body) for secret in place.secrets]
        if signatures:
            headers["webhook-signature"] = " ".join(signatures)
        return [HttpRequest(place.url, body, headers)]

    def verdict(self, body: bytes) -> Answer | None:  # noqa: ARG002 - the status says all
        """See HttpChannel."""
        return None


def _payload(notification: Notification) -> dict[str, object]:
    message = notification.message
    if notification.notices:
        notices = [
            {"what": notice.what, "escalated_from": notice.escalated_from, "alert": alert}
            for notice, alert in zip(notification.notices, notification.alerts, strict=True)
        ]
    else:
        notices = [{"what": "", "alert": alert} for alert in notification.alerts]
    return {
        "type": notification.purpose,
        "timestamp": notification.at,
        "data": {
            "id": notification.id,
            "route": notification.route,
            "title": message.title,
            "text": as_text(message, most_bytes=_MOST_TEXT_BYTES),
            "link": message.link,
            "notices": notices,
        },
    }


def _sign(secret: str, message_id: str, now: datetime, body: bytes) -> str:
    try:
        return Webhook(secret).sign(message_id, now.astimezone(UTC), body.decode())
    except (binascii.Error, EmptyWebhookSecretError, ValueError) as error:
        remedy = "make one with `echo whsec_$(openssl rand -base64 32)`"
        raise SettingsError(f"a webhook's secret is no base64; {remedy}") from error
