"""`groundswell alerts`: incidents on the command line."""

import getpass
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import uuid4

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from compose.commands.alerts_backtest import backtest
from compose.commands.alerts_test_route import try_route
from compose.flags import takes_settings
from compose.settings import Settings
from compose.spans import parse_span
from compose.watchlist_in_force import in_force
from schemas.alert import Alert
from schemas.errors import SettingsError, StoreError
from schemas.incident_action import Action, ActionKind
from streams.alerts.rendering import LIST_COLUMNS, listed, shown
from streams.alerts.store import IncidentStore

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
app.command("backtest")(backtest)

_LONGEST = timedelta(days=366)

Key = Annotated[str, typer.Argument(help="The incident's key, or its beginning.")]
By = Annotated[str, typer.Option(help="Your name. [default: this machine's user]")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Through = Annotated[str, typer.Option("--route", help="Only this route, and show its answer.")]
Reason = Annotated[str, typer.Option(help="Why, for the others.")]


class Said(StrEnum):
    """What `verdict` takes."""

    INCIDENT = "incident"
    NO_INCIDENT = "no-incident"


@app.callback()
def alerts() -> None:
    """List incidents, look after them, and try rules on the past.

    What you do is written down at once; the monitor takes it up within seconds.
    """


@app.command("list")
@takes_settings("clickhouse_url")
def list_incidents(
    settings: Settings,
    *,
    brand: Annotated[str, typer.Option(help="Only this brand's.")] = "",
    only_open: Annotated[bool, typer.Option("--open", help="Only those that go on.")] = False,
    since: Annotated[str, typer.Option(help="How far back, such as 24h or 7d.")] = "7d",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most to list.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the incidents, the latest first."""
    now = datetime.now(UTC)
    begin = now - duration(since, flag="--since")
    with closing(IncidentStore(settings.clickhouse_url)) as store:
        found = store.listed(since=begin, only_open=only_open, brand=brand, limit=limit)
    if as_json:
        for alert in found:
            typer.echo(msgspec.json.encode(alert).decode())
        return
    if found:
        table = Table(box=None, pad_edge=False)
        for name in LIST_COLUMNS:
            table.add_column(name, no_wrap=name != LIST_COLUMNS[-1])
        for alert in found:
            table.add_row(*map(Text, listed(alert, now)))
        # Into a pipe goes what a wide screen would show.
        Console(width=None if sys.stdout.isatty() else 200).print(table)
    typer.echo(f"{len(found)} incident{'' if len(found) == 1 else 's'}")


@app.command()
@takes_settings("clickhouse_url")
def show(settings: Settings, key: Key, *, as_json: AsJson = False) -> None:
    """Show one incident with all that is known of it."""
    with closing(IncidentStore(settings.clickhouse_url)) as store:
        alert = _incident(store, key)
    typer.echo(msgspec.json.encode(alert).decode() if as_json else shown(alert, datetime.now(UTC)))


@app.command()
@takes_settings("clickhouse_url")
def ack(settings: Settings, key: Key, *, by: By = "") -> None:
    """Say that you look after an incident; nobody else is woken for it."""
    _act(settings, key, ActionKind.ACKNOWLEDGE, by=by)


@app.command()
@takes_settings("clickhouse_url")
def silence(
    settings: Settings,
    key: Annotated[str, typer.Argument(help="The incident's key, or its beginning.")] = "",
    *,
    brand: Annotated[str, typer.Option(help="Instead of a key: all that this brand has.")] = "",
    lasting: Annotated[str, typer.Option("--for", help="How long, such as 2h or 1d.")] = "2h",
    reason: Reason = "",
    end: Annotated[bool, typer.Option("--end", help="End the silence now.")] = False,
    by: By = "",
) -> None:
    """Tell nobody for a while: of one incident, or of a brand. A reason is needed."""
    if bool(key) == bool(brand):
        raise SettingsError("name either an incident's key or a brand with --brand")
    if not end and not reason.strip():
        raise SettingsError("say why with --reason: others will want to know")
    if brand:
        _check_brand(settings, brand)
    kind = ActionKind.UNSILENCE if end else ActionKind.SILENCE
    until = None if end else datetime.now(UTC) + duration(lasting, flag="--for")
    _act(settings, None if brand else key, kind, by=by, brand=brand, until=until, reason=reason)


@app.command()
@takes_settings("clickhouse_url")
def resolve(settings: Settings, key: Key, *, by: By = "", reason: Reason = "") -> None:
    """Call an incident over. What still goes on does not open it again."""
    _act(settings, key, ActionKind.RESOLVE, by=by, reason=reason)


@app.command()
@takes_settings("clickhouse_url")
def verdict(
    settings: Settings,
    key: Key,
    said: Annotated[Said, typer.Argument(help="Whether it was one.")],
    *,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Say whether it was an incident at all; the precision of rules is counted by it."""
    kind = ActionKind.INCIDENT if said is Said.INCIDENT else ActionKind.NO_INCIDENT
    _act(settings, key, kind, by=by, reason=reason)


@app.command("test")
@takes_settings("clickhouse_url", "watchlist", "dashboard_url")
def try_routes(settings: Settings, *, route: Through = "", by: By = "") -> None:
    """Send a marked test alert through every route. The monitor must be running.

    With --route it goes through that one from here, at once, and the receiver's answer is shown.
    """
    if route:
        try_route(settings, route)
    else:
        _act(settings, None, ActionKind.TEST, by=by)


def _act(
    settings: Settings,
    key: str | None,
    kind: ActionKind,
    *,
    by: str,
    brand: str = "",
    until: datetime | None = None,
    reason: str = "",
) -> None:
    now = datetime.now(UTC)
    with closing(IncidentStore(settings.clickhouse_url)) as store:
        full_key = "" if key is None else _incident(store, key).key
        action = Action(
            id=uuid4(),
            at=now,
            who=(by.strip() or getpass.getuser())[:200],
            kind=kind,
            key=full_key,
            brand=brand,
            until=until,
            reason=reason.strip()[:2000],
        )
        store.write_action(action)
    typer.echo(f"noted: {kind.value.replace('_', ' ')} {full_key or brand}".rstrip())


def _incident(store: IncidentStore, start: str) -> Alert:
    if not start:
        raise SettingsError("the incident's key is empty; `groundswell alerts list` shows the keys")
    keys = store.keys_like(start)
    if len(keys) != 1:
        what = "is no incident's key" if not keys else "is the beginning of several keys"
        raise StoreError(f"{start!r} {what}; `groundswell alerts list` shows them")
    alert = store.latest(keys[0])
    assert alert is not None
    return alert


def _check_brand(settings: Settings, brand: str) -> None:
    names = [item.name for item in in_force(settings).watchlist.brands]
    if brand not in names:
        raise SettingsError(f"--brand {brand!r} is not watched; these are: {names}")


def duration(text: str, *, flag: str) -> timedelta:
    """A time such as 30m, 2h or 7d. Raises SettingsError."""
    span = parse_span(text) or timedelta()
    if not timedelta() < span <= _LONGEST:
        raise SettingsError(f"{flag} {text!r} is no time; try 30m, 2h or 7d")
    return span
