"""`groundswell dead-letters`: what could not be read, and sending it once more."""

import asyncio
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from compose.flags import takes_settings
from compose.settings import Settings
from schemas.errors import InvalidPostError, StreamError
from schemas.topics import DEAD_LETTER_TOPIC
from streams.dead_letters.letters import KeptLetter, LetterBox, LetterFilter
from streams.dead_letters.rendering import escaped, shown, summary
from streams.dead_letters.topic import read_letters, redrive
from streams.ingest.timestamps import parse_time

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

_AGO = re.compile(r"(\d+)\s*([smhd])")
_ROUND = 20_000
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Reason = Annotated[str, typer.Option(help="Only those whose field, value or reason says this.")]
SourceTopic = Annotated[str, typer.Option("--topic", help="Only those of this input topic.")]
Since = Annotated[str, typer.Option(help="Only since then: a time, or 30m, 2h, 3d ago.")]
Until = Annotated[str, typer.Option(help="Only until then: a time, or 30m, 2h, 3d ago.")]


@app.callback()
def dead_letters() -> None:
    """List, show and send once more the records that are no valid posts.

    A dead letter goes by the place of its record: TOPIC:PARTITION:OFFSET.
    """


@app.command("list")
@takes_settings("kafka")
def list_letters(
    settings: Settings,
    *,
    reason: Reason = "",
    topic: SourceTopic = "",
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option(min=1, help="Most letters to list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the dead letters, the newest first."""
    box = LetterBox(_filter(reason, topic, since, until), limit=limit)
    asyncio.run(read_letters(settings.kafka, box))
    letters = box.newest_first()
    if as_json:
        for kept in letters:
            typer.echo(json.dumps(summary(kept, box.redriven)))
        return
    if letters:
        # Into a pipe goes what a wide screen would show.
        Console(width=None if sys.stdout.isatty() else 200).print(_table(letters, box))
    typer.echo(f"{len(letters)} of {box.found} dead letters")
    if box.foreign:
        typer.echo(f"{box.foreign} records on {DEAD_LETTER_TOPIC} are not Groundswell's")


def _table(letters: list[KeptLetter], box: LetterBox) -> Table:
    table = Table(box=None, pad_edge=False)
    width = max(len(kept.letter.identity) for kept in letters)
    table.add_column("place", min_width=width, no_wrap=True)
    table.add_column("failed at (UTC)", min_width=16, no_wrap=True)
    for name in ("field", "value", "reason", "sent back"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for kept in letters:
        letter = kept.letter
        cells = (
            letter.identity,
            f"{letter.failed_at:%Y-%m-%d %H:%M}",
            letter.field,
            letter.bad_value,
            letter.reason,
            "yes" if letter.identity in box.redriven else "",
        )
        table.add_row(*(Text(escaped(cell)) for cell in cells))
    return table


@app.command()
@takes_settings("kafka")
def show(
    settings: Settings,
    place: Annotated[str, typer.Argument(help="TOPIC:PARTITION:OFFSET.", show_default=False)],
    *,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the record's bytes, and nothing else.")
    ] = False,
) -> None:
    """Show one dead letter: the reason, and the record as it came.

    PLACE is that of the record, as `list` shows it, or PARTITION:OFFSET on the dead-letter topic.
    """
    box = LetterBox(LetterFilter(places=frozenset({place})), limit=1)
    asyncio.run(read_letters(settings.kafka, box))
    letters = box.newest_first()
    if not letters:
        raise _no_such(place)
    if raw:
        sys.stdout.buffer.write(letters[0].letter.value)
    else:
        typer.echo(shown(letters[0], box.redriven))


@app.command("redrive")
@takes_settings("kafka")
def redrive_letters(
    settings: Settings,
    places: Annotated[
        list[str] | None, typer.Argument(help="TOPIC:PARTITION:OFFSET …", show_default=False)
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    reason: Reason = "",
    topic: SourceTopic = "",
    since: Since = "",
    until: Until = "",
    again: Annotated[
        bool, typer.Option("--again", help="Also those that were sent once more before.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent.")] = False,
) -> None:
    """Send records back to their topics, byte for byte, once the reason is gone.

    Name them by their places, by filters, or with --all. What was sent back is remembered and not
    sent again without --again.
    """
    if not (places or everything or reason or topic or since or until):
        raise typer.BadParameter("say which: places, --reason, --topic, --since, --until or --all")
    wanted = _filter(reason, topic, since, until, places=frozenset(places or ()))
    sent, skipped = asyncio.run(_redrive(settings.kafka, wanted, again=again, dry_run=dry_run))
    typer.echo(f"{sent} records {'would be' if dry_run else 'were'} sent back to their topics")
    if skipped:
        typer.echo(f"{skipped} were sent back before; --again sends them once more")


async def _redrive(
    servers: str, wanted: LetterFilter, *, again: bool, dry_run: bool
) -> tuple[int, int]:
    """Send the letters back, so many at a time that they fit into the memory."""
    first = LetterBox(wanted, limit=len(wanted.places))
    await read_letters(servers, first)
    named = {place for kept in first.newest_first() for place in kept.places}
    for place in sorted(wanted.places - named):
        raise _no_such(place)
    done = set() if again else set(first.redriven)
    sent, skipped = 0, None
    while True:
        box = LetterBox(wanted, limit=_ROUND, skip=done)
        await read_letters(servers, box)
        letters = box.newest_first()
        skipped = box.skipped if skipped is None else skipped
        if not letters:
            return sent, skipped
        await _send(servers, letters, dry_run=dry_run)
        done |= {kept.letter.identity for kept in letters}
        sent += len(letters)


async def _send(servers: str, letters: list[KeptLetter], *, dry_run: bool) -> None:
    if not dry_run:
        await redrive(servers, letters, now=lambda: datetime.now(UTC))
        return
    for kept in letters:
        typer.echo(f"{kept.letter.identity}  {escaped(kept.letter.reason)}")


def _filter(
    reason: str,
    topic: str,
    since: str,
    until: str,
    *,
    places: frozenset[str] = frozenset(),
) -> LetterFilter:
    return LetterFilter(
        reason=reason,
        topic=topic,
        since=_moment(since, flag="--since"),
        until=_moment(until, flag="--until"),
        places=places,
    )


def _moment(text: str, *, flag: str) -> datetime | None:
    if not text:
        return None
    ago = _AGO.fullmatch(text.strip())
    if ago:
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return parse_time(text)
    except InvalidPostError as error:
        raise StreamError(f"{flag} {text!r} is no time; try 2h or 2026-03-31T14:05:00Z") from error


def _no_such(place: str) -> StreamError:
    return StreamError(
        f"{place!r} is no dead letter; `groundswell dead-letters list` shows their places, "
        "such as reviews:0:42"
    )
