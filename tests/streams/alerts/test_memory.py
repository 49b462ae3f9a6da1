"""The monitor's memory in the real ClickHouse: kept, read back, and followed by the next one."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from schemas.alert import Alert, Change, Kind, Severity, Status
from schemas.incident_action import Action, ActionKind
from streams.alerts.core import Core
from streams.alerts.journal import Entry, Journal, entry_of_action, entry_of_minute
from streams.alerts.minute import Minute, moment
from streams.alerts.recovery import Recovered, Recovery
from streams.alerts.states import States
from streams.alerts.store import IncidentStore
from tests.streams.alerts.minutes import START_S, minute
from tests.streams.alerts.test_watch import RULES, quiet, surge

BRANDS = ["Acme", "Bolt"]
MINUTES = quiet(0, 90) + surge(90, 100) + quiet(100, 130)
NOW = moment(START_S + 131 * 60)


class Counts:
    """Minutes from a list."""

    def minutes(self, since_s: int, until_s: int, *, version: str = "") -> Iterator[Minute]:
        yield from (one for one in MINUTES if since_s <= one.start_s < until_s)


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    with closing(Journal(database)) as found:
        yield found


@pytest.fixture
def store(database: str) -> Iterator[IncidentStore]:
    with closing(IncidentStore(database)) as found:
        yield found


def new_core() -> Core:
    return Core(RULES, BRANDS)


def recover(journal: Journal, store: IncidentStore, *, until: int = 0) -> Recovered:
    recovery = Recovery(new_core, Counts(), journal, store)
    return recovery.recover(history_until_s=START_S + 60 * until, now=NOW)


def play(
    core: Core, journal: Journal, first: int, last: int, *, number: int
) -> tuple[list[Alert], int]:
    """Take minutes in as the monitor does: what was fed, then the journal's line."""
    chosen = MINUTES[first:last]
    told = [core.take_minute(one, one.end) for one in chosen]
    lines = [entry_of_minute(number + 1 + i, one, one.end) for i, one in enumerate(chosen)]
    journal.write_minutes([one.watched for one in told], lines)
    return [event for one in told for event in one.events], number + len(chosen)


def test_the_log_gives_back_what_was_fed(journal: Journal):
    """Counts, languages, sources and reach, minute for minute; an empty minute is one, too."""
    core = new_core()
    play(core, journal, 0, 100, number=0)
    fed = {one.start_s: one for one in MINUTES[:100]}
    read = journal.minutes(fed)
    for start_s, one in fed.items():
        assert read[start_s].counts == one.counts
        assert set(read[start_s].sources) == set(one.sources)
        heard = {item.brand for item in one.sources}
        assert read[start_s].reach == dict.fromkeys(heard, 10)
    assert [entry.number for entry in journal.entries(after=95)] == [96, 97, 98, 99, 100]


def test_two_leaders_lines_are_read_as_one(journal: Journal):
    """A minute that both wrote counts once, in the order of the numbers."""
    at = moment(START_S)
    lines = [(1, "60"), (2, "120"), (2, "180"), (3, "120"), (4, "240")]
    journal.write([Entry(number, "minute", ref, at) for number, ref in lines])
    refs = [entry.ref for entry in journal.entries(after=0)]
    assert sorted(refs) == sorted(set(refs))
    assert len(refs) == 4


def test_large_snapshots_come_back_whole_or_not_at_all(journal: Journal):
    """Cut into pieces, with any bytes in them; without a piece the one before counts."""
    content = bytes(range(256)) * 40_000
    journal.write_snapshot(3, b"\xff\x00small", NOW)
    journal.write_snapshot(7, content, NOW)
    assert journal.snapshot() == (7, content)
    assert journal.snapshot(before=7) == (3, b"\xff\x00small")
    with journal._client as client:
        client.execute("DELETE FROM watch_snapshots WHERE number = 7 AND piece = 1")
    assert journal.snapshot() == (3, b"\xff\x00small")


@pytest.mark.parametrize("kept_at", [0, 40, 92, 99])
def test_the_next_monitor_decides_the_same(journal: Journal, store: IncidentStore, kept_at: int):
    """From a snapshot anywhere, or none: the same events with the same keys and numbers."""
    core = new_core()
    events, number = play(core, journal, 0, kept_at, number=0)
    if kept_at:
        journal.write_snapshot(number, core.pack(), NOW)
    more, number = play(core, journal, kept_at, 100, number=number)
    key = (events + more)[0].key
    action = Action(
        id=uuid4(), at=moment(START_S + 6001), who="Ann", kind=ActionKind.ACKNOWLEDGE, key=key
    )
    store.write_action(action)
    number += 1
    journal.write([entry_of_action(number, action.id, NOW)])
    more += core.take_action(action)
    found = recover(journal, store)
    assert found.events == more
    assert found.number == number
    last, _ = play(core, journal, 100, 130, number=number)
    again = [found.core.take_minute(one, one.end).events for one in MINUTES[100:]]
    assert [event for events in again for event in events] == last


def test_a_useless_snapshot_is_passed_over(journal: Journal, store: IncidentStore):
    """Of another version, or damaged: the one before, and what the journal says since."""
    core = new_core()
    _, number = play(core, journal, 0, 50, number=0)
    journal.write_snapshot(number, core.pack(), NOW)
    events, number = play(core, journal, 50, 100, number=number)
    journal.write_snapshot(number, b"damaged", NOW)
    assert recover(journal, store).events == events


