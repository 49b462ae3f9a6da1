"""`groundswell watchlist`: check the file of brands and topics, and show what counts."""

from pathlib import Path
from typing import Annotated

import typer

from compose.flags import takes_settings
from compose.mistakes import mistakes_told
from compose.settings import Settings
from schemas.watchlist import Brand, Product, Watchlist, load_watchlist
from schemas.watchlist_advice import advice
from schemas.watchlist_text import watchlist_text

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def watchlist() -> None:
    """Check the file of what is watched, and show what counts."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The watchlist (YAML).", show_default=False)],
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on warnings too, not only on mistakes.")
    ] = False,
) -> None:
    """Say every mistake in a watchlist, or what it holds.

    Ends with 0 where the file can be used, with 1 where it has mistakes.
    """
    with mistakes_told(file):
        loaded = load_watchlist(file)
    warnings = advice(loaded)
    for line in warnings:
        typer.echo(f"warning: {line}")
    typer.echo(f"{file} can be used: {_summary(loaded)}")
    if strict and warnings:
        raise typer.Exit(1)


@app.command()
@takes_settings("clickhouse_url", "watchlist")
def show(settings: Settings) -> None:
    """Print the watchlist that counts: the newest saved on the page, else the file's; no routes."""
    from compose.watchlist_in_force import in_force
    from streams.dead_letters.rendering import escaped

    found = in_force(settings)
    saved = found.saved
    told = f"the file {settings.watchlist}"
    if saved is not None:
        why = f" ({escaped(saved.why)})" if saved.why else ""
        what = "saved" if saved.text else "back to the file by a version"
        told = f"{what} at {saved.at:%Y-%m-%d %H:%M:%S} UTC by {escaped(saved.who)}{why}"
    typer.echo(f"# {told}")
    typer.echo(watchlist_text(found.watchlist), nl=False)


def _summary(loaded: Watchlist) -> str:
    products = [product for brand in loaded.brands for product in brand.products]
    owners: list[Brand | Product] = [*loaded.brands, *products]
    counts = {
        "brand": len(loaded.brands),
        "product": len(products),
        "alias": sum(len(owner.aliases) for owner in owners),
        "exclusion": sum(len(owner.exclude) for owner in owners),
        "topic": len(loaded.topics),
        "topic phrase": sum(len(topic.phrases) for topic in loaded.topics),
    }
    return ", ".join(f"{count} {_plural(noun, count)}" for noun, count in counts.items())


def _plural(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"
