"""`groundswell ingest`: the posts of a file."""

import asyncio
import difflib
import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from compose.flags import takes_settings
from compose.settings import Settings
from schemas.errors import IngestError
from streams.ingest.checkpoint import Checkpoint
from streams.ingest.file import IngestRequest, ingest_file
from streams.ingest.ingestion import Progress
from streams.ingest.mapping import FieldMapping, parse_assignments

_INTERRUPTED = 130


class Format(StrEnum):
    """Kinds of files."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Ids(StrEnum):
    """What names a row that gives no post_id."""

    CONTENT = "content"
    ROW = "row"


@takes_settings("kafka", "input_topics")
def ingest(
    settings: Settings,
    file: Annotated[Path, typer.Argument(help="JSONL, CSV or Parquet.", show_default=False)],
    *,
    topic: Annotated[str, typer.Option(help="Input topic, such as reviews.", show_default=False)],
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Which column is which field, such as text=review_body; a field that is not "
            "mapped has the column of its own name; FIELD= leaves the field out.",
        ),
    ] = None,
    constants: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="A fixed value, such as source=amazon."),
    ] = None,
    file_format: Annotated[
        Format | None, typer.Option("--format", help="Told from the file's name when not given.")
    ] = None,
    timezone: Annotated[
        str, typer.Option(help="Of times that name none, such as Europe/Berlin.")
    ] = "UTC",
    time_format: Annotated[
        str, typer.Option(help="How times are written, as for strptime, such as '%d/%m/%Y'.")
    ] = "",
    ids: Annotated[
        Ids,
        typer.Option(
            help="What names rows without a post_id: their content (equal rows are one post) or "
            "their number in the file."
        ),
    ] = Ids.CONTENT,
    delimiter: Annotated[
        str, typer.Option(help="Between the cells of a CSV file; found out when not given.")
    ] = "",
    encoding: Annotated[str, typer.Option(help="Of a CSV file.")] = "utf-8",
    side_folder: Annotated[
        Path | None,
        typer.Option(
            help="Where FILE.checkpoint.json and FILE.rejected.jsonl go; beside the file when "
            "not given."
        ),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Send the file anew from its first row.")
    ] = False,
) -> None:
    """Send the posts of a file to an input topic.

    Can be interrupted at any moment: the same command goes on where it stopped. Rows that are no
    posts go to FILE.rejected.jsonl, each with the reason.
    """
    _check_topic(topic, settings.input_topics)
    mapping = FieldMapping(
        columns=parse_assignments(mapped or [], flag="--map"),
        constants=parse_assignments(constants or [], flag="--set"),
        kind="review" if topic == "reviews" else "social",
        timezone=_zone(timezone),
        time_format=time_format,
        ids=ids.value,
    )
    request = IngestRequest(
        path=file,
        topic=topic,
        servers=settings.kafka,
        mapping=mapping,
        format=file_format.value if file_format else "",
        delimiter="\t" if delimiter == "\\t" else delimiter,
        encoding=encoding,
        side_folder=side_folder,
        restart=restart,
    )
    done = asyncio.run(_run(request))
    _report(request, done)
    if not done.finished:
        raise typer.Exit(_INTERRUPTED)


async def _run(request: IngestRequest) -> Checkpoint:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[rows]}"),
    )
    with ProgressBar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(request.path.name, total=None, rows="")

        def on_start(start: Checkpoint) -> None:
            if start.row and not start.finished:
                bar.console.print(f"going on after row {start.row:,}", highlight=False)

        def on_progress(progress: Progress) -> None:
            rows = f"{progress.sent:,} sent, {progress.rejected:,} rejected"
            bar.update(task, total=progress.size, completed=progress.position, rows=rows)

        return await ingest_file(
            request, stopped=stop.is_set, on_start=on_start, on_progress=on_progress
        )


def _report(request: IngestRequest, done: Checkpoint) -> None:
    if done.finished:
        typer.echo(f"{request.path}: all of it is on {request.topic}: {done.sent:,} posts")
    else:
        typer.echo(
            f"stopped after row {done.row:,}: {done.sent:,} posts are on {request.topic}; "
            "the same command goes on from there"
        )
    if done.rejected:
        typer.echo(
            f"{done.rejected:,} rows are no posts; the reasons are in {request.rejected_path}"
        )


def _check_topic(topic: str, input_topics: tuple[str, ...]) -> None:
    if topic in input_topics:
        return
    close = difflib.get_close_matches(topic, input_topics, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "add it to GROUNDSWELL_INPUT_TOPICS"
    raise IngestError(
        f"--topic {topic!r} is not read by the workers ({', '.join(input_topics)} are); {hint}"
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise IngestError(f"--timezone {name!r} is no time zone; try Europe/Berlin") from error
