"""What is planned: once, soon, together, and never twice."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import Acknowledgement, Alert, Severity, Silence, Status, Verdict
from schemas.routes import Escalation, Filters, GroupBy, QuietHours, Route, WeeklyTime
from streams.notifications.notification import Notification, Purpose, What
from streams.notifications.pace import MOST_IN_WINDOW, WINDOW
from streams.notifications.planner import Planner
from streams.notifications.quiet_hours import quiet_until
from tests.streams.notifications.incidents import (
    HOUR,
    MINUTE,
    SECOND,
    START,
    evidence,
    incident,
    resolved,
    route,
)


class World:
    """A planner whose every plan is kept at once, and what it planned."""

    def __init__(self, *routes: Route) -> None:
        self.routes = routes
        self.planner = Planner("https://page.example")
        self.planned: list[Notification] = []

    def at(self, now: datetime, *events: Alert, busy: Sequence[str] = ()) -> list[str]:
        """Events happen, the clock stands at now: what is told, as `route: what key`."""
        self.planner.observe(events)
        found = self.planner.plan(self.routes, now, busy=busy)
        for notification in found:
            self.planner.remember(notification)
        self.planned += found
        return [
            f"{one.route}: {notice.what} {notice.key}" for one in found for notice in one.notices
        ]

    def until(self, now: datetime, end: datetime, step: timedelta = MINUTE) -> list[str]:
        """The clock runs; all that is told."""
        told = []
        while now <= end:
            told += self.at(now)
            now += step
        return told

    def restart(self) -> None:
        """Only what was kept is known again: the outbox, and the incidents as they stand."""
        kept = self.planner
        self.planner = Planner("https://page.example")
        self.planner.observe(kept.alerts.values())
        for notification in self.planned:
            data = msgspec.json.encode(notification)
            self.planner.remember(msgspec.json.decode(data, type=Notification))


def test_opening_and_end_are_told_once():
    """However often the events come and the clock ticks."""
    world = World(route())
    assert world.at(START, incident()) == ["team: opened acme-1"]
    assert world.at(START + SECOND, incident()) == []
    over = resolved(at=START + HOUR)
    assert world.at(START + HOUR, over) == []
    assert world.at(START + HOUR + 2 * MINUTE, over, incident()) == ["team: resolved acme-1"]
    assert world.until(START + HOUR + 3 * MINUTE, START + 3 * HOUR) == []


def test_waits_for_company():
    """The wait begins when the first of a group is seen; another brand's group waits by itself."""
    world = World(route(wait_s=30))
    assert world.at(START, incident("a")) == []
    assert world.at(START + 20 * SECOND, incident("b"), incident("z", brand="Zeta")) == []
    assert len(world.at(START + 30 * SECOND)) == 2
    assert len(world.planned) == 1
    assert world.at(START + 50 * SECOND) == ["team: opened z"]


def test_worsening_is_told_and_falling_is_not():
    """Severity never falls in truth; the planner does not rely on it."""
    world = World(route())
    world.at(START, incident())
    worse = incident(sequence=2, severity=Severity.CRITICAL)
    assert world.at(START + MINUTE, worse) == ["team: worsened acme-1"]
    better = incident(sequence=3, severity=Severity.NOTICE)
    assert world.at(START + 5 * MINUTE, better) == []


def test_twenty_flaps_are_one_opening_and_one_end():
    """20 flaps in ten minutes."""
    world = World(route())
    told = []
    for flap in range(20):
        at = START + flap * 30 * SECOND
        told += world.at(at, incident(sequence=2 * flap + 1, updated_at=at))
        end = at + 15 * SECOND
        told += world.at(end, resolved(at=end, sequence=2 * flap + 2))
    told += world.until(START + 10 * MINUTE, START + 5 * HOUR)
    assert told == ["team: opened acme-1", "team: resolved acme-1"]


