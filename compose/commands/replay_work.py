"""The work of `groundswell replay` on the terminal: a bar, a rate, a time to finish, the end."""

import asyncio
import gc
import getpass
import logging
import os
import signal
import time
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from schemas.replay import LaneProgress, State
from streams.replay.job import ReplayJob
from streams.replay.rendering import outcome
from streams.replay.runner import ReplayParts
from streams.replay.store import Job, ReplayStore

_UNFINISHED: Final = 130
# Behind everything else on the machine that wants to run.
_NICE: Final = 10


def carry_out(desk: ReplayStore, job: Job, parts: ReplayParts) -> None:
    """Work on a replay until it ends, and say how it ended."""
    os.nice(_NICE)
    logging.basicConfig(level="WARNING", format="%(message)s")
    # As in the worker: what is loaded stays, and batches hold no cycles.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    state = asyncio.run(_run(desk, job, parts))
    after = desk.find(job.plan.id)
    typer.echo(f"{state.value}: {outcome(after.progress.values())}")
    bad = sum(lane.bad for lane in after.progress.values())
    if bad:
        typer.echo(
            f"the places of records that are no posts: groundswell replay show {job.plan.id}"
        )
    if state is State.PAUSED:
        typer.echo(f"go on with: groundswell replay resume {job.plan.id}")
    if state is not State.DONE:
        raise typer.Exit(_UNFINISHED)


async def _run(desk: ReplayStore, job: Job, parts: ReplayParts) -> State:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    begun_s, before = time.monotonic(), sum(lane.read for lane in job.progress.values())
    firsts = {each.lane: each.first for each in job.plan.ranges}
    with ProgressBar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"replay {job.plan.id}", total=job.plan.size, rate="")

        def on_progress(lanes: list[LaneProgress]) -> None:
            read = sum(lane.read for lane in lanes) - before
            rate = read / max(time.monotonic() - begun_s, 1e-9)
            done = sum(max(0, lane.position - firsts[lane.lane]) for lane in lanes)
            bar.update(task, completed=done, rate=f"{rate:,.0f} posts/s")

        work = ReplayJob(job, desk, who=getpass.getuser(), on_progress=on_progress)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, work.stop, f"stopped by {number.name}")
        return await work.carry_out(parts)