def test_without_a_memory_the_history_teaches(journal: Journal, store: IncidentStore):
    """Nothing of the past is news, and the next minutes are judged by what it taught."""
    found = recover(journal, store, until=95)
    assert found.events == []
    assert found.core.end_s == START_S + 95 * 60
    (event,) = found.core.take_minute(MINUTES[95], MINUTES[95].end).events
    assert event.change is Change.OPENED


def test_what_was_told_is_taken_over(journal: Journal, store: IncidentStore):
    """An open incident that the memory does not know is looked after, and ends by itself."""
    core = new_core()
    events = [e for one in MINUTES[:100] for e in core.take_minute(one, one.end).events]
    store.write_events(events)
    found = recover(journal, store, until=100)
    assert [alert.key for alert in found.core.incidents.open_incidents()] == [events[0].key]
    quieter = [minute(number, {"Acme": 2, "Bolt": 1}) for number in range(100, 160)]
    later = [e for one in quieter for e in found.core.take_minute(one, one.end).events]
    assert later[-1].status is Status.RESOLVED
    assert later[-1].sequence > events[-1].sequence


def test_actions_wait_until_they_are_taken_up(journal: Journal, store: IncidentStore):
    """An action is new until the journal has it; a word that is none is left alone."""
    action = Action(
        id=UUID(int=5),
        at=NOW,
        who="Ann",
        kind=ActionKind.SILENCE,
        brand="Acme",
        until=NOW + timedelta(hours=1),
        reason="a test's 'reason'; with \\ and \n",
    )
    store.write_action(action)
    store.write_action(msgspec.structs.replace(action, id=UUID(int=6)))
    with store._client as client:
        client.execute(
            "INSERT INTO incident_actions SELECT generateUUIDv4(), now64(3), 'x', 'dance', '', '', "
            "NULL, ''"
        )
    since = NOW - timedelta(days=1)
    assert store.new_actions(since=since)[0] == action
    journal.write([entry_of_action(1, action.id, NOW)])
    assert [one.id.int for one in store.new_actions(since=since)] == [6]
    assert store.actions([str(action.id)]) == {str(action.id): action}


def test_states_say_what_is_not_known(store: IncidentStore):
    """Lag and dead sources are shown, with since when; all is well again later."""
    states, end_s = States(), int(NOW.timestamp())
    lagging = states.due(NOW + timedelta(minutes=9), end_s=end_s, reason="lag", unknown={})
    assert [(row.state, row.detail, row.since) for row in lagging] == [("unknown", "lag", NOW)]
    store.write_states(lagging, NOW)
    later = NOW + timedelta(minutes=10)
    rows = states.due(later, end_s=int(later.timestamp()), reason="", unknown={"Acme": "forum"})
    store.write_states(rows, later)
    assert {(row.scope, row.name): row.state for row, _ in store.states()} == {
        ("monitor", "monitor"): "ok",
        ("brand", "Acme"): "unknown",
    }
    again = states.due(later + timedelta(seconds=1), end_s=end_s + 600, reason="", unknown={})
    assert [(row.name, row.state) for row in again] == [("Acme", "ok")]


def test_alerts_of_the_past_are_left_alone(store: IncidentStore, database: str):
    """However many there were: a monitor that begins reads those that play a part still."""
    keys = [f"past-{number:02}" for number in range(12)]
    for key in (*keys, "present"):
        at = NOW - timedelta(days=0 if key == "present" else 400)
        told = Alert(
            key=key,
            sequence=1,
            change=Change.RESOLVED,
            brand="Acme",
            kind=Kind.VOLUME,
            status=Status.RESOLVED,
            severity=Severity.NOTICE,
            since=at,
            opened_at=at,
            updated_at=at,
            sentence="x" if key == "present" else "x" * 3_000_000,
        )
        store.write_events([told])
    since = NOW - timedelta(days=1)
    with closing(IncidentStore(f"{database}?max_bytes_to_read=15000000")) as found:
        assert [one.key for one in found.going_on(since=since)] == ["present"]
        listed = found.listed(since=since, only_open=False, brand="", limit=5)
    assert [one.key for one in listed] == ["present"]


def test_incidents_are_listed_as_they_stand(store: IncidentStore):
    """The last event of each counts; open ones are listed however old they are."""
    core = new_core()
    events = [e for one in MINUTES for e in core.take_minute(one, one.end).events]
    store.write_events(events)
    store.write_events(events)
    (alert,) = store.listed(since=NOW - timedelta(days=1), only_open=False, brand="", limit=9)
    assert alert == events[-1]
    recent = NOW + timedelta(days=400)
    assert store.listed(since=recent, only_open=False, brand="Acme", limit=9) == []
    old = datetime(2020, 1, 1, tzinfo=UTC)
    opened = msgspec.structs.replace(events[0], key="other", opened_at=old)
    store.write_events([opened])
    assert store.listed(since=recent, only_open=True, brand="Acme", limit=9) == [opened]
    assert store.keys_like("oth") == ["other"]
    assert store.latest("nothing") is None
