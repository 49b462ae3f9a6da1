"""A notification: what one message tells, to whom, and the key by which a repeat is known."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from schemas.alert import Alert, Severity
from schemas.direction import LEFT_TO_RIGHT

# The keys of alerts that somebody asked for, to see whether they arrive.
TEST_PREFIX: Final = "test-"
_ID_CHARACTERS: Final = 32


class What(StrEnum):
    """What is told of an incident. OVER: that it was, of one that ended before anybody was told."""

    OPENED = "opened"
    WORSENED = "worsened"
    REOPENED = "reopened"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    OVER = "over"


class Purpose(StrEnum):
    """What a whole message is for."""

    INCIDENTS = "incidents"
    DIGEST = "digest"
    TEST = "test"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing told about one incident on one route.

    number: how many notices of the incident the route had before; with key and what it names this
    notice for ever, whoever computes it. severity, sequence: of the incident as told.
    escalated_from: the route whose people have not acknowledged, or "".
    """

    key: str
    what: What
    number: int
    severity: Severity
    sequence: int
    escalated_from: str = ""


class Quote(msgspec.Struct, frozen=True):
    """A post's text, cleaned and shortened, and where and how often it was seen.

    direction: of the text; see schemas/direction.py.
    """

    text: str
    about: str
    direction: str = LEFT_TO_RIGHT


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One incident within a message."""

    heading: str
    lines: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    link: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message before any channel's markup: every text is one line and may be hostile."""

    title: str
    sections: tuple[Section, ...]
    link: str
    link_label: str


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one route, as the outbox keeps it; sent again, it is the same.

    id: what receivers drop a repeat by. at: when it was planned. day: of a digest, by the route's
    zone, or "". days: that a digest sums up. alerts: the incidents as they stood, in the order of
    the notices.
    """

    id: str
    route: str
    purpose: Purpose
    at: datetime
    message: Message
    notices: tuple[Notice, ...] = ()
    alerts: tuple[Alert, ...] = ()
    day: str = ""
    days: int = 1


def notification_id(route: str, parts: Sequence[str]) -> str:
    """The id of a message: the same for the same route and parts, in any order."""
    digest = hashlib.sha256("\x1f".join([route, *sorted(parts)]).encode())
    return f"msg_{digest.hexdigest()[:_ID_CHARACTERS]}"


def notice_name(notice: Notice) -> str:
    """What tells a notice from all others of its route."""
    return "\x1e".join((notice.key, notice.what, str(notice.number), notice.escalated_from))
