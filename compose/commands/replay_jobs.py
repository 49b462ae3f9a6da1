"""`groundswell replay list|show|pause|cancel`: replays that exist."""

import asyncio
import getpass
import sys
import time
from contextlib import closing
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from compose.flags import takes_settings
from compose.settings import Settings
from schemas.errors import SettingsError
from schemas.replay import Event, LaneProgress, State
from streams.replay.job import held_by
from streams.replay.kafka_source import look
from streams.replay.rendering import LIST_COLUMNS, job_state, listed, shown, summary
from streams.replay.state import FINAL
from streams.replay.store import Job, ReplayStore

# A batch that was begun is finished first.
_OBEY_S: Final = 60.0

Id = Annotated[
    str,
    typer.Argument(metavar="ID", help="As `list` shows it, or its beginning.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@takes_settings("clickhouse_url")
def list_replays(
    settings: Settings,
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the replays, the latest first."""
    with closing(ReplayStore(settings.clickhouse_url)) as desk:
        jobs = desk.latest(limit)
    if as_json:
        for job in jobs:
            typer.echo(msgspec.json.encode(summary(job)).decode())
        return
    if not jobs:
        typer.echo("no replays yet")
        return
    table = Table(box=None, pad_edge=False)
    for name in LIST_COLUMNS:
        table.add_column(name, no_wrap=name != LIST_COLUMNS[-1])
    for job in jobs:
        table.add_row(*map(Text, listed(job)))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@takes_settings("clickhouse_url")
def show(settings: Settings, id_: Id, *, as_json: AsJson = False) -> None:
    """Show one replay: what it reads, how far it is, what has happened to it."""
    with closing(ReplayStore(settings.clickhouse_url)) as desk:
        job = desk.find(id_)
    typer.echo(msgspec.json.encode(summary(job)).decode() if as_json else shown(job))


@takes_settings("clickhouse_url")
def pause(settings: Settings, id_: Id) -> None:
    """Let a replay's process end in order; `resume` goes on."""
    _want(settings, id_, Event.PAUSE_WANTED, Event.PAUSED)


@takes_settings("clickhouse_url")
def cancel(settings: Settings, id_: Id) -> None:
    """Give a replay up for good; what it stored by then stays."""
    _want(settings, id_, Event.CANCEL_WANTED, Event.CANCELLED)


def _want(settings: Settings, id_: str, wish: Event, ended: Event) -> None:
    who = getpass.getuser()
    with closing(ReplayStore(settings.clickhouse_url)) as desk:
        job = desk.find(id_)
        if job.state in FINAL:
            raise SettingsError(f"replay {job.plan.id} is {job.state.value} already")
        desk.say(job.plan.id, wish, who=who)
        deadline_s = time.monotonic() + _OBEY_S
        while held_by(desk, job.plan.id) and time.monotonic() < deadline_s:
            time.sleep(0.3)
        # Its process may have died some time ago: then nobody else says so.
        left = not held_by(desk, job.plan.id)
        if left and desk.state(job.plan.id).value != ended.value:
            desk.say(job.plan.id, ended, who=who)
        job = desk.find(job.plan.id)
    typer.echo(f"replay {job.plan.id} is {job_state(job)}")


def skip_expired(servers: str, desk: ReplayStore, job: Job) -> None:
    """Put lanes whose next offsets Kafka has deleted to what is left, and count what was lost."""
    if job.plan.source != "kafka":
        raise SettingsError("--skip-expired is about offsets; this replay does not read Kafka")
    if job.state is State.RUNNING and held_by(desk, job.plan.id):
        return  # `resume` says who has it
    views = asyncio.run(look(servers, list({each.topic for each in job.plan.ranges})))
    moved = []
    for each in job.plan.ranges:
        before = job.progress.get(each.lane) or LaneProgress(*each.lane, each.first, each.first)
        start = min(views[each.lane].start, each.end)
        if before.next_offset < start:
            moved.append(
                msgspec.structs.replace(
                    before,
                    next_offset=start,
                    position=start,
                    expired=before.expired + start - before.next_offset,
                )
            )
    if moved:
        desk.save(job.plan.id, moved)
