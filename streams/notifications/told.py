"""What a route was told of an incident so far: the fold of its notices."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from schemas.alert import Severity
from schemas.routes import at_least
from streams.notifications.notification import Notice, What

_ENDS = (What.RESOLVED, What.OVER)


@dataclass(frozen=True, slots=True)
class Told:
    """Where a route stands with an incident.

    notices: how many it had. is_over: whether the last of them said so. open_at: when it was told
    that it began, the last time. at: when it was told something last. severity: worst told.
    endings: how often it was told that it is over. escalations: from which route, when last.
    """

    notices: int
    is_over: bool
    open_at: datetime
    at: datetime
    severity: Severity
    endings: int
    escalations: Mapping[str, datetime] = field(default_factory=dict)


def after(told: Told | None, notice: Notice, at: datetime) -> Told:
    """What the route knows after one more notice."""
    is_over = notice.what in _ENDS
    if told is None:
        told = Told(0, is_over, at, at, notice.severity, 0)
    begins = notice.what in {What.OPENED, What.REOPENED} or (told.is_over and not is_over)
    escalations = dict(told.escalations)
    if notice.what is What.ESCALATED:
        escalations[notice.escalated_from] = at
    worse = at_least(notice.severity, told.severity)
    return replace(
        told,
        notices=told.notices + 1,
        is_over=is_over,
        open_at=at if begins else told.open_at,
        at=at,
        severity=notice.severity if worse else told.severity,
        endings=told.endings + is_over,
        escalations=escalations,
    )
