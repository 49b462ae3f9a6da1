"""The manager of incidents: one incident, one alert, whatever comes."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import Alert, Change, Kind, Severity, Status, Verdict
from schemas.alert_rules import AlertRules, KnownEvent
from schemas.incident_action import Action, ActionKind
from streams.alerts.incidents import Incidents, ManagerState
from streams.alerts.minute import Finding
from tests.streams.alerts.findings import at, finding


class Play:
    """Plays minutes to a manager and keeps the events."""

    def __init__(self, rules: AlertRules | None = None):
        self.manager = Incidents(rules or AlertRules())
        self.events: list[Alert] = []

    def minutes(self, first: int, last: int, *findings: Finding, late: bool = False):
        for minute in range(first, last + 1):
            self.events += self.manager.step(at(minute), findings, late=late)

    def act(self, kind: ActionKind, minute: int, **fields: object):
        key = self.events[-1].key if self.events else ""
        values: dict[str, object] = {"who": "Ann", "key": key, **fields}
        action = Action(id=UUID(int=minute), at=at(minute), kind=kind, **values)  # type: ignore[arg-type]
        self.events += self.manager.act(action)

    @property
    def changes(self) -> list[str]:
        return [event.change.value for event in self.events]


def test_an_incident_opens_grows_and_ends():
    """One key, rising numbers, told anew at 5, 15 and 60 minutes, over after ten quiet ones."""
    play = Play()
    play.minutes(0, 70, finding())
    play.minutes(71, 90)
    assert play.changes == ["opened", "updated", "updated", "updated", "resolved"]
    assert [event.sequence for event in play.events] == [1, 2, 3, 4, 5]
    assert len({event.key for event in play.events}) == 1
    opened, *updates, resolved = play.events
    assert (opened.opened_at, opened.since) == (at(0), at(-15))
    assert [event.updated_at for event in updates] == [at(5), at(15), at(60)]
    assert resolved.status is Status.RESOLVED
    assert resolved.resolved_at == at(80)


def test_a_rules_window_does_not_say_when_it_began_where_the_detector_does():
    """A rule over a day is met long after its window began; alone, nothing else is known."""
    by_rule = finding(rule="posts >= 900 in 12h", window_min=720)
    both, alone = Play(), Play()
    both.minutes(0, 0, finding(), by_rule)
    alone.minutes(0, 0, by_rule)
    assert both.events[0].since == at(-15)
    assert alone.events[0].since == at(-720)
    both.minutes(1, 30)
    both.minutes(31, 31, finding(minute=31), by_rule)
    assert both.events[-1].since_again == at(31 - 15)


def test_topics_languages_and_products_join_the_brands_incident():
    """What else the brand shows is no second alert; another brand's is one of its own."""
    play = Play()
    play.minutes(0, 0, finding(topic="delivery"))
    play.minutes(1, 1, finding(topic="delivery"), finding(lang="de"), finding(product="One"))
    play.minutes(2, 2, finding(topic="delivery"), finding(lang="de"))
    assert play.changes == ["opened", "updated"]
    assert len(play.events[-1].signals) == 3
    play.minutes(3, 3, finding("Bolt"))
    assert [event.brand for event in play.events] == ["Acme", "Acme", "Bolt"]


def test_the_kind_is_the_strongest():
    """Volume before negative before silence, at the opening and later; the key stays."""
    play = Play()
    play.minutes(0, 0, finding(kind=Kind.NEGATIVE), finding(kind=Kind.SILENCE, lang="de"))
    play.minutes(1, 1, finding(kind=Kind.NEGATIVE), finding(kind=Kind.VOLUME))
    assert [event.kind for event in play.events] == [Kind.NEGATIVE, Kind.VOLUME]
    assert len({event.key for event in play.events}) == 1


