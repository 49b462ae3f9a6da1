"""`groundswell alerts` on a real ClickHouse."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from typer.testing import CliRunner, Result

from compose.commands.alerts import app
from schemas.alert import Alert, Change, Kind, Severity, Status
from schemas.errors import SettingsError, StoreError, WatchlistError
from schemas.incident_action import Action, ActionKind
from streams.alerts.store import IncidentStore
from streams.clickhouse.connection import connect
from streams.clickhouse.migrate import migrate

NOW = datetime.now(UTC).replace(microsecond=0)
runner = CliRunner()


def alert(key: str, **changes: object) -> Alert:
    """An open incident."""
    usual = Alert(
        key=key,
        sequence=1,
        change=Change.OPENED,
        brand="Acme",
        kind=Kind.VOLUME,
        status=Status.OPEN,
        severity=Severity.NOTICE,
        since=NOW,
        opened_at=NOW,
        updated_at=NOW,
        sentence="Acme: many posts \x1b[31m.",
    )
    return msgspec.structs.replace(usual, **changes)


@pytest.fixture(scope="module")
def store(clickhouse_server: str) -> Iterator[IncidentStore]:
    """Two open incidents, and one of last month that is over."""
    url = f"{clickhouse_server.rpartition('/')[0]}/alerts_{uuid4().hex[:12]}"
    migrate(url)
    with closing(IncidentStore(url)) as found:
        old = NOW - timedelta(days=30)
        over = {"status": Status.RESOLVED, "opened_at": old, "updated_at": old}
        found.write_events([alert("aaa111"), alert("aaa222", brand="Bolt"), alert("bbb", **over)])
        found.url = url  # type: ignore[attr-defined]
        yield found


def run(store: IncidentStore, *arguments: str, watchlist: Path | None = None) -> Result:
    url: str = store.url  # type: ignore[attr-defined]
    env = {"GROUNDSWELL_WATCHLIST": str(watchlist)} if watchlist else {}
    return runner.invoke(app, [*arguments, "--clickhouse-url", url], env=env)


def actions(store: IncidentStore) -> list[Action]:
    return store.new_actions(since=NOW - timedelta(days=1))


def test_lists_what_goes_on_and_what_was(store: IncidentStore):
    """A table without control characters; one JSON object a line; filters."""
    result = run(store, "list")
    assert result.output.endswith("2 incidents\n")
    assert "\x1b" not in result.output
    found = [json.loads(line) for line in run(store, "list", "--json").output.splitlines()]
    assert {item["key"] for item in found} == {"aaa111", "aaa222"}
    assert "1 incident\n" in run(store, "list", "--brand", "Bolt").output
    assert "3 incidents" in run(store, "list", "--since", "60d").output
    assert "2 incidents" in run(store, "list", "--since", "60d", "--open").output


def test_shows_one_by_the_beginning_of_its_key(store: IncidentStore):
    """An ambiguous or unknown beginning is an error that says where keys are."""
    assert "aaa222" in run(store, "show", "aaa2").output
    assert json.loads(run(store, "show", "bbb", "--json").output)["key"] == "bbb"
    for wrong in ("aaa", "zzz"):
        error = run(store, "show", wrong).exception
        assert isinstance(error, StoreError)
        assert "alerts list" in str(error)


def test_actions_are_noted_for_the_monitor(store: IncidentStore, tmp_path: Path):
    """Who, what, on which incident or brand, until when and why."""
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text(
        "brands: [{name: Acme}]\n"
        "routes: [{name: hook, channel: webhook, url: 'https://example.org', secret: 'env:S'}]\n"
    )
    commands = (
        ("ack", "aaa1", "--by", "Ann"),
        ("silence", "aaa1", "--for", "2h", "--reason", "known", "--by", "Ann"),
        ("silence", "--brand", "Acme", "--reason", "strike", "--by", "Ann"),
        ("silence", "aaa1", "--end"),
        ("resolve", "aaa1"),
        ("verdict", "bbb", "no-incident", "--reason", "a joke"),
        ("test",),
    )
    for command in commands:
        result = run(store, *command, watchlist=watchlist)
        assert result.exit_code == 0, (command, result.output, result.exception)
        assert result.output.startswith("noted")
    noted = actions(store)
    assert [action.kind for action in noted] == [
        ActionKind.ACKNOWLEDGE,
        ActionKind.SILENCE,
        ActionKind.SILENCE,
        ActionKind.UNSILENCE,
        ActionKind.RESOLVE,
        ActionKind.NO_INCIDENT,
        ActionKind.TEST,
    ]
    assert [action.key for action in noted] == [
        *("aaa111", "aaa111", "", "aaa111", "aaa111", "bbb", "")
    ]
    silence = noted[1]
    assert (silence.who, silence.reason) == ("Ann", "known")
    assert silence.until is not None
    assert (
        timedelta(hours=1, minutes=59) < silence.until - silence.at < timedelta(hours=2, minutes=1)
    )
    assert noted[2].brand == "Acme"


@pytest.mark.parametrize(
    "command",
    [
        ("silence", "aaa1"),  # no reason
        ("silence", "--reason", "x"),  # of what?
        ("silence", "aaa1", "--brand", "Acme", "--reason", "x"),
        ("silence", "aaa1", "--reason", "x", "--for", "soon"),
        ("list", "--since", "yesterday"),
        ("show", ""),
        ("ack", ""),  # a variable that is not set
        ("resolve", ""),
        ("verdict", "", "incident"),
        ("silence", "", "--reason", "x"),
    ],
)
def test_what_cannot_be_done_says_why(store: IncidentStore, command: tuple[str, ...]):
    """Nothing is noted."""
    before = len(actions(store))
    assert isinstance(run(store, *command).exception, SettingsError)
    assert len(actions(store)) == before


def test_a_backtest_is_printed_and_kept(store: IncidentStore, tmp_path: Path):
    """Both lists and the length; --keep leaves it for the dashboard; a wrong rule is refused."""
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text("brands: [{name: Acme}, {name: Bolt}]\n")
    rule = ("backtest", "--from", "1h", "--rule", "posts >= 5 in 5m")
    result = run(store, *rule, "--keep", watchlist=watchlist)
    assert result.exit_code == 0, result.exception
    assert "0 would have opened" in result.output
    assert "2 did open" in result.output
    assert "60 minutes of 2 series" in result.output
    found = json.loads(run(store, *rule, "--json", watchlist=watchlist).output)
    assert {item["key"] for item in found["did"]} == {"aaa111", "aaa222"}
    wrong = run(store, "backtest", "--rule", "posts > many", watchlist=watchlist)
    assert isinstance(wrong.exception, SettingsError)
    with connect(store.url) as client:  # type: ignore[attr-defined]
        assert client.execute("SELECT status, count() FROM backtests GROUP BY 1") == [("done", 1)]


def test_a_backtest_that_names_all_needs_no_watchlist(store: IncidentStore, tmp_path: Path):
    """As the command that an alert carries does, wherever it is run; others say what is missing."""
    missing = tmp_path / "nowhere.yaml"
    rule = ("backtest", "--from", "1h", "--rule", "posts >= 5 in 5m of topic delivery")
    found = run(store, *rule, "--brand", "Acme", watchlist=missing)
    assert found.exit_code == 0, found.exception
    assert "1 did open" in found.output
    assert isinstance(run(store, *rule, watchlist=missing).exception, WatchlistError)
