"""Plans notifications: incidents, routes, the clock and what was planned before in, messages out.

Pure and driven by states, not by events: it compares each incident as it stands with what each
route was told of it. So an event may come twice, late or not at all, a restart needs the incidents
and the outbox only, and whatever happened meanwhile fits into one message.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from schemas.alert import Alert, Severity, Status
from schemas.routes import GroupBy, Route
from streams.notifications import told as history
from streams.notifications.notification import (
    TEST_PREFIX,
    Notice,
    Notification,
    Purpose,
    notice_name,
    notification_id,
)
from streams.notifications.pace import HOUR, allowed
from streams.notifications.quiet_hours import digest_due, quiet_until, weekly_due
from streams.notifications.told import Told
from streams.notifications.wanted import Want, wanted
from streams.notifications.wording import Writer

_DAY: Final = 1
_WEEK: Final = 7
# A digest of so many days that could not go for so long is left out.
_DIGEST_LATE: Final = {_DAY: timedelta(hours=1), _WEEK: timedelta(days=1)}
_MOST_WITH_EVIDENCE: Final = 10
# Whoever asked for a test looks at the receiver now.
_TEST_LASTS: Final = timedelta(minutes=10)
# What is over is forgotten after this; its incident does not open again under the same key.
FORGOTTEN_AFTER: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class _Item:
    """Something to tell.

    ready: it has waited for company. held: back until the quiet hours end. of_quiet: it came up in
    quiet hours, be they over or not.
    """

    alert: Alert
    notice: Notice
    ready: bool
    held: bool
    of_quiet: bool


@dataclass(slots=True)
class Planner:
    """What is known of incidents and routes, and what follows from it.

    dashboard_url: for links, without a slash at the end.
    """

    dashboard_url: str
    alerts: dict[str, Alert] = field(default_factory=dict)
    told: dict[tuple[str, str], Told] = field(default_factory=dict)
    sent: dict[str, list[datetime]] = field(default_factory=dict)
    # By route: the digests that went, by how many days they sum up and the day of each.
    digests: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    # Tests that somebody asked for, and the ids of those that were planned.
    tests: dict[str, Alert] = field(default_factory=dict)
    tested: set[str] = field(default_factory=set)
    # When something to tell was first seen, by route and notice: from then on it waits for company.
    noticed: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def observe(self, events: Iterable[Alert]) -> None:
        """Take in incidents; of each the highest sequence number holds."""
        for alert in events:
            if alert.key.startswith(TEST_PREFIX):
                self.tests[alert.key] = alert
                continue
            known = self.alerts.get(alert.key)
            if known is None or known.sequence < alert.sequence:
                self.alerts[alert.key] = alert

    def remember(self, notification: Notification) -> None:
        """Take in what was planned and is safely kept; in the order in which it was planned."""
        route = notification.route
        if notification.day:
            self.digests.setdefault(route, set()).add((notification.days, notification.day))
        if notification.purpose is Purpose.TEST:
            self.tested.add(notification.id)
        if notification.purpose is not Purpose.INCIDENTS:
            return
        self.sent.setdefault(route, []).append(notification.at)
        for notice in notification.notices:
            place = (route, notice.key)
            self.told[place] = history.after(self.told.get(place), notice, notification.at)

    def forget(self, now: datetime) -> None:
        """Let go of what plays no part any more."""
        old = [
            key
            for key, alert in self.alerts.items()
            if alert.status is Status.RESOLVED and now - alert.updated_at > FORGOTTEN_AFTER
        ]
        for key in old:
            del self.alerts[key]
        self.told = {place: told for place, told in self.told.items() if place[1] not in old}
        self.tests = {key: test for key, test in self.tests.items() if _is_fresh(test, now)}
        for route, sent in self.sent.items():
            self.sent[route] = [at for at in sent if now - at < HOUR]

    def plan(
        self, routes: Sequence[Route], now: datetime, *, busy: Collection[str] = ()
    ) -> list[Notification]:
        """What is to be sent now; `remember` each once it is kept.

        busy: names of routes that have something on its way, or that are shut: they get nothing,
        so that all that comes up meanwhile goes together.
        """
        planned: list[Notification] = []
        waiting: dict[tuple[str, str], datetime] = {}
        for route in routes:
            if route.name in busy:
                waiting |= {at: since for at, since in self.noticed.items() if at[0] == route.name}
                continue
            planned += self._tests(route, now)
            planned += self._digests(route, now)
            items = list(self._items(route, routes, now))
            waiting |= self._noticed(route, items, now)
            planned += self._messages(route, [item for item in items if not item.held], now)
        self.noticed = waiting
        return planned

    def _items(self, route: Route, routes: Sequence[Route], now: datetime) -> Iterator[_Item]:
        """Everything that the route is to be told, held back or not."""
        is_quiet = quiet_until(route.quiet, route.zone, now) is not None
        passes = route.quiet is not None and route.quiet.critical_passes
        sources = [one for one in routes if one.escalation and one.escalation.to == route.name]
        for alert in self.alerts.values():
            told = self.told.get((route.name, alert.key))
            known = [(source, self.told.get((source.name, alert.key))) for source in sources]
            want = wanted(route, alert, told, sources=known, now=now)
            if want is None:
                continue
            notice = _notice(alert, want, told)
            since = self.noticed.get((route.name, notice_name(notice)), now)
            yield _Item(
                alert,
                notice,
                ready=now - since >= timedelta(seconds=route.wait_s),
                held=is_quiet and not (passes and alert.severity is Severity.CRITICAL),
                of_quiet=quiet_until(route.quiet, route.zone, since) is not None,
            )

    def _noticed(
        self, route: Route, items: Iterable[_Item], now: datetime
    ) -> dict[tuple[str, str], datetime]:
        places = [(route.name, notice_name(item.notice)) for item in items]
        return {place: self.noticed.get(place, now) for place in places}

    def _messages(
        self, route: Route, items: Iterable[_Item], now: datetime
    ) -> Iterator[Notification]:
        groups: dict[str, list[_Item]] = {}
        is_quiet = quiet_until(route.quiet, route.zone, now) is not None
        for item in items:
            # What was held back goes together, whatever its brands are.
            together = route.group_by is GroupBy.ROUTE or (item.of_quiet and not is_quiet)
            groups.setdefault("" if together else item.alert.brand, []).append(item)
        ready = [group for group in groups.values() if any(item.ready for item in group)]
        free = allowed(route, self.sent.get(route.name, ()), now)
        if not ready or not free:
            return
        if len(ready) > free:
            ready = [[item for group in ready for item in group]]
        for group in ready:
            yield self._message(route, group, now)

    def _message(self, route: Route, group: Sequence[_Item], now: datetime) -> Notification:
        # The worst first: a long message is cut at its end.
        order = sorted(
            group,
            key=lambda item: (
                -tuple(Severity).index(item.alert.severity),
                item.alert.opened_at,
                item.alert.key,
            ),
        )
        told = [(item.notice, item.alert) for item in order]
        notices = tuple(item.notice for item in order)
        return Notification(
            id=notification_id(route.name, [notice_name(notice) for notice in notices]),
            route=route.name,
            purpose=Purpose.INCIDENTS,
            at=now,
            message=Writer(route, self.dashboard_url).incidents(told),
            notices=notices,
            alerts=tuple(_carried_along(item.alert, of=len(order)) for item in order),
        )

    def _tests(self, route: Route, now: datetime) -> Iterator[Notification]:
        for test in self.tests.values():
            planned = marked_test(route, self.dashboard_url, name=test.key, at=now)
            if planned.id not in self.tested and _is_fresh(test, now):
                yield planned

    def _digests(self, route: Route, now: datetime) -> Iterator[Notification]:
        if route.digest is not None:
            yield from self._digest(route, now, _DAY, digest_due(route.digest, route.zone, now))
        if route.weekly is not None:
            yield from self._digest(route, now, _WEEK, weekly_due(route.weekly, route.zone, now))

    def _digest(
        self, route: Route, now: datetime, days: int, last: tuple[date, datetime]
    ) -> Iterator[Notification]:
        """The digest of so many days. last: its day, and when it was due."""
        day, due = last
        gone = (days, day.isoformat()) in self.digests.get(route.name, ())
        if gone or now - due > _DIGEST_LATE[days]:
            return
        span = timedelta(days=days)
        alerts = [alert for alert in self.alerts.values() if _is_in_digest(route, alert, due, span)]
        alerts.sort(key=lambda alert: (alert.opened_at, alert.key))
        kind = "digest" if days == _DAY else "weekly"
        yield Notification(
            id=notification_id(route.name, [kind, day.isoformat()]),
            route=route.name,
            purpose=Purpose.DIGEST,
            at=now,
            message=Writer(route, self.dashboard_url).digest(alerts, day, days=days),
            alerts=tuple(_carried_along(alert, of=len(alerts)) for alert in alerts),
            day=day.isoformat(),
            days=days,
        )


def marked_test(route: Route, dashboard_url: str, *, name: str, at: datetime) -> Notification:
    """A message that says that it is a test. name: what tells this test from others."""
    return Notification(
        id=notification_id(route.name, [name]),
        route=route.name,
        purpose=Purpose.TEST,
        at=at,
        message=Writer(route, dashboard_url).test(),
    )


def _is_fresh(test: Alert, now: datetime) -> bool:
    return now - test.opened_at <= _TEST_LASTS


def _notice(alert: Alert, want: Want, told: Told | None) -> Notice:
    return Notice(
        key=alert.key,
        what=want.what,
        number=told.notices if told else 0,
        severity=alert.severity,
        sequence=alert.sequence,
        escalated_from=want.escalated_from,
    )


def _carried_along(alert: Alert, *, of: int) -> Alert:
    """The alert as receivers get it: where there are many, the proof stays in the dashboard."""
    return alert if of <= _MOST_WITH_EVIDENCE else msgspec.structs.replace(alert, evidence=None)


def _is_in_digest(route: Route, alert: Alert, due: datetime, span: timedelta) -> bool:
    recent = alert.status is Status.OPEN or due - alert.updated_at <= span
    return recent and not alert.muted_by and route.filters.let_pass(alert)
