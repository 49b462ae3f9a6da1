"""How a command that checks a file says what is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from schemas.errors import FileError


@contextmanager
def mistakes_told(file: Path) -> Iterator[None]:
    """Say every mistake that reading the file finds, count them, and end the command with 1."""
    try:
        yield
    except FileError as error:
        typer.echo(str(error), err=True)
        count = len(error.mistakes)
        typer.echo(f"{count} mistake{'s' if count > 1 else ''} in {file}", err=True)
        raise typer.Exit(1) from error
