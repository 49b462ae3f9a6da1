"""`groundswell correct`: say what a mention really means; what people said is kept and used."""

import asyncio
import csv
import getpass
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from compose.commands.alerts import duration
from compose.flags import takes_settings
from compose.settings import Settings
from schemas.correction import MAX_REASON_CHARACTERS, Correction
from schemas.errors import SettingsError, StoreError
from schemas.topics import CORRECTIONS_TOPIC
from streams.compacted_topic import CompactedTopic
from streams.corrections.follower import encoded, topic_key
from streams.corrections.queue import Pick, labelling_queue
from streams.corrections.store import CorrectionStore, Mention
from streams.dead_letters.rendering import escaped

_MENTION = "mention"
_CANDIDATES = 2_000
_SHOWN_CHARACTERS = 90


class Label(StrEnum):
    """What `--sentiment` takes."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class CorrectGroup(TyperGroup):
    """A group whose first word may be a post instead of a command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, Any]:  # noqa: ANN401
        """The command, or the one that labels a mention."""
        if args and args[0] not in self.commands:
            args = [_MENTION, *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=CorrectGroup, no_args_is_help=True, add_completion=False, rich_markup_mode=None
)

Brand = Annotated[str, typer.Option(help="Only this brand's.")]
By = Annotated[str, typer.Option(help="Your name. [default: this machine's user]")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="File to write; on the screen when not given.")
]


@app.callback()
def correct() -> None:
    """Correct the sentiment of a mention: `groundswell correct SOURCE/ID --sentiment negative`.

    A label counts at once in every number, under every model, also after a replay, until it is
    taken back with --undo.
    """


@app.command(_MENTION)
@takes_settings("kafka", "clickhouse_url")
def label_mention(
    settings: Settings,
    post: Annotated[str, typer.Argument(help="SOURCE/ID of the post.", show_default=False)],
    *,
    sentiment: Annotated[Label | None, typer.Option(help="What it really says.")] = None,
    brand: Annotated[str, typer.Option(help="Only the mention of this brand.")] = "",
    reason: Annotated[str, typer.Option(help="Why, for the others.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the label back.")] = False,
    by: By = "",
) -> None:
    """Label the mentions of one post (the word `mention` may be left out)."""
    if (sentiment is None) != undo:
        raise SettingsError("say what it is with --sentiment, or take a label back with --undo")
    with closing(CorrectionStore(settings.clickhouse_url)) as store:
        mentions = store.mentions(post, brand=brand)
        if not mentions:
            of_brand = f" of {brand}" if brand else ""
            raise StoreError(
                f"{post!r} is no post{of_brand} that is stored; give it as SOURCE/ID, such as "
                "mastodon/1234"
            )
        at = store.next_moment(mentions, datetime.now(UTC))
        events = [
            Correction(
                id=uuid4(),
                at=at,
                brand=mention.brand,
                posted_at=mention.posted_at,
                source=mention.source,
                post_id=mention.post_id,
                sentiment="" if sentiment is None else sentiment.value,
                before=mention.sentiment,
                who=(by.strip() or getpass.getuser())[:200],
                reason=reason.strip()[:MAX_REASON_CHARACTERS],
            )
            for mention in mentions
        ]
        asyncio.run(publish(settings.kafka, events))
        store.write(events)
        now = {mention.brand: mention for mention in store.mentions(post, brand=brand)}
    for mention in mentions:
        typer.echo(_told(mention, now.get(mention.brand, mention)))


async def publish(servers: str, events: Iterable[Correction]) -> None:
    """Write events to their topic. Raises StreamError."""
    topic = CompactedTopic(servers, CORRECTIONS_TOPIC)
    try:
        await topic.publish({topic_key(event): encoded(event) for event in events})
    finally:
        await topic.close()


def _told(before: Mention, after: Mention) -> str:
    return escaped(
        f"{before.source}/{before.post_id}  {before.brand}: {before.sentiment} -> {after.sentiment}"
    )


@app.command("list")
@takes_settings("clickhouse_url")
def list_corrections(
    settings: Settings,
    *,
    brand: Brand = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most to list.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List who labelled what, when and why, the newest first."""
    with closing(CorrectionStore(settings.clickhouse_url)) as store:
        events = store.events(brand=brand, limit=limit)
    if as_json:
        for event in events:
            typer.echo(msgspec.json.encode(event).decode())
        return
    rows = [
        (
            f"{event.at:%Y-%m-%d %H:%M}",
            event.who,
            f"{event.source}/{event.post_id}",
            event.brand,
            event.before,
            event.sentiment or "(taken back)",
            event.reason,
        )
        for event in events
    ]
    _print(("at (UTC)", "who", "post", "brand", "before", "label", "reason"), rows)


@app.command()
@takes_settings("clickhouse_url")
def export(settings: Settings, *, out: Out = None) -> None:
    """Write the labels in force with their texts, as JSON lines to train from."""
    with closing(CorrectionStore(settings.clickhouse_url)) as store:
        lines = [json.dumps(row, ensure_ascii=False) for row in store.training_rows()]
    text = "".join(f"{line}\n" for line in lines)
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    typer.echo(f"{len(lines)} labels written to {out}")


@app.command()
@takes_settings("clickhouse_url")
def queue(
    settings: Settings,
    *,
    brand: Brand = "",
    lang: Annotated[str, typer.Option(help="Only this language, by its code.")] = "",
    since: Annotated[str, typer.Option(help="How far back, such as 24h or 7d.")] = "7d",
    size: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Offer the mentions whose labels would teach the model most."""
    begin = datetime.now(UTC) - _span(since)
    with closing(CorrectionStore(settings.clickhouse_url)) as store:
        found = store.candidates(since=begin, brand=brand, lang=lang, limit=_CANDIDATES)
    picks = labelling_queue(found, size=size)
    if as_json:
        for pick in picks:
            typer.echo(msgspec.json.encode(pick).decode())
        return
    rows = [_row(pick) for pick in picks]
    _print(("worth", "unsure", "reach", "new", "model", "lang", "brand", "post", "text"), rows)


def _span(text: str) -> timedelta:
    return duration(text, flag="--since")


def _row(pick: Pick) -> tuple[str, ...]:
    one = pick.candidate
    return (
        f"{pick.worth:.2f}",
        f"{pick.uncertainty:.2f}",
        f"{one.reach}",
        f"{pick.novelty:.2f}",
        one.sentiment,
        one.lang,
        one.brand,
        f"{one.source}/{one.post_id}",
        " ".join(one.text.split())[:_SHOWN_CHARACTERS],
    )


def _print(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if not sys.stdout.isatty():
        # For programs and files: nothing is cut or wrapped.
        writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
        writer.writerows([names, *([escaped(cell) for cell in row] for row in rows)])
        return
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(Text(escaped(cell)) for cell in row))
    Console().print(table)
