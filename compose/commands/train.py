"""`groundswell train`: a model from a run's file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from compose.commands.evaluate import needs_training
from models.scorer import SHIPPED
from schemas.watchlist import load_watchlist


def train(
    run: Annotated[Path, typer.Argument(help="The run's file; docs/training.md says what it has.")],
    *,
    data: Annotated[Path, typer.Option(help="Folder that the sets' paths are relative to.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, model, card and report.")],
    from_corrections: Annotated[
        Path | None,
        typer.Option(help="Also learn from people's labels: `groundswell correct export`."),
    ] = None,
    before: Annotated[
        Path | None, typer.Option(help="Model folder to compare with; the shipped one by default.")
    ] = None,
    watchlist: Annotated[
        Path | None, typer.Option(help="Measure its topics for the model's card.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Train this long instead of the run's minutes.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the run's seed.")] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, help="Loss of macro-F1 on a guard set that is let pass, 0 to 1.")
    ] = 0.01,
) -> None:
    """Train a model, make its folder, and compare it with the one before.

    A run that was stopped goes on from its last checkpoint.  The new model is refused if it is
    worse on a guard set than the one before, by more than the tolerance.
    """
    with needs_training():
        from msgspec.structs import replace

        from models.training.beforehand import check
        from models.training.config import read_run, with_corrections
        from models.training.making import Standard, make

        described = read_run(run)
        if minutes is not None:
            described = replace(described, minutes=minutes)
        if seed is not None:
            described = replace(described, seed=seed)
        if from_corrections is not None:
            described = with_corrections(described, from_corrections.resolve())
        sets = check(described, data, out, before or SHIPPED)
        make(
            described,
            sets,
            out,
            Standard(before or SHIPPED, tolerance, _topics(watchlist)),
            lambda line: typer.echo(line, err=True),
        )


def _topics(watchlist: Path | None) -> dict[str, Sequence[str]]:
    if watchlist is None:
        return {}
    return {topic.name: topic.phrases for topic in load_watchlist(watchlist).topics}