def test_it_reopens_within_the_window_and_is_new_after_it():
    """A return is the same incident; much later it is another one, with another key."""
    play = Play()
    play.minutes(0, 0, finding())
    play.minutes(1, 30)
    play.minutes(31, 31, finding())
    play.minutes(32, 60)
    play.minutes(400, 400, finding())
    assert play.changes == ["opened", "resolved", "reopened", "resolved", "opened"]
    first, *same, last = play.events
    assert {event.key for event in same} == {first.key}
    assert last.key != first.key
    assert last.sequence == 1


def test_flapping_is_one_opening_and_one_end():
    """Twenty times on and off in ten minutes."""
    play = Play()
    for minute in range(10):
        play.minutes(minute, minute, *([finding()] if minute % 2 else []))
    play.minutes(10, 60)
    assert play.changes.count("opened") == play.changes.count("resolved") == 1
    assert play.changes.count("reopened") == 0


def test_severity_rises_and_never_falls():
    """It rises with what is seen over what was expected, with the share, and with time."""
    play = Play()
    play.minutes(0, 0, finding(seen=100, expected=50))
    play.minutes(1, 1, finding(seen=1000, expected=50, share=0.8))
    play.minutes(2, 20, finding(seen=100, expected=50))
    assert [e.severity for e in play.events[:2]] == [Severity.NOTICE, Severity.CRITICAL]
    assert play.changes[:2] == ["opened", "worsened"]
    assert {event.severity for event in play.events[1:]} == {Severity.CRITICAL}


@pytest.mark.parametrize(
    ("kind", "change"),
    [(ActionKind.ACKNOWLEDGE, "acknowledged"), (ActionKind.RESOLVE, "resolved")],
)
def test_a_persons_action_counts_once(kind: ActionKind, change: str):
    """The same again changes nothing."""
    play = Play()
    play.minutes(0, 0, finding())
    play.act(kind, 1)
    play.act(kind, 2)
    assert play.changes == ["opened", change]


def test_what_a_person_called_over_does_not_come_back_at_once():
    """It must have ended first; what is new may open it before."""
    play = Play()
    play.minutes(0, 5, finding(), finding(topic="price"))
    play.act(ActionKind.RESOLVE, 5)
    count = len(play.events)
    play.minutes(6, 40, finding(), finding(topic="price"), finding(topic="delivery"))
    assert len(play.events) == count
    play.minutes(41, 41)
    play.minutes(42, 42, finding())
    assert play.changes[-1] == "reopened"


def test_a_verdict_is_kept_and_ends_a_false_alarm():
    """`no incident` ends it; an old incident is judged by its last event."""
    play = Play()
    play.minutes(0, 0, finding())
    opened = play.events[0]
    play.act(ActionKind.NO_INCIDENT, 1)
    assert play.changes == ["opened", "judged", "resolved"]
    assert play.events[-1].verdict is Verdict.NO_INCIDENT
    action = Action(id=UUID(int=1), at=at(9), who="Ann", kind=ActionKind.INCIDENT, key=opened.key)
    old = msgspec.structs.replace(play.events[-1], brand="Gone")
    (event,) = Incidents(AlertRules()).act(action, stored=old)
    assert (event.change, event.verdict) == (Change.JUDGED, Verdict.INCIDENT)
    assert event.sequence == old.sequence + 1
    assert Incidents(AlertRules()).act(action) == []


def test_silences_have_an_end_and_a_reason():
    """One incident's, a brand's, and those that begin while the brand is silent."""
    play = Play()
    play.minutes(0, 0, finding())
    play.act(ActionKind.SILENCE, 1, until=at(60), reason="known")
    play.act(ActionKind.UNSILENCE, 2)
    assert play.changes[1:] == ["silenced", "silenced"]
    assert [event.silenced is not None for event in play.events] == [False, True, False]
    play.act(ActionKind.SILENCE, 3, key="", brand="Bolt", until=at(60), reason="tests")
    play.minutes(4, 4, finding(), finding("Bolt"))
    bolt = play.events[-1]
    assert bolt.silenced is not None
    assert bolt.silenced.reason == "tests"
    play.minutes(5, 30)
    play.minutes(300, 300, finding("Bolt"))
    assert (play.changes[-1], play.events[-1].silenced) == ("opened", None)


