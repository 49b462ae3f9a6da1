"""Tables of text on a terminal, or into a pipe as a wide screen would show them."""

import sys

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams.versions.rendering import TextTable

_PIPE_COLUMNS = 200


def print_table(found: TextTable) -> None:
    """Print it; its cells are already fit for a terminal."""
    if found.title:
        typer.echo(found.title)
    table = Table(box=None, pad_edge=False, show_header=any(found.columns))
    for number, name in enumerate(found.columns):
        table.add_column(name, no_wrap=number != found.wide)
    for row in found.rows:
        table.add_row(*map(Text, row))
    Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS).print(table)
    typer.echo("")