def test_each_return_makes_the_next_end_wait_longer():
    """A slow flap is told of, ever more seldom."""
    world = World(route())
    told: list[str] = []
    for flap in range(40):
        at = START + flap * 20 * MINUTE
        told += world.at(at, incident(sequence=2 * flap + 1, updated_at=at))
        end = at + 10 * MINUTE
        told += world.at(end, resolved(at=end, sequence=2 * flap + 2))
        told += world.until(end, end + 9 * MINUTE)
    assert 2 <= told.count("team: resolved acme-1") <= 4
    assert told[:3] == [f"team: {what} acme-1" for what in ("opened", "resolved", "reopened")]


@pytest.mark.parametrize("spread", [timedelta(0), SECOND, 10 * SECOND])
def test_fifty_brands_at_once_are_few_messages(spread: timedelta):
    """At most five open all of them, and at most five close them."""
    world = World(route(wait_s=3))
    keys = [f"brand-{number}" for number in range(50)]
    for number, key in enumerate(keys):
        at = START + number * spread
        world.at(at, incident(key, brand=key, at=at))
    world.until(START + 50 * spread, START + HOUR, 5 * SECOND)
    opened = len(world.planned)
    assert opened <= 5
    for number, key in enumerate(keys):
        at = START + HOUR + number * spread
        world.at(at, resolved(key, brand=key, at=at))
    world.until(START + HOUR, START + 3 * HOUR, 5 * SECOND)
    assert len(world.planned) - opened <= 5
    told = Counter(notice.key for one in world.planned for notice in one.notices)
    assert told == dict.fromkeys(keys, 2)


def test_a_large_group_leaves_its_proof_at_home():
    """Fifty alerts with all their posts would be too much for a receiver."""
    world = World(route(group_by=GroupBy.ROUTE))
    events = [incident(str(number), evidence=evidence()) for number in range(50)]
    world.at(START, *events)
    (one,) = world.planned
    assert [alert.evidence for alert in one.alerts] == [None] * 50
    assert len(msgspec.json.encode(one)) < 100_000
    assert "and 30 more" in one.message.sections[-1].heading


def test_acknowledged_has_no_reminder_and_no_escalation():
    """Its end is told all the same."""
    routes = [route(repeat_s=600, escalation=Escalation(to="duty", after_s=900))]
    world = World(*routes, route("duty", immediate=False))
    world.at(START, incident())
    assert world.at(START + 10 * MINUTE) == ["team: reminder acme-1"]
    by = Acknowledgement(by="ann", at=START)
    assert world.at(START + 15 * MINUTE, incident(sequence=2, acknowledged=by)) == []
    assert world.until(START + 16 * MINUTE, START + 3 * HOUR) == []
    over = resolved(sequence=3, at=START + 4 * HOUR, acknowledged=by)
    assert world.at(START + 5 * HOUR, over) == ["team: resolved acme-1"]


def test_escalation_reaches_the_next_route_once_each():
    """Two steps; each of the told hears of the end."""
    team = route(escalation=Escalation(to="duty", after_s=900))
    duty = route("duty", immediate=False, escalation=Escalation(to="boss", after_s=900))
    world = World(team, duty, route("boss", immediate=False, send_resolved=False))
    told = world.at(START, incident()) + world.until(START + SECOND, START + 2 * HOUR)
    assert told == ["team: opened acme-1", "duty: escalated acme-1", "boss: escalated acme-1"]
    assert [one.at - START for one in world.planned] == [
        timedelta(0), 15 * MINUTE + SECOND, 30 * MINUTE + SECOND
    ]  # fmt: skip
    told = world.at(START + 4 * HOUR, resolved(at=START + 3 * HOUR))
    assert told == ["team: resolved acme-1", "duty: resolved acme-1"]


@pytest.mark.parametrize(
    "fields",
    [
        {"muted_by": "launch"},
        {"silenced": Silence(by="ann", until=START + 24 * HOUR, reason="known")},
        {"verdict": Verdict.NO_INCIDENT},
    ],
)
def test_silenced_and_muted_send_nothing(fields: dict[str, Any]):
    """Neither when it opens nor when it worsens, nor when it ends."""
    world = World(route(repeat_s=60))
    world.at(START, incident(**fields))
    world.at(START + MINUTE, incident(sequence=2, severity=Severity.CRITICAL, **fields))
    world.at(START + HOUR, resolved(sequence=3, at=START + HOUR, **fields))
    world.until(START + HOUR, START + 40 * HOUR, HOUR)
    assert world.planned == []


