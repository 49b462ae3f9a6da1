"""Incidents as the page reads them, from a real ClickHouse."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from clickhouse_driver import Client
from msgspec import structs

from dashboards.action_writer import ActionWriter
from dashboards.queries import backtests, incidents, watching
from dashboards.store import Store
from schemas.access import LOCAL_PERSON, NotAllowedError, Person, Role
from schemas.alert import Acknowledgement, Change, Severity, Silence, Status, Verdict
from schemas.backtest import BacktestRequest, BacktestResult, BacktestStatus
from schemas.errors import StoreError
from schemas.incident_action import Action, ActionKind
from tests.dashboards.incident_table import alert, evidence_of, insert_events
from tests.dashboards.mention_table import NOON, MentionTable

SINCE = NOON


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Four incidents; the first one grew, was looked after and is told with evidence once."""
    first = alert(key="first", since=SINCE, evidence=evidence_of(["Text"], ["name"]))
    later = SINCE + timedelta(hours=1)
    looked_after = structs.replace(
        first,
        sequence=2,
        change=Change.ACKNOWLEDGED,
        evidence=None,
        updated_at=later,
        acknowledged=Acknowledgement(by="Mei", at=later),
        silenced=Silence(by="Mei", until=later, reason="launch"),
    )
    insert_events(
        *(table, first, looked_after, looked_after),
        alert(key="worst", since=SINCE - timedelta(days=9), severity=Severity.CRITICAL),
        alert(
            key="over",
            since=SINCE - timedelta(days=1),
            status=Status.RESOLVED,
            resolved_at=later,
            verdict=Verdict.NO_INCIDENT,
        ),
        alert(key="older", since=SINCE - timedelta(days=2), status=Status.RESOLVED),
    )


def test_list_has_each_incident_once_as_it_stands(store: Store):
    """Open ones first, the worst of them before others; then the newest."""
    found = incidents.read_list(store.rows(incidents.list_query()))
    assert [one.key for one in found] == ["worst", "first", "over", "older"]
    first, over = found[1], found[2]
    assert (first.acknowledged_by, first.is_open) == ("Mei", True)
    assert first.silenced_until == SINCE + timedelta(hours=1)
    assert (over.verdict, over.resolved_at) == ("no_incident", SINCE + timedelta(hours=1))
    assert over.silenced_until is None
    assert first.alert.signals[0].seen == 210


def test_list_reads_the_alerts_of_its_incidents_alone(table: MentionTable):
    """However many incidents there were: alerts with evidence are large, and are kept for ever."""
    past = [
        alert(
            key=f"past-{number:02}",
            since=SINCE - timedelta(days=400 - number),
            status=Status.RESOLVED,
            sentence="x" * 3_000_000,
        )
        for number in range(12)
    ]
    insert_events(table, *past)
    query = incidents.list_query()
    with Client.from_url(table.url) as client:
        settings = {"max_bytes_to_read": 15_000_000}
        rows = client.execute(query.sql, {**query.parameters, "most": 5}, settings=settings)
    assert [row[0] for row in rows] == ["worst", "first", "over", "older", "past-11"]


def test_history_has_all_events_and_the_last_evidence(store: Store):
    """The oldest event first; an unknown key has no history."""
    found = incidents.read_history(store.rows(incidents.history_query("first")))
    assert found is not None
    assert [event.change for event in found.events] == ["opened", "acknowledged"]
    assert found.alert.acknowledged is not None
    assert found.alert.evidence is not None
    assert found.alert.evidence.phrases[0].text == "name"
    assert incidents.read_history(store.rows(incidents.history_query("none"))) is None


def test_what_is_written_is_read_back(store: Store, table: MentionTable):
    """Again under the same id changes nothing; the brand's silences belong to its incidents."""
    writer = ActionWriter(table.url)
    mine = Action(
        id=uuid4(),
        at=SINCE,
        who="'; DROP TABLE incident_actions; --",
        kind=ActionKind.SILENCE,
        key="first",
        until=SINCE + timedelta(hours=4),
        reason="launch",
    )
    writer.write(mine, by=LOCAL_PERSON)
    writer.write(mine, by=LOCAL_PERSON)
    for brand, at in (
        ("Tuskbook", SINCE),
        ("Velorra", SINCE),
        ("Tuskbook", NOON.replace(year=2020)),
    ):
        other = structs.replace(mine, id=uuid4(), key="", brand=brand, at=at, who=brand)
        writer.write(other, by=LOCAL_PERSON)
    query = incidents.deeds_query("first", "Tuskbook", since=SINCE)
    found = incidents.read_deeds(store.rows(query))
    assert {deed.who for deed in found} == {mine.who, "Tuskbook"}
    [deed] = [deed for deed in found if deed.who == mine.who]
    assert (deed.action, deed.until, deed.reason) == ("silence", mine.until, "launch")


