"""The manager of incidents: findings and people's actions in, events out. Pure and deterministic.

A brand has at most one open incident; its topics, languages and products join it. What is taken in
in the same order gives the same events with the same keys and sequence numbers, whatever was stored
and restored between.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from schemas.alert import Alert, Change, Silence
from schemas.alert_rules import AlertRules
from schemas.incident_action import Action, ActionKind
from streams.alerts.actions import acted
from streams.alerts.incident import (
    Hot,
    Incident,
    ended,
    grown,
    hot_key,
    opened,
    reopened,
    told,
)
from streams.alerts.minute import Finding


class ManagerState(msgspec.Struct, frozen=True):
    """All that the manager remembers: the latest incident of each brand, and brands' silences."""

    incidents: dict[str, Incident]
    silences: dict[str, Silence]


class Incidents:
    """All brands' incidents. rule_hash: stands in the alerts, to say by what they were decided."""

    def __init__(self, rules: AlertRules, *, rule_hash: str = "") -> None:
        self._rules = rules
        self._rule_hash = rule_hash
        self._incidents: dict[str, Incident] = {}
        self._silences: dict[str, Silence] = {}

    def step(
        self, end: datetime, findings: Sequence[Finding], *, late: bool = False
    ) -> list[Alert]:
        """Take in what is said of the minute that ends then; returns the events, by brand.

        late: the minute is long past, as in a backfill: it is taken note of, and nothing is told.
        """
        hot: dict[str, list[Finding]] = {}
        for finding in findings:
            hot.setdefault(finding.series.brand, []).append(finding)
        before = dict(self._incidents)
        for brand in sorted(hot.keys() | self._incidents.keys()):
            self._brand(brand, hot.get(brand, []), end, late=late)
        return [
            incident.alert
            for brand, incident in sorted(self._incidents.items())
            if brand not in before or _place(incident) != _place(before[brand])
        ]

    def _brand(self, brand: str, hot: list[Finding], end: datetime, *, late: bool) -> None:
        incident = self._incidents.get(brand)
        if incident is not None:
            incident = self._incidents[brand] = _still_dismissed(incident, hot)
            hot = [finding for finding in hot if not _is_dismissed(incident, finding)]
        if late:
            if incident is not None and incident.is_open and hot:
                self._incidents[brand] = msgspec.structs.replace(incident, last_hot=end)
            return
        muted = self._rules.muted_by(brand, end)
        if incident is not None and incident.is_open:
            self._incidents[brand] = self._went_on(incident, hot, end, muted)
        elif hot:
            if incident is not None and self._may_reopen(incident, end):
                found = reopened(incident, hot, end, muted=muted)
            else:
                found = opened(hot, end, muted_by=muted, rule_hash=self._rule_hash)
            self._incidents[brand] = self._silenced(found, end)

    def _went_on(
        self, incident: Incident, hot: list[Finding], end: datetime, muted: str
    ) -> Incident:
        if hot:
            return grown(incident, hot, end, muted=muted)
        if end - incident.last_hot >= timedelta(minutes=self._rules.quiet_min):
            return ended(incident, end)
        if muted != incident.alert.muted_by:
            return told(incident, end, Change.UPDATED, muted_by=muted)
        return incident

    def _may_reopen(self, incident: Incident, end: datetime) -> bool:
        resolved = incident.alert.resolved_at or incident.last_hot
        return end - resolved <= timedelta(minutes=self._rules.reopen_min)

    def _silenced(self, incident: Incident, at: datetime) -> Incident:
        """A new incident of a brand that is silenced is so from the start."""
        silence = self._silences.get(incident.alert.brand)
        if silence is None or silence.until <= at:
            return incident
        alert = msgspec.structs.replace(incident.alert, silenced=silence)
        return msgspec.structs.replace(incident, alert=alert)

    def act(self, action: Action, *, stored: Alert | None = None) -> list[Alert]:
        """Take in what a person did; returns the events.

        stored: the last event of the incident with that key, for one that is no longer known here.
        """
        if not action.key:
            return self._act_on_brand(action)
        for brand, incident in self._incidents.items():
            if incident.alert.key == action.key:
                steps = acted(incident, action)
                if steps:
                    self._incidents[brand] = steps[-1]
                return [step.alert for step in steps]
        if stored is None or stored.key != action.key:
            return []
        return [
            step.alert for step in acted(Incident(alert=stored, last_hot=stored.updated_at), action)
        ]

    def _act_on_brand(self, action: Action) -> list[Alert]:
        brand = action.brand
        if action.kind is ActionKind.UNSILENCE:
            self._silences.pop(brand, None)
        elif action.kind is ActionKind.SILENCE and brand and action.until is not None:
            self._silences[brand] = Silence(by=action.who, until=action.until, reason=action.reason)
        else:
            return []
        incident = self._incidents.get(brand)
        if incident is None or not incident.is_open:
            return []
        steps = acted(incident, action)
        if steps:
            self._incidents[brand] = steps[-1]
        return [step.alert for step in steps]

    def adopt(self, told: Sequence[Alert], at: datetime) -> list[Alert]:
        """Take over incidents as they were last told; returns the events of those that must end.

        told: each incident's last event. What this manager was restored to may be older, or decided
        under other rules: the higher sequence number counts, and a brand keeps one open incident.
        """
        events = []
        for alert in told:
            # Quotes stay where they can be erased, and not in the memory and its snapshots.
            alert = msgspec.structs.replace(alert, evidence=None)  # noqa: PLW2901
            incident = self._incidents.get(alert.brand)
            theirs = Incident(alert=alert, last_hot=alert.updated_at)
            if incident is None or incident.alert.opened_at < alert.opened_at:
                if incident is not None and incident.is_open:
                    events.append(ended(incident, at).alert)
                self._incidents[alert.brand] = theirs
            elif incident.alert.key == alert.key:
                if alert.sequence > incident.alert.sequence:
                    same = msgspec.structs.replace(incident, alert=alert)
                    self._incidents[alert.brand] = same
            elif theirs.is_open:
                events.append(ended(theirs, at).alert)
        return events

    def open_incidents(self) -> list[Alert]:
        """Those that go on, by brand."""
        found = sorted(self._incidents.items())
        return [incident.alert for _, incident in found if incident.is_open]

    def state(self) -> ManagerState:
        """For a snapshot."""
        return ManagerState(dict(self._incidents), dict(self._silences))

    def restore(self, state: ManagerState) -> None:
        """Take up a snapshot, under rules that may have changed since."""
        self._incidents, self._silences = dict(state.incidents), dict(state.silences)


def _place(incident: Incident) -> tuple[str, int]:
    return (incident.alert.key, incident.alert.sequence)


def _still_dismissed(incident: Incident, hot: list[Finding]) -> Incident:
    """What a person called over, less what has ended since."""
    if not incident.dismissed:
        return incident
    now = set(map(hot_key, hot))
    left: tuple[Hot, ...] = tuple(item for item in incident.dismissed if item in now)
    return msgspec.structs.replace(incident, dismissed=left)


def _is_dismissed(incident: Incident, finding: Finding) -> bool:
    """Whether it goes on since a person called it over; the brand's own covers all its parts."""
    return any(
        kind is finding.kind and (series == finding.series or not series.parts)
        for series, kind, _ in incident.dismissed
    )
