"""`groundswell watchlist`: check the file of brands and topics."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import WatchlistError
from schemas.watchlist import Brand, Product, Watchlist, load_watchlist
from schemas.watchlist_advice import advice

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def watchlist() -> None:
    """Check the file of brands, products and topics that are watched."""


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
    try:
        loaded = load_watchlist(file)
    except WatchlistError as error:
        typer.echo(str(error), err=True)
        count = len(error.mistakes)
        typer.echo(f"{count} mistake{'s' if count > 1 else ''} in {file}", err=True)
        raise typer.Exit(1) from error
    warnings = advice(loaded)
    for line in warnings:
        typer.echo(f"warning: {line}")
    typer.echo(f"{file} can be used: {_summary(loaded)}")
    if strict and warnings:
        raise typer.Exit(1)


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
