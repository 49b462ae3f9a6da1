"""`groundswell models compare`: two versions on the same mentions, before one is promoted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from compose.flags import takes_settings
from compose.settings import Settings
from compose.spans import parse_moment
from compose.text_tables import print_table
from compose.watchlist_in_force import in_force
from models.scorer import load_scorer
from schemas.errors import ModelError, SettingsError
from streams.clickhouse.connection import connect
from streams.versions.alerts import alert_changes
from streams.versions.comparing import MAX_EXAMPLES
from streams.versions.comparing import compare as compared
from streams.versions.labelled import LabelledFigures, figures, read_labelled
from streams.versions.questions import Traffic
from streams.versions.rendering import comparison_tables


@takes_settings("clickhouse_url", "watchlist", "model", "shadow_model", "score_threads")
def compare(
    settings: Settings,
    first: Annotated[str, typer.Argument(help="A version, such as the one people see.")],
    second: Annotated[str, typer.Argument(help="The other, such as the one to promote.")],
    *,
    begin: Annotated[str, typer.Option("--from", help="A time, or 6h, 7d ago.")] = "30d",
    end: Annotated[str, typer.Option("--to", help="A time, or 6h, 7d ago. [default: now]")] = "",
    brand: Annotated[
        list[str] | None, typer.Option(help="Only this brand; several times for several.")
    ] = None,
    examples: Annotated[
        int, typer.Option(min=0, max=MAX_EXAMPLES, help="Mentions that differ most, to show.")
    ] = 10,
    labelled: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help='JSON lines {"text": …, "label": …} to score with both.'),
    ] = None,
    load: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL",
            help="For --labelled: a model of one of the versions, such as its folder, where that "
            "is neither the worker's nor the shipped one; several times for several.",
        ),
    ] = None,
    alerts: Annotated[
        bool,
        typer.Option(
            "--alerts", help="Also which incidents would appear or vanish; takes minutes."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one JSON object.")] = False,
) -> None:
    """Show how two versions differ on the mentions that both scored."""
    now = datetime.now(UTC)
    traffic = Traffic(
        first,
        second,
        since=parse_moment(begin, now, flag="--from"),
        until=parse_moment(end, now, flag="--to") if end else now + timedelta(minutes=5),
        brands=tuple(brand or ()),
    )
    if first == second:
        raise SettingsError(f"{first!r} stands twice; name two versions")
    with connect(settings.clickhouse_url) as client:
        found = compared(client, traffic, examples=examples)
    if labelled is not None:
        figures = _on_labelled(settings, labelled, (first, second), load or [])
        found = msgspec.structs.replace(found, labelled=figures)
    if alerts:
        watchlist = in_force(settings).watchlist
        brands = [item.name for item in watchlist.brands]
        past = replace(traffic, until=min(traffic.until, now))
        changes = alert_changes(settings.clickhouse_url, past, watchlist.alerts, brands)
        found = msgspec.structs.replace(found, alerts=changes)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    if found.overall is None:
        typer.echo("no mention of that time was scored by both; fill one with `groundswell replay`")
    for table in comparison_tables(found):
        print_table(table)


def _on_labelled(
    settings: Settings, path: Path, versions: tuple[str, str], given: list[str]
) -> tuple[LabelledFigures, ...]:
    texts = read_labelled(path)
    told: dict[str, list[LabelledFigures]] = {}
    for model in dict.fromkeys((*given, settings.model, settings.shadow_model, "shipped", "stub")):
        if not model or all(version in told for version in versions):
            continue
        scorer = load_scorer(model, threads=settings.score_threads or None)
        if scorer.model_version in versions:
            told[scorer.model_version] = figures(scorer, texts)
    for version in versions:
        if version not in told:
            raise ModelError(
                f"no model at hand has version {version!r}; name its folder with --load"
            )
    return tuple(item for version in versions for item in told[version])
