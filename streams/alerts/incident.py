"""One incident as the manager knows it, and the small steps that change it. Pure."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec

from schemas.alert import Alert, Change, Kind, SeriesName, Signal, Status
from streams.alerts.minute import Finding
from streams.alerts.severity import severity_of, worse

# Minutes after its opening at which an incident is told anew, with the evidence grown since.
GROWTH_MIN: Final = (5, 15, 60, 180, 720, 1440)
_MAX_SIGNALS: Final = 50
_ORDER: Final = (Kind.VOLUME, Kind.NEGATIVE, Kind.SILENCE)

Hot = tuple[SeriesName, Kind, str]


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """The alert as last told, and what the next decision needs.

    joined: series, kind and rule that have been told. last_hot: end of the last minute in which
    something was out of the ordinary. grown: how many of GROWTH_MIN have passed. dismissed: what
    was going on when a person called it over; it must end before it can open the incident again.
    """

    alert: Alert
    last_hot: datetime
    joined: tuple[Hot, ...] = ()
    grown: int = 0
    dismissed: tuple[Hot, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.alert.status is Status.OPEN


def key_of(brand: str, opened_at: datetime, kind: Kind) -> str:
    """The same for whoever computes it, and another one after a quiet time."""
    text = f"{brand}\0{opened_at:%Y-%m-%dT%H:%M}\0{kind.value}"
    return sha256(text.encode()).hexdigest()[:32]


def hot_key(finding: Finding) -> Hot:
    """What tells one finding from another."""
    return (finding.series, finding.kind, finding.signal.rule)


def strongest(findings: list[Finding]) -> Kind:
    """Volume before negative before silence."""
    return min((finding.kind for finding in findings), key=_ORDER.index)


def opened(findings: list[Finding], at: datetime, *, muted_by: str, rule_hash: str) -> Incident:
    """A new incident of one brand. findings: at least one."""
    brand, kind = findings[0].series.brand, strongest(findings)
    since = _begin([finding for finding in findings if finding.kind is kind])
    alert = Alert(
        key=key_of(brand, at, kind),
        sequence=1,
        change=Change.OPENED,
        brand=brand,
        kind=kind,
        status=Status.OPEN,
        severity=severity_of(findings, lasting_min=0.0),
        since=since,
        opened_at=at,
        updated_at=at,
        signals=tuple(finding.signal for finding in findings[:_MAX_SIGNALS]),
        muted_by=muted_by,
        rule_hash=rule_hash,
    )
    return Incident(alert=alert, last_hot=at, joined=tuple(map(hot_key, findings)))


def reopened(incident: Incident, findings: list[Finding], at: datetime, *, muted: str) -> Incident:
    """It is back within the reopening window: the same incident goes on."""
    new = with_findings(incident, findings, at)
    severity = severity_of(findings, lasting_min=0.0)
    worst = severity if worse(severity, incident.alert.severity) else incident.alert.severity
    return told(
        msgspec.structs.replace(new, dismissed=()),
        at,
        Change.REOPENED,
        status=Status.OPEN,
        resolved_at=None,
        since_again=_begin(findings),
        severity=worst,
        muted_by=muted,
        acknowledged=None,
    )


def with_findings(incident: Incident, findings: list[Finding], at: datetime) -> Incident:
    """The findings taken in, without telling anybody: signals brought up to date, kind raised."""
    now = {hot_key(finding): finding.signal for finding in findings}
    before = {(s.series, s.kind, s.rule): s for s in incident.alert.signals}
    signals = list({**before, **now}.values())[:_MAX_SIGNALS]
    kinds = [incident.alert.kind, *(finding.kind for finding in findings)]
    alert = msgspec.structs.replace(
        incident.alert, signals=tuple(signals), kind=min(kinds, key=_ORDER.index)
    )
    joined = dict.fromkeys((*incident.joined, *now))
    return msgspec.structs.replace(incident, alert=alert, last_hot=at, joined=tuple(joined))


def grown(incident: Incident, findings: list[Finding], at: datetime, *, muted: str) -> Incident:
    """One more minute of an open incident; an event only where there is something to tell."""
    alert = incident.alert
    lasting_min = (at - alert.opened_at) / timedelta(minutes=1)
    due = sum(lasting_min >= minutes for minutes in GROWTH_MIN)
    severity = severity_of(findings, lasting_min=lasting_min)
    new = {hot_key(finding) for finding in findings} - set(incident.joined)
    changes: dict[str, Any] = {}
    if worse(severity, alert.severity):
        changes = {"severity": severity}
    change = Change.WORSENED if changes else Change.UPDATED
    if changes or new or due > incident.grown or muted != alert.muted_by:
        full = msgspec.structs.replace(with_findings(incident, findings, at), grown=due)
        return told(full, at, change, muted_by=muted, **changes)
    return msgspec.structs.replace(incident, last_hot=at)


def ended(incident: Incident, at: datetime) -> Incident:
    """It is over."""
    return told(incident, at, Change.RESOLVED, status=Status.RESOLVED, resolved_at=at)


def told(incident: Incident, at: datetime, change: Change, **changes: Any) -> Incident:  # noqa: ANN401
    """The incident after one more event. changes: fields of its alert."""
    alert = incident.alert
    new = msgspec.structs.replace(
        alert,
        sequence=alert.sequence + 1,
        change=change,
        updated_at=max(at, alert.updated_at),
        **changes,
    )
    return msgspec.structs.replace(incident, alert=new)


def _begin(findings: list[Finding]) -> datetime:
    """When it began; a rule's window says so only where the detector saw nothing."""
    signals = [finding.signal for finding in findings]
    detected = [signal for signal in signals if not signal.rule]
    return min(_began(signal) for signal in detected or signals)


def _began(signal: Signal) -> datetime:
    return signal.at - timedelta(minutes=signal.window_min)
