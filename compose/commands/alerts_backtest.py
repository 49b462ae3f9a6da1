"""`groundswell alerts backtest`: a rule or a sensitivity on the past, before it wakes anyone."""

import getpass
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from compose.flags import takes_settings
from compose.settings import Settings
from compose.spans import parse_moment
from compose.watchlist_in_force import in_force
from schemas.alert_rules import AlertRules
from schemas.backtest import BacktestRequest, BacktestResult, BacktestStatus, TriedIncident
from streams.alerts.backtest import rules_for
from streams.alerts.backtest_desk import BacktestDesk, Wish, check
from streams.dead_letters.rendering import escaped


@takes_settings("clickhouse_url", "watchlist")
def backtest(
    settings: Settings,
    *,
    begin: Annotated[str, typer.Option("--from", help="A time, or 6h, 7d ago.")] = "7d",
    end: Annotated[str, typer.Option("--to", help="A time, or 6h, 7d ago. [default: now]")] = "",
    rule: Annotated[
        list[str] | None,
        typer.Option(
            help="Rule to try, such as 'posts >= 500 in 15m' or '... of topic delivery'; several "
            "times for several."
        ),
    ] = None,
    sensitivity: Annotated[
        str,
        typer.Option(help="calm, balanced, watchful or off; without it, rules are tried alone."),
    ] = "",
    brand: Annotated[
        list[str] | None, typer.Option(help="Only this brand; several times for several.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the result for the dashboard, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one JSON object.")] = False,
) -> None:
    """Show which incidents would have opened, beside those that did. Nobody is told.

    Without --rule and --sensitivity the watchlist is tried as it stands. The detector first learns
    from the four weeks before; that takes a minute or two.
    """
    now = datetime.now(UTC)
    request = BacktestRequest(
        since=parse_moment(begin, now, flag="--from") if begin else now,
        until=min(parse_moment(end, now, flag="--to"), now) if end else now,
        brands=tuple(brand or ()),
        rules=tuple(rule or ()),
        sensitivity=sensitivity.lower(),
    )
    rules, brands = _watched(settings, request)
    check(request, brands)
    rules_for(request, rules)
    with closing(BacktestDesk(settings.clickhouse_url, rules, brands)) as desk:
        result = desk.run(request)
        if keep:
            wish = Wish(uuid4(), now, getpass.getuser(), msgspec.json.encode(request).decode())
            desk.write(wish, BacktestStatus.DONE, result)
    if as_json:
        typer.echo(msgspec.json.encode(result).decode())
    else:
        _print(result)


def _watched(settings: Settings, request: BacktestRequest) -> tuple[AlertRules, list[str]]:
    """The watchlist's rules and brands; none is needed by what names all that is to be tried."""
    whole = request.brands and (request.rules or request.sensitivity)
    if whole and not settings.watchlist.exists():
        return AlertRules(), list(request.brands)
    watchlist = in_force(settings).watchlist
    return watchlist.alerts, [brand.name for brand in watchlist.brands]


def _print(result: BacktestResult) -> None:
    # Into a pipe goes what a wide screen would show.
    console = Console(width=None if sys.stdout.isatty() else 200)
    for title, items in (("would have opened", result.would), ("did open", result.did)):
        typer.echo(f"{len(items)} {title}")
        if items:
            console.print(_table(items))
        typer.echo("")
    if result.missed:
        typer.echo(f"{len(result.missed)} that did open would not have:")
        typer.echo("  " + ", ".join(key[:10] for key in result.missed))
    for score in result.scores:
        name = escaped(score.rule) or "detector"
        judged = score.confirmed + score.refuted
        text = "none was judged" if score.precision is None else f"precision {score.precision:.0%}"
        typer.echo(f"{name}: {score.incidents} opened, {judged} of them judged, {text}")
    typer.echo(f"{result.minutes} minutes of {result.series} series")


def _table(items: tuple[TriedIncident, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    names = ("opened (UTC)", "until", "brand", "kind", "severity", "beside", "verdict")
    for name in names:
        table.add_column(name, no_wrap=True)
    table.add_column("what happened")
    for item in items:
        cells = (
            f"{item.opened_at:%Y-%m-%d %H:%M}",
            f"{item.resolved_at:%H:%M}" if item.resolved_at else "goes on",
            item.brand,
            item.kind.value,
            item.severity.value,
            item.key[:10] or "none",
            item.verdict.value.replace("_", " "),
            item.sentence,
        )
        table.add_row(*(Text(escaped(cell)) for cell in cells))
    return table
