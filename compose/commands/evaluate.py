"""`groundswell evaluate`: how a model does on labelled sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from models.scorer import SHIPPED
from schemas.errors import ModelError


@contextmanager
def needs_training() -> Iterator[None]:
    """Tells a mistake, or what is not installed, in one line."""
    try:
        yield
    except ImportError as error:
        typer.echo(
            f"error: {error.name} is not installed; run: pip install 'groundswell[train]'", err=True
        )
        raise typer.Exit(1) from error
    except ModelError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run's file: its held-out texts and guards.")],
    *,
    data: Annotated[Path, typer.Option(help="Folder that the sets' paths are relative to.")],
    model: Annotated[
        Path | None, typer.Option(help="Model folder; the shipped one by default.")
    ] = None,
    before: Annotated[
        Path | None, typer.Option(help="Another model folder, to compare with.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page of HTML here: figures, plots, mistakes.")
    ] = None,
) -> None:
    """Measure a model on labelled texts that it was not trained on."""
    with needs_training():
        from models.manifest import read_manifest
        from models.training.card import figure_table
        from models.training.config import read_run
        from models.training.evaluation import evaluate as measure
        from models.training.reading import read_held_out
        from models.training.report import report_page

        if report is not None and not report.parent.is_dir():
            raise ModelError(f"--report {report}: {report.parent} is no folder; make it first")
        if before is not None:
            read_manifest(before)  # not only when the other model has been measured
        sets = read_held_out(read_run(run), data)
        if not any(sets.values()):
            raise ModelError(f"{run}: no text is left to measure on; name a guard, or larger sets")
        after = measure(model or SHIPPED, sets)
        old = measure(before, sets).figures if before else ()
    for head in dict.fromkeys(figure.head for figure in after.figures):
        typer.echo(f"\n{head}")
        typer.echo("\n".join(figure_table([one for one in after.figures if one.head == head])))
    if report is not None:
        page = report_page(
            after.manifest.model_version, after.figures, old, after.answers, after.heads
        )
        report.write_text(page, encoding="utf-8")
        typer.echo(f"\n{report} shows more")