def test_open_when_the_silence_ends_is_told_then():
    """However long it lasted."""
    silence = Silence(by="ann", until=START + 12 * HOUR, reason="known")
    world = World(route())
    assert world.at(START, incident(silenced=silence)) == []
    assert world.at(START + 12 * HOUR) == ["team: opened acme-1"]


def test_told_and_then_silenced_hears_of_the_end_after_it():
    """Nothing meanwhile."""
    silence = Silence(by="ann", until=START + 12 * HOUR, reason="known")
    world = World(route(repeat_s=60))
    world.at(START, incident())
    world.at(START + SECOND, incident(sequence=2, silenced=silence))
    world.at(START + HOUR, resolved(sequence=3, at=START + HOUR, silenced=silence))
    assert world.until(START + HOUR, START + 12 * HOUR - MINUTE) == []
    assert world.at(START + 12 * HOUR) == ["team: resolved acme-1"]


def test_old_events_are_no_news():
    """A replayed week and an incident that was over within the wait tell nobody anything."""
    world = World(route(wait_s=60))
    old = START - 10 * 24 * HOUR
    world.at(START, incident("old", at=old), resolved("older", began=old, at=old + HOUR))
    world.at(START, resolved("blip", at=START + 30 * SECOND))
    world.until(START, START + HOUR)
    assert world.planned == []


def test_what_ended_while_nobody_could_be_told_is_told_as_over():
    """The monitor was down for two hours."""
    world = World(route())
    over = resolved(at=START + HOUR)
    assert world.at(START + 2 * HOUR, over) == ["team: over acme-1"]
    assert world.until(START + 2 * HOUR, START + 9 * HOUR) == []


def test_filters_choose():
    """By brand, severity and carrying language; what is not known yet passes."""
    filters = Filters(brands=("Acme",), severity=Severity.SERIOUS, languages=("fr",))
    world = World(route(filters=filters))
    world.at(START, incident("brand", brand="Bolt"), incident("low", severity=Severity.NOTICE))
    world.at(START, incident("german", evidence=evidence()))
    assert world.planned == []
    assert world.at(START, incident("unknown")) == ["team: opened unknown"]


NIGHT = QuietHours(since=time(22), until=time(7))


def test_quiet_hours_hold_back_until_their_end():
    """Then one message tells all, what is over by then as over; it is not stale."""
    world = World(route(quiet=NIGHT, zone="Asia/Shanghai", wait_s=30))
    night = datetime(2026, 11, 25, 14, 5, tzinfo=UTC)  # 22:05 in Shanghai
    world.at(night, incident("a", at=night), incident("b", at=night, brand="Bolt"))
    world.at(night + HOUR, resolved("b", began=night, at=night + HOUR, brand="Bolt"))
    assert world.until(night, datetime(2026, 11, 25, 22, 59, tzinfo=UTC)) == []
    morning = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    # The receiver is slow just then.
    assert world.at(morning, busy=["team"]) == []
    told = world.at(morning + SECOND, incident("c", at=morning, brand="Cola"))
    assert sorted(told) == ["team: opened a", "team: over b"]
    assert len(world.planned) == 1
    assert world.at(morning + MINUTE) == ["team: opened c"]


def test_what_passes_the_quiet_hours_takes_nothing_along():
    """Not even of its own brand, nor is it joined with another that passes."""
    passing = QuietHours(since=NIGHT.since, until=NIGHT.until, critical_passes=True)
    world = World(route(quiet=passing))
    night = datetime(2026, 11, 25, 23, 5, tzinfo=UTC)
    critical = [incident("b", at=night), incident("c", at=night, brand="Cola")]
    told = world.at(
        night,
        incident("a", at=night),
        *[msgspec.structs.replace(one, severity=Severity.CRITICAL) for one in critical],
    )
    assert told == ["team: opened b", "team: opened c"]
    assert len(world.planned) == 2


