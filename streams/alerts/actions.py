"""What a person's action does to one incident. Pure."""

import msgspec

from schemas.alert import Acknowledgement, Change, Silence, Verdict
from schemas.incident_action import Action, ActionKind
from streams.alerts.incident import Incident, ended, told


def acted(incident: Incident, action: Action) -> list[Incident]:
    """The incident after each event that the action leads to; none where it changes nothing.

    A verdict is taken at any time, everything else while the incident is open.
    """
    if action.kind in {ActionKind.INCIDENT, ActionKind.NO_INCIDENT}:
        return _judged(incident, action)
    if not incident.is_open:
        return []
    if action.kind is ActionKind.ACKNOWLEDGE:
        return _acknowledged(incident, action)
    if action.kind in {ActionKind.SILENCE, ActionKind.UNSILENCE}:
        return _silenced(incident, action)
    return [_resolved(incident, action)] if action.kind is ActionKind.RESOLVE else []


def _judged(incident: Incident, action: Action) -> list[Incident]:
    verdict = Verdict(action.kind.value)
    if incident.alert.verdict is verdict:
        return []
    judged = told(incident, action.at, Change.JUDGED, verdict=verdict)
    over = verdict is Verdict.NO_INCIDENT and incident.is_open
    return [judged, _resolved(judged, action)] if over else [judged]


def _acknowledged(incident: Incident, action: Action) -> list[Incident]:
    known = incident.alert.acknowledged
    if known is not None and known.by == action.who:
        return []
    who = Acknowledgement(by=action.who, at=action.at)
    return [told(incident, action.at, Change.ACKNOWLEDGED, acknowledged=who)]


def _silenced(incident: Incident, action: Action) -> list[Incident]:
    silence = None
    if action.kind is ActionKind.SILENCE and action.until is not None:
        silence = Silence(by=action.who, until=action.until, reason=action.reason)
    if silence == incident.alert.silenced:
        return []
    return [told(incident, action.at, Change.SILENCED, silenced=silence)]


def _resolved(incident: Incident, action: Action) -> Incident:
    """Over because a person says so: what still goes on does not open it again."""
    over = ended(incident, action.at)
    return msgspec.structs.replace(over, dismissed=incident.joined)
