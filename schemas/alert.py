"""An alert: one incident of one brand, as the topic `alerts`, ClickHouse and routes carry it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from schemas.evidence import Evidence


class Kind(StrEnum):
    """What happened: far more posts, a worse mood, no posts at all."""

    VOLUME = "volume"
    NEGATIVE = "negative"
    SILENCE = "silence"


class Status(StrEnum):
    """Whether it goes on."""

    OPEN = "open"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How bad it is; it rises while an incident is open and never falls."""

    NOTICE = "notice"
    SERIOUS = "serious"
    CRITICAL = "critical"


class Change(StrEnum):
    """What an incident's event says."""

    OPENED = "opened"
    UPDATED = "updated"
    WORSENED = "worsened"  # the severity rose
    REOPENED = "reopened"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    JUDGED = "judged"  # a person said whether it was an incident


class Verdict(StrEnum):
    """What a person said of it."""

    NONE = ""
    INCIDENT = "incident"
    NO_INCIDENT = "no_incident"


class SeriesName(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One watched series. An empty topic, lang or product stands for all of them."""

    brand: str
    topic: str = ""
    lang: str = ""
    product: str = ""

    @property
    def parts(self) -> dict[str, str]:
        """What of the brand it is about, by dimension; empty for the whole brand."""
        given = {"topic": self.topic, "lang": self.lang, "product": self.product}
        return {dimension: value for dimension, value in given.items() if value}


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """What one series showed when the incident was last told of it.

    rule: the threshold rule as written, or "" for the detector. at: end of the closed minute.
    seen: posts (kind volume, silence) or negative posts in the window of `window_min` minutes;
    expected, low, high: what was due and its ordinary range. score: 0 to 1, alerts from 0.5.
    """

    series: SeriesName
    kind: Kind
    at: datetime
    window_min: int
    seen: float
    expected: float
    low: float
    high: float
    score: float
    rule: str = ""


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks after it, since when."""

    by: str
    at: datetime


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Until when nobody is told, by whom and why."""

    by: str
    until: datetime
    reason: str


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it stands after one of its events.

    key: stable and the same for whoever computes it; a receiver keeps one incident a key.
    sequence: number of the event; a higher one replaces what was known of the key.
    since: when it probably began; since_again: began anew, where it was reopened. sentence: what
    happened, in plain words.
    muted_by: name of the calendar's event that keeps it quiet, or "".
    rule_hash: SHA-256 of sensitivity, tuning and rules. reproduce: a command that decides it again.
    """

    key: str
    sequence: int
    change: Change
    brand: str
    kind: Kind
    status: Status
    severity: Severity
    since: datetime
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    since_again: datetime | None = None
    sentence: str = ""
    signals: tuple[Signal, ...] = ()
    evidence: Evidence | None = None
    acknowledged: Acknowledgement | None = None
    silenced: Silence | None = None
    muted_by: str = ""
    verdict: Verdict = Verdict.NONE
    rule_hash: str = ""
    reproduce: str = ""