def test_critical_passes_the_quiet_hours_if_so_said():
    """And only then."""
    night = datetime(2026, 11, 25, 23, 5, tzinfo=UTC)
    event = incident(at=night, severity=Severity.CRITICAL)
    assert World(route(quiet=NIGHT)).at(night, event) == []
    passing = QuietHours(since=NIGHT.since, until=NIGHT.until, critical_passes=True)
    assert World(route(quiet=passing)).at(night, event) == ["team: opened acme-1"]


def test_rate_cap_holds_back_and_joins():
    """Two an hour; the third message has all the rest."""
    world = World(route(rate=2))
    for number in range(10):
        at = START + number * 6 * MINUTE
        world.at(at, incident(str(number), brand=str(number), at=at))
    assert len(world.planned) == 2
    world.at(START + HOUR)
    assert [len(one.notices) for one in world.planned] == [1, 1, 8]


def test_busy_route_gets_all_in_one_message_later():
    """A receiver that was down does not get a heap of messages; others are told at once."""
    world = World(route(), route("other"))
    for number in range(5):
        at = START + number * 10 * MINUTE
        told = world.at(at, incident(str(number), brand=str(number), at=at), busy=["team"])
        assert told == [f"other: opened {number}"]
    assert len(world.at(START + HOUR)) == 5
    assert len(world.planned) == 6


def test_digest_comes_once_a_day_by_the_zone_s_clock():
    """With the incidents of a day, and without any; across a restart."""
    world = World(route(digest=time(8), zone="America/New_York", immediate=False))
    world.at(START - HOUR, incident())
    assert world.planned == []  # seven o'clock there
    world.until(START, START + 20 * HOUR)
    world.at(START + 20 * HOUR, resolved(at=START + 20 * HOUR))
    world.restart()
    world.until(START + 21 * HOUR, START + 72 * HOUR)
    days = [one.day for one in world.planned]
    assert days == ["2026-11-25", "2026-11-26", "2026-11-27"]
    assert [one.at.hour for one in world.planned] == [13, 13, 13]
    assert [len(one.alerts) for one in world.planned] == [1, 1, 0]


def test_weekly_digest_beside_the_daily_one():
    """Each on its own day and with its own span, across a restart; late by a day at most."""
    # START is a Wednesday.
    both = route(
        digest=time(8), weekly=WeeklyTime(weekday=3, at=time(8)), zone="UTC", immediate=False
    )
    world = World(both)
    world.at(START - 60 * HOUR, incident(at=START - 60 * HOUR))
    world.at(START - 59 * HOUR, resolved(at=START - 59 * HOUR))
    world.planned.clear()
    world.restart()
    world.until(START, START + 40 * HOUR)
    found = [(one.days, one.day, len(one.alerts)) for one in world.planned]
    assert found == [(1, "2026-11-26", 0), (7, "2026-11-26", 1)]
    weekly = world.planned[-1].message
    assert weekly.title == "Weekly digest up to 2026-11-26: 1 incidents"
    assert weekly.sections[0].lines == ("Acme: 1 incidents, 0 still open",)

    late = World(both)
    late.at(START + 2 * 24 * HOUR)
    assert late.planned == []


def test_digest_whose_time_was_missed_is_left_out():
    """A monitor started in the evening sends none of the morning."""
    world = World(route(digest=time(8)))
    world.until(START, START + 19 * HOUR)
    assert world.planned == []


# --- Whatever happens ---

SEVERITIES = st.sampled_from(list(Severity))
STEPS = st.lists(
    st.tuples(
        st.integers(0, 1200),  # seconds that pass
        st.integers(0, 5),  # which incident
        st.sampled_from(["open", "resolve", "worsen", "ack", "silence", "mute", "restart", "none"]),
        st.booleans(),  # the event comes a second time
    ),
    max_size=60,
)
ROUTES = (
    route("plain"),
    route("waiting", wait_s=60, group_by=GroupBy.ROUTE, repeat_s=1800),
    route("quiet", quiet=QuietHours(since=time(13), until=time(15)), zone="Europe/London"),
    route("capped", rate=3, escalation=Escalation(to="duty", after_s=300)),
    route("duty", immediate=False, send_resolved=False, digest=time(14)),
)


