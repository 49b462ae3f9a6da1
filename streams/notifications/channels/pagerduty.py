"""PagerDuty's Events API v2: each incident is one there, by a key that contains its start."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from schemas.alert import Alert, Severity
from streams.notifications.channels.http_channel import Place, json_request
from streams.notifications.channels.plain import as_text
from streams.notifications.delivery import Answer
from streams.notifications.http_post import HttpRequest
from streams.notifications.notification import (
    Message,
    Notice,
    Notification,
    Purpose,
    Section,
    What,
)
from streams.notifications.plain_text import inert

_Json = dict[str, object]
_URL: Final = "https://events.pagerduty.com/v2/enqueue"
_MOST_SUMMARY: Final = 1000
_MOST_TEXT_BYTES: Final = 10_000
_SEVERITIES: Final = {
    Severity.NOTICE: "warning",
    Severity.SERIOUS: "error",
    Severity.CRITICAL: "critical",
}


class PagerDutyChannel:
    """Triggers and resolves. A repeat has the same dedup_key and opens nothing new."""

    def requests(
        self,
        notification: Notification,
        place: Place,
        now: datetime,  # noqa: ARG002 - nothing here expires
    ) -> Sequence[HttpRequest]:
        """One POST for each incident; see HttpChannel. A digest wakes nobody."""
        if notification.purpose is Purpose.DIGEST:
            return []
        events = _test(notification)
        if notification.purpose is Purpose.INCIDENTS:
            events = _incidents(notification)
        key = {"routing_key": place.secrets[0]}
        return [json_request(place.url or _URL, {**key, **event}) for event in events]

    def verdict(self, body: bytes) -> Answer | None:  # noqa: ARG002 - the status says all
        """See HttpChannel."""
        return None


def _incidents(notification: Notification) -> Iterator[_Json]:
    message = notification.message
    told = zip(notification.notices, notification.alerts, strict=True)
    for number, (notice, alert) in enumerate(told):
        if notice.what in {What.RESOLVED, What.OVER}:
            yield {"event_action": "resolve", "dedup_key": alert.key}
        else:
            section = message.sections[number] if number < len(message.sections) else None
            yield _trigger(notice, alert, section, message)


def _trigger(notice: Notice, alert: Alert, section: Section | None, message: Message) -> _Json:
    own = section if section and section.link else Section(heading=alert.brand)
    one = Message(
        title=own.heading,
        sections=(own,),
        link=own.link or message.link,
        link_label=message.link_label,
    )
    return _event(
        alert.key,
        one,
        severity=_SEVERITIES[alert.severity],
        timestamp=alert.since.isoformat(),
        component=alert.brand,
        **{"class": f"{alert.kind}/{notice.what}"},
    )


def _test(notification: Notification) -> Iterator[_Json]:
    key = notification.id
    yield _event(key, notification.message, severity="info")
    yield {"event_action": "resolve", "dedup_key": key}


def _event(key: str, message: Message, **fields: object) -> _Json:
    return {
        "event_action": "trigger",
        "dedup_key": key,
        "client": "Groundswell",
        "client_url": message.link,
        "payload": {
            "summary": inert(message.title)[:_MOST_SUMMARY],
            "source": "Groundswell",
            "custom_details": {"text": as_text(message, most_bytes=_MOST_TEXT_BYTES)},
            **fields,
        },
    }