def test_writer_tells_that_nothing_was_written():
    """A server that is away."""
    away = ActionWriter("clickhouse://127.0.0.1:1/none")
    with pytest.raises(StoreError):
        away.write(
            Action(id=uuid4(), at=NOON, who="x", kind=ActionKind.RESOLVE, key="k"), by=LOCAL_PERSON
        )


def test_writer_refuses_what_somebody_may_not_do(store: Store, table: MentionTable):
    """A viewer does nothing; an analyst silences nothing, and judges their own brands alone."""
    writer = ActionWriter(table.url)
    seen = Action(id=uuid4(), at=NOON, who="eve", kind=ActionKind.ACKNOWLEDGE, key="first")
    silence = structs.replace(seen, kind=ActionKind.SILENCE)
    other = Person("eve", Role.ANALYST, frozenset({"Velorra"}))
    own = Person("eve", Role.ANALYST, frozenset({"Tuskbook"}))
    for action, person in (
        (seen, Person("eve", Role.VIEWER)),
        (seen, other),
        (silence, own),
        (structs.replace(seen, key="", brand="Tuskbook"), other),
    ):
        with pytest.raises(NotAllowedError):
            writer.write(action, by=person)
    request = BacktestRequest(since=SINCE, until=SINCE + timedelta(days=1))
    for wish in (request, structs.replace(request, brands=("Velorra",))):
        with pytest.raises(NotAllowedError):
            writer.ask(wish, who="eve", by=own)
    sql = "SELECT who FROM incident_actions WHERE who = 'eve'"
    assert table.execute(sql) == []
    writer.write(seen, by=own)
    assert table.execute(sql) == [("eve",)]


def test_wish_waits_until_it_is_answered(store: Store, table: MentionTable):
    """The newest first; what cannot be read is left out."""
    assert backtests.read_trials(store.rows(backtests.trials_query())) == []
    request = BacktestRequest(since=SINCE, until=SINCE + timedelta(days=1), rules=("posts >= 9",))
    ActionWriter(table.url).ask(request, who="Mei", by=LOCAL_PERSON)
    [trial] = backtests.read_trials(store.rows(backtests.trials_query()))
    assert (trial.who, trial.request, trial.status) == ("Mei", request, BacktestStatus.ASKED)
    assert trial.result == BacktestResult()
    now = datetime.now(UTC)
    result = msgspec.json.encode(BacktestResult(minutes=7)).decode()
    wish = msgspec.json.encode(request).decode()
    rows = [
        (trial.id, trial.asked_at, "Mei", wish, "done", result, now),
        (uuid4(), now, "Eve", "{", "done", result, now),
    ]
    table.execute(
        "INSERT INTO backtests (id, asked_at, who, request, status, result, at) VALUES", rows
    )
    [trial] = backtests.read_trials(store.rows(backtests.trials_query()))
    assert (trial.status, trial.result.minutes) == (BacktestStatus.DONE, 7)


def test_watch_is_what_the_monitor_said_last(store: Store, table: MentionTable):
    """Nobody watches, all is known, a brand is not, and a monitor that fell silent."""

    def watch(now: datetime) -> watching.Watch:
        return watching.read_states(store.rows(watching.states_query()), now=now)

    def say(*row: object) -> None:
        table.execute(
            "INSERT INTO watch_states (scope, name, state, detail, since, at) VALUES", [row]
        )

    assert watch(NOON).state == "away"
    say("monitor", "monitor", "ok", "", NOON, NOON)
    assert watch(NOON) == watching.Watch("ok", "", ())
    say("brand", "Aurora", "unknown", "silent", NOON, NOON)
    assert watch(NOON).unknown == ("Aurora",)
    say("monitor", "monitor", "unknown", "the worker lags", NOON, NOON + timedelta(seconds=5))
    assert watch(NOON).state == "unknown"
    assert watch(NOON + timedelta(minutes=5)) == watching.Watch("away", "the worker lags", ())
