"""A route: whom the alerts of some incidents are told to, over which channel, and when.

The watchlist file's part `routes:` says it; schemas/routes_file.py reads it, and
docs/notifications.md describes it for people.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Final

from schemas.alert import Alert, Kind, Severity

DEFAULT_WAIT_S: Final = 3.0
# Of what is more than usual, a language or topic below this part does not carry the incident.
CARRYING_SHARE: Final = 0.2
_ORDER: Final = tuple(Severity)


class Channel(StrEnum):
    """How a route's messages travel; APPRISE is whatever the library of that name can reach."""

    WEBHOOK = "webhook"
    SLACK = "slack"
    TEAMS = "teams"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"
    TELEGRAM = "telegram"
    PAGERDUTY = "pagerduty"
    EMAIL = "email"
    APPRISE = "apprise"


class Language(StrEnum):
    """What language a route's messages are written in."""

    ENGLISH = "en"
    CHINESE = "zh"


class GroupBy(StrEnum):
    """What shares a message: all that one brand has, or all that the route has."""

    BRAND = "brand"
    ROUTE = "route"


class MailSecurity(StrEnum):
    """How the connection to a mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SecretReference:
    """Where a secret stands: an environment variable (source "env") or a file ("file")."""

    source: str
    place: str

    def __str__(self) -> str:
        """As the watchlist file says it."""
        return f"{self.source}:{self.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The server that takes a route's mail, and who sends it."""

    host: str
    port: int
    security: MailSecurity
    user: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a route's messages go.

    url: the address, or where it stands if it is a secret itself; "" for a channel's usual one.
    secrets: what signs or logs in; several while they are exchanged, the newest first.
    to: mail addresses, or Telegram's chat. allow_private: inner networks and plain HTTP are meant.
    """

    channel: Channel
    url: str | SecretReference = ""
    secrets: tuple[SecretReference, ...] = ()
    to: tuple[str, ...] = ()
    mail: MailServer | None = None
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which incidents a route tells of; an empty tuple lets all pass."""

    brands: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    severity: Severity = Severity.NOTICE
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    def let_pass(self, alert: Alert) -> bool:
        """Whether the route tells of this incident.

        A language or topic that is not known yet passes: better one message too many.
        """
        return (
            (not self.brands or alert.brand in self.brands)
            and (not self.kinds or alert.kind in self.kinds)
            and at_least(alert.severity, self.severity)
            and _carried(alert, "lang", self.languages)
            and _carried(alert, "topic", self.topics)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A part of each day, by the route's zone; until may be the next day's."""

    since: time
    until: time
    critical_passes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Whom to tell when nobody has acknowledged that many seconds after the first message."""

    to: str
    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyTime:
    """When in the week. weekday: 0 for Monday to 6 for Sunday."""

    weekday: int
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One entry of `routes:`.

    zone: of quiet hours, digests and the times in messages (IANA name). wait_s: for company before
    a message goes. repeat_s: between reminders, None for none. rate: most messages an hour, None
    for no cap. immediate: False for a route that gets escalations and digests only.
    """

    name: str
    target: Target
    filters: Filters = field(default_factory=Filters)
    language: Language = Language.ENGLISH
    zone: str = "UTC"
    group_by: GroupBy = GroupBy.BRAND
    wait_s: float = DEFAULT_WAIT_S
    repeat_s: float | None = None
    rate: int | None = None
    quiet: QuietHours | None = None
    escalation: Escalation | None = None
    digest: time | None = None
    weekly: WeeklyTime | None = None
    immediate: bool = True
    send_resolved: bool = True


def at_least(severity: Severity, least: Severity) -> bool:
    """Whether a severity is that one or worse."""
    return _ORDER.index(severity) >= _ORDER.index(least)


def _carried(alert: Alert, dimension: str, wanted: Collection[str]) -> bool:
    if not wanted:
        return True
    of_signals = {getattr(signal.series, dimension) for signal in alert.signals} - {""}
    carriers = alert.evidence.carriers if alert.evidence else ()
    of_evidence = {
        carrier.value
        for carrier in carriers
        if carrier.dimension == dimension and carrier.rise_share >= CARRYING_SHARE
    }
    known = of_signals | of_evidence
    return not known or bool(known & set(wanted))
