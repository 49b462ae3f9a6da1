"""What a route should be told of one incident now, given what it was told before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.alert import Alert, Status, Verdict
from schemas.routes import Route, at_least
from streams.notifications.notification import What
from streams.notifications.quiet_hours import quiet_until
from streams.notifications.told import Told

# An incident must stay over for this long before anybody is told so; each time it comes back, the
# time doubles. Whoever flaps is told of twice, not twenty times.
RESOLVE_HOLD: Final = timedelta(minutes=2)
_MOST_DOUBLINGS: Final = 9
# Nobody is told of what began earlier and was never told: it is no news.
STALE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Want:
    """One thing to tell. escalated_from: the route whose people were told first, or ""."""

    what: What
    escalated_from: str = ""


def wanted(
    route: Route,
    alert: Alert,
    told: Told | None,
    *,
    sources: Iterable[tuple[Route, Told | None]] = (),
    now: datetime,
) -> Want | None:
    """What is to be told, or None.

    told: what the route was told of the incident so far. sources: the routes that escalate to
    this one, and what they were told.
    """
    if alert.silenced is not None and alert.silenced.until > now:
        return None
    if alert.status is Status.RESOLVED:
        return _wanted_of_ended(route, alert, told, now)
    if alert.muted_by or alert.verdict is Verdict.NO_INCIDENT:
        return None
    news = _beginning(route, alert, told, now) or _worsening(alert, told)
    if news or alert.acknowledged is not None:
        return news
    return _escalation(told, sources, now) or _reminder(route, told, now)


def _wanted_of_ended(route: Route, alert: Alert, told: Told | None, now: datetime) -> Want | None:
    ended_at = alert.resolved_at or alert.updated_at
    if told is None:
        lasted = ended_at - alert.opened_at
        untold = alert.silenced is None and not alert.muted_by and alert.acknowledged is None
        no_incident = alert.verdict is Verdict.NO_INCIDENT
        if not untold or no_incident or lasted <= timedelta(seconds=route.wait_s):
            return None
        return Want(What.OVER) if _is_for(route, alert) and _is_news(route, alert, now) else None
    if told.is_over or not route.send_resolved:
        return None
    hold = RESOLVE_HOLD * 2 ** min(told.endings, _MOST_DOUBLINGS)
    return Want(What.RESOLVED) if now >= ended_at + hold else None


def _beginning(route: Route, alert: Alert, told: Told | None, now: datetime) -> Want | None:
    if told is not None and not told.is_over:
        return None
    if not _is_for(route, alert) or not _is_news(route, alert, now):
        return None
    return Want(What.OPENED if told is None else What.REOPENED)


def _worsening(alert: Alert, told: Told | None) -> Want | None:
    if told is None or told.is_over or at_least(told.severity, alert.severity):
        return None
    return Want(What.WORSENED)


def _is_for(route: Route, alert: Alert) -> bool:
    return route.immediate and route.filters.let_pass(alert)


def _is_news(route: Route, alert: Alert, now: datetime) -> bool:
    """Whether it is not too late to tell it, quiet hours and a silence not counted."""
    since = alert.updated_at
    if alert.silenced is not None:
        since = max(since, alert.silenced.until)
    since = quiet_until(route.quiet, route.zone, since) or since
    return now - since <= STALE


def _escalation(
    told: Told | None, sources: Iterable[tuple[Route, Told | None]], now: datetime
) -> Want | None:
    for source, known in sources:
        if source.escalation is None or known is None or known.is_over:
            continue
        if now < known.open_at + timedelta(seconds=source.escalation.after_s):
            continue
        last = told.escalations.get(source.name) if told else None
        if last is None or last < known.open_at:
            return Want(What.ESCALATED, source.name)
    return None


def _reminder(route: Route, told: Told | None, now: datetime) -> Want | None:
    if told is None or told.is_over or route.repeat_s is None:
        return None
    due = now >= told.at + timedelta(seconds=route.repeat_s)
    return Want(What.REMINDER) if due else None
