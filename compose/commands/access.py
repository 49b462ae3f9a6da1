"""`groundswell access`: who may see and do what on the page, and who did what."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from compose.flags import takes_settings
from compose.mistakes import mistakes_told
from compose.settings import Settings
from dashboards.store import Store
from schemas.access import Access, Grant, Person, Right
from schemas.access_file import load_access
from schemas.errors import WatchlistError
from schemas.watchlist import load_watchlist

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
_MAX_DEEDS = 10_000


@app.callback()
def access() -> None:
    """Check the file of roles, ask what somebody may do, and list who did what."""


@app.command()
@takes_settings("watchlist")
def check(
    settings: Settings,
    file: Annotated[Path, typer.Argument(help="The file of roles (YAML).", show_default=False)],
) -> None:
    """Say every mistake in a file of roles, or what it holds.

    Ends with 0 where the file can be used, with 1 where it has mistakes.
    """
    with mistakes_told(file):
        loaded = load_access(file)
    for brand in _unknown_brands(loaded, settings):
        typer.echo(f"warning: brand {brand!r} is not on the watchlist {settings.watchlist}")
    for grant in loaded.grants:
        typer.echo(_told(grant))
    typer.echo(f"{file} can be used; the first line that is about somebody counts")


@app.command()
@takes_settings("access_file")
def show(
    settings: Settings,
    email: Annotated[str, typer.Argument(help="The address.", show_default=False)],
    *,
    group: Annotated[list[str], typer.Option(help="A group that they are in.")] = [],  # noqa: B006
) -> None:
    """Say what somebody may see and do.

    Ends with 0, or with 1 if they may not see the page at all.
    """
    person = load_access(settings.access_file).person(email, frozenset(group))
    if person is None:
        typer.echo(f"{email}: no access; name them in {settings.access_file}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{person.name}: {person.role.value}")
    typer.echo(f"  sees {_brands(person)}")
    rights = [right.value for right in Right if person.may(right)]
    typer.echo(f"  may {', '.join(['read', *rights])}")


@app.command()
@takes_settings("clickhouse_url")
def audit(
    settings: Settings,
    *,
    most: Annotated[int, typer.Option(min=1, max=_MAX_DEEDS, help="How many, at most.")] = 50,
    who: Annotated[str, typer.Option(help="Only what this person did.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List who did what, the newest first."""
    from compose.text_tables import print_table
    from dashboards.queries.audit import read_audit
    from dashboards.queries.conditions import Query
    from schemas.audit import AUDIT_SQL
    from streams.dead_letters.rendering import escaped
    from streams.versions.rendering import TextTable

    limit = _MAX_DEEDS if who else most
    with closing(Store(settings.clickhouse_url)) as store:
        found = read_audit(store.rows(Query(AUDIT_SQL, {"most": limit})))
    found = [deed for deed in found if not who or deed.who == who][:most]
    if as_json:
        for deed in found:
            line = {name: getattr(deed, name) for name in deed.__slots__}
            print(json.dumps({**line, "at": deed.at.isoformat()}, ensure_ascii=True))
        return
    rows = tuple(
        (
            f"{deed.at:%Y-%m-%d %H:%M:%S}",
            *map(escaped, (deed.who, deed.what, deed.object, deed.detail)),
        )
        for deed in found
    )
    print_table(TextTable("", ("at (UTC)", "who", "what", "on", "detail"), rows, wide=4))


def _unknown_brands(loaded: Access, settings: Settings) -> list[str]:
    try:
        known = {brand.name for brand in load_watchlist(settings.watchlist).brands}
    except WatchlistError:
        return []
    named = {name for grant in loaded.grants for name in grant.brands or ()}
    return sorted(named - known)


def _told(grant: Grant) -> str:
    whom = grant.email or f"group {grant.group}"
    return f"  {whom}: {grant.role.value}, {_brands(grant)}"


def _brands(of: Person | Grant) -> str:
    return "all brands" if of.brands is None else ", ".join(sorted(of.brands))
