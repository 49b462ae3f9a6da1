"""Slack and Teams: structured texts, in which nothing is looked for."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from streams.notifications.channels.http_channel import Place, json_request
from streams.notifications.delivery import Answer
from streams.notifications.http_post import HttpRequest
from streams.notifications.notification import Message, Notification, Section
from streams.notifications.plain_text import inert

_Json = dict[str, object]
_MOST_TITLE = 300


class SlackChannel:
    """An incoming webhook. Text stands in rich text elements, which Slack shows as they are."""

    def requests(
        self,
        notification: Notification,
        place: Place,
        now: datetime,  # noqa: ARG002 - nothing here expires
    ) -> Sequence[HttpRequest]:
        """One POST; see HttpChannel."""
        message = notification.message
        link = {"type": "link", "url": message.link, "text": message.link_label}
        blocks = [
            *_slack_title(message),
            *map(_slack_section, message.sections),
            _rich([{"type": "rich_text_section", "elements": [link]}]),
        ]
        payload = {
            # What the notification on a telephone shows; the one text that Slack looks into.
            "text": _slack_escaped(inert(message.title)[:_MOST_TITLE]),
            "blocks": blocks,
            "parse": "none",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return [json_request(place.url, payload)]

    def verdict(self, body: bytes) -> Answer | None:  # noqa: ARG002 - the status says all
        """See HttpChannel."""
        return None


class TeamsChannel:
    """A Teams workflow that posts an adaptive card; text runs know no markdown."""

    def requests(
        self,
        notification: Notification,
        place: Place,
        now: datetime,  # noqa: ARG002 - nothing here expires
    ) -> Sequence[HttpRequest]:
        """One POST; see HttpChannel."""
        message = notification.message
        link = {"type": "Action.OpenUrl", "title": message.link_label, "url": message.link}
        card = {
            "type": "AdaptiveCard",
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "version": "1.4",
            "msteams": {"width": "Full"},
            "body": list(_teams_blocks(message)),
            "actions": [link],
        }
        attachment = {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": None,
            "content": card,
        }
        return [json_request(place.url, {"type": "message", "attachments": [attachment]})]

    def verdict(self, body: bytes) -> Answer | None:  # noqa: ARG002 - the status says all
        """See HttpChannel."""
        return None


def has_own_title(message: Message) -> bool:
    """Whether the title says something that the first section's heading does not."""
    return not message.sections or message.sections[0].heading != message.title


def _slack_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rich(elements: Sequence[_Json]) -> _Json:
    return {"type": "rich_text", "elements": list(elements)}


def _slack_text(text: str, *, bold: bool = False) -> _Json:
    style: _Json = {"style": {"bold": True}} if bold else {}
    return {"type": "text", "text": inert(text), **style}


def _slack_title(message: Message) -> list[_Json]:
    if not has_own_title(message):
        return []
    text = _slack_text(message.title, bold=True)
    return [_rich([{"type": "rich_text_section", "elements": [text]}])]


def _slack_section(section: Section) -> _Json:
    head = [_slack_text(section.heading, bold=True)]
    head += [_slack_text(f"\n{line}") for line in section.lines]
    quotes: list[_Json] = [
        {
            "type": "rich_text_quote",
            "elements": [_slack_text(quote.text), _slack_text(f"\n{quote.about}")],
        }
        for quote in section.quotes
    ]
    return _rich([{"type": "rich_text_section", "elements": head}, *quotes])


def _teams_blocks(message: Message) -> Iterator[_Json]:
    if has_own_title(message):
        yield _teams_text(message.title, weight="Bolder", size="Medium")
    for section in message.sections:
        yield _teams_text(section.heading, weight="Bolder")
        for line in section.lines:
            yield _teams_text(line)
        for quote in section.quotes:
            yield _teams_text(f"“{quote.text}”", italic=True)
            yield _teams_text(quote.about, isSubtle=True)


def _teams_text(text: str, **style: object) -> _Json:
    run = {"type": "TextRun", "text": inert(text), **style}
    return {"type": "RichTextBlock", "inlines": [run]}