def test_known_events_mute_and_unmute():
    """In a launch nobody is told; if it goes on after it, an event says so."""
    launch = KnownEvent("Launch", ("Acme",), at(-10), at(10))
    play = Play(AlertRules(calendar=(launch,)))
    play.minutes(0, 12, finding())
    assert [event.muted_by for event in play.events] == ["Launch", "Launch", ""]
    assert play.events[-1].updated_at == at(10)


def test_old_minutes_open_nothing():
    """A backfill tells nobody; what still goes on when it has caught up does."""
    play = Play()
    play.minutes(0, 100, finding(), late=True)
    assert play.events == []
    play.minutes(101, 101, finding())
    assert play.changes == ["opened"]
    play.minutes(102, 200, late=True)
    assert play.changes == ["opened"]
    play.minutes(201, 201)
    assert play.changes == ["opened", "resolved"]


parts = st.sampled_from([{}, {"topic": "price"}, {"lang": "de"}, {"product": "One"}])
shown = st.builds(
    lambda brand, kind, part, seen: finding(brand, kind, seen=seen, **part),
    st.sampled_from(["Acme", "Bolt"]),
    st.sampled_from(list(Kind)),
    parts,
    st.sampled_from([60.0, 400.0, 4000.0]),
)
acts = st.builds(
    lambda kind, brand: (kind, brand),
    st.sampled_from([kind for kind in ActionKind if kind is not ActionKind.TEST]),
    st.sampled_from(["Acme", "Bolt", ""]),
)
steps = st.lists(st.tuples(st.lists(shown, max_size=3), st.none() | acts), max_size=60)


Script = list[tuple[list[Finding], tuple[ActionKind, str] | None]]


def played(script: Script, *, restart_at: set[int]) -> list[Alert]:
    """The events of a script of minutes and actions, stored and restored at some of them."""
    rules = AlertRules(quiet_min=3, reopen_min=8)
    manager, events = Incidents(rules), []
    for number, (findings, act) in enumerate(script):
        if number in restart_at:
            state = msgspec.msgpack.encode(manager.state())
            manager = Incidents(rules)
            manager.restore(msgspec.msgpack.decode(state, type=ManagerState))
        events += manager.step(at(number), findings)
        if act is not None:
            kind, brand = act
            keys = [event.key for event in events if event.brand == brand]
            until = at(number + 5)
            events += manager.act(
                Action(
                    id=UUID(int=number),
                    at=at(number) + timedelta(seconds=5),
                    who="Ann",
                    kind=kind,
                    key=keys[-1] if keys else "",
                    brand="" if keys else brand,
                    until=until,
                )
            )
    return events


@given(script=steps, restart_at=st.sets(st.integers(0, 59)))
def test_restarts_change_nothing(script: Script, restart_at: set[int]):
    """Wherever it is stored and restored, the events are the same, byte for byte."""
    plain = [msgspec.json.encode(event) for event in played(script, restart_at=set())]
    assert [msgspec.json.encode(e) for e in played(script, restart_at=restart_at)] == plain


@given(script=steps)
def test_a_brand_never_has_two_open_incidents(script: Script):
    """Keys and numbers are unique, an incident opens once, and severities never fall."""
    events = played(script, restart_at=set())
    places = [(event.key, event.sequence) for event in events]
    assert len(set(places)) == len(places)
    last: dict[str, Alert] = {}
    for event in events:
        before = last.get(event.key)
        assert event.sequence == (before.sequence + 1 if before else 1)
        assert (event.change is Change.OPENED) == (before is None)
        if before is not None:
            ranks = list(Severity)
            assert ranks.index(event.severity) >= ranks.index(before.severity)
            assert event.opened_at == before.opened_at
        last[event.key] = event
        going = [one for one in last.values() if one.status is Status.OPEN]
        assert len({one.brand for one in going}) == len(going)