def _changed(alert: Alert | None, key: str, change: str, now: datetime) -> Alert:
    if alert is None:
        return incident(key, brand=f"brand-{key}", at=now)
    changes: dict[str, dict[str, Any]] = {
        "open": {"status": Status.OPEN, "resolved_at": None},
        "resolve": {"status": Status.RESOLVED, "resolved_at": now},
        "worsen": {"severity": Severity.CRITICAL},
        "ack": {"acknowledged": Acknowledgement(by="ann", at=now)},
        "silence": {"silenced": Silence(by="ann", until=now + 10 * MINUTE, reason="")},
        "mute": {"muted_by": "" if alert.muted_by else "launch"},
    }
    following = {"sequence": alert.sequence + 1, "updated_at": now}
    return msgspec.structs.replace(alert, **following, **changes.get(change, {}))


@given(STEPS)
def test_invariants_hold_whatever_happens(steps: list[tuple[int, int, str, bool]]):
    """Unique ids, few messages, quiet hours, silences; an opening before each end; no loss."""
    world = World(*ROUTES)
    known: dict[str, Alert] = {}
    now = START
    for seconds, number, change, twice in steps:
        now += seconds * SECOND
        if change == "restart":
            world.restart()
        elif change != "none":
            key = str(number)
            known[key] = _changed(known.get(key), key, change, now)
            world.at(now, *[known[key]] * (1 + twice))
        world.at(now)
        for route_name, alert in _told_now(world, now):
            silenced = alert.silenced is not None and alert.silenced.until > now
            assert not silenced, route_name
    world.until(now, now + 5 * HOUR)
    _check(world, known, now + 5 * HOUR)


def _told_now(world: World, now: datetime) -> list[tuple[str, Alert]]:
    return [
        (one.route, alert)
        for one in world.planned
        for alert in one.alerts
        if one.at == now and one.purpose is Purpose.INCIDENTS
    ]


def _check(world: World, known: dict[str, Alert], now: datetime) -> None:
    ids = [one.id for one in world.planned]
    assert len(set(ids)) == len(ids)
    for one in ROUTES:
        planned = [
            note
            for note in world.planned
            if note.route == one.name and note.purpose is Purpose.INCIDENTS
        ]
        times = [note.at for note in planned]
        for at in times:
            assert sum(at - WINDOW < other <= at for other in times) <= MOST_IN_WINDOW
            assert one.rate is None or sum(at - HOUR < t <= at for t in times) <= one.rate
            assert quiet_until(one.quiet, one.zone, at) is None
        for key, alert in known.items():
            notices = [n.what for note in planned for n in note.notices if n.key == key]
            told_over = [what in {What.RESOLVED, What.OVER} for what in notices]
            assert all(not (a and b) for a, b in pairwise(told_over))
            assert notices[:1] != [What.RESOLVED]
            calm = not alert.muted_by and not (alert.silenced and alert.silenced.until > now)
            if one.name in {"plain", "waiting"} and calm and alert.status is Status.OPEN:
                assert notices
                assert not told_over[-1]


@given(STEPS)
def test_a_restart_changes_nothing(steps: list[tuple[int, int, str, bool]]):
    """Planning from what was kept gives the same messages with the same ids."""
    steady, restarted = World(ROUTES[0], *ROUTES[3:]), World(ROUTES[0], *ROUTES[3:])
    known: dict[str, Alert] = {}
    now = START
    for seconds, number, change, twice in steps:
        now += seconds * SECOND
        events = []
        if change not in {"none", "restart"}:
            known[str(number)] = _changed(known.get(str(number)), str(number), change, now)
            events = [known[str(number)]]
        steady.at(now, *events)
        if twice:
            restarted.restart()
        restarted.at(now, *events)
    assert restarted.planned == steady.planned
