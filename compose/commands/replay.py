"""`groundswell replay`: posts of the past, scored and stored once more."""

import asyncio
import getpass
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from compose.commands import replay_jobs
from compose.commands.replay_work import carry_out
from compose.flags import takes_settings
from compose.replay_parts import Wanted, plan_replay, resumed_parts
from compose.settings import Settings
from compose.spans import parse_moment
from schemas.errors import SettingsError
from schemas.replay import ReplayPlan
from streams.clickhouse.migrate import migrate
from streams.replay.sample import Sample, try_out
from streams.replay.store import ReplayStore
from streams.replay.stored_source import stored_rows

_SEVERAL: Final = frozenset({"--topics", "--brands", "--files", "--offsets"})
_USED: Final = ("kafka", "clickhouse_url", "clickhouse_cluster", "watchlist", "model")
_MOST_LANES: Final = 40


class ReplayGroup(TyperGroup):
    """Takes several values after one flag: `--files a.jsonl b.parquet`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - click's
        """Say the flag before each of its values."""
        spread: list[str] = []
        flag, fresh = "", False
        for word in args:
            if word.startswith("-"):
                flag, fresh = (word, True) if word in _SEVERAL else ("", False)
            elif flag and not fresh:
                spread.append(flag)
            else:
                fresh = False
            spread.append(word)
        return super().parse_args(ctx, spread)


app = typer.Typer(
    cls=ReplayGroup, invoke_without_command=True, add_completion=False, rich_markup_mode=None
)
app.command("list")(replay_jobs.list_replays)
app.command("show")(replay_jobs.show)
app.command("pause")(replay_jobs.pause)
app.command("cancel")(replay_jobs.cancel)


@app.callback()
@takes_settings(*_USED)
def replay(
    settings: Settings,
    ctx: typer.Context,
    *,
    topics: Annotated[
        list[str] | None, typer.Option(metavar="TOPIC …", help="Kafka topics to read again.")
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="TIME",
            help="What arrived since then: a time, 7d ago, or `start` for all that Kafka still "
            "has; of --stored: what was posted since.",
        ),
    ] = "start",
    until: Annotated[
        str, typer.Option("--to", metavar="TIME", help="Until then, not included.")
    ] = "now",
    offsets: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TOPIC:PARTITION:FIRST-END …", help="Exactly these, instead of --topics."
        ),
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE …", help="Posts of these files (JSONL, CSV, Parquet), not of Kafka."
        ),
    ] = None,
    stored: Annotated[
        bool, typer.Option("--stored", help="Posts of the stored mentions, not of Kafka.")
    ] = False,
    brands: Annotated[
        list[str] | None, typer.Option(metavar="BRAND …", help="Only mentions of these brands.")
    ] = None,
    share: Annotated[
        float,
        typer.Option(min=0.01, max=1.0, help="Of the machine that it may take, such as 0.5."),
    ] = 1.0,
    rate: Annotated[
        float, typer.Option(min=0.0, help="Most posts a second; 0 for no bound.")
    ] = 0.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be read, and change nothing.")
    ] = False,
) -> None:
    """Score and store posts of the past once more: after a new model, watchlist or mended bug.

    What is read is fixed at the start. The scores stand beside those of other models; the same
    replay twice changes nothing; no alert fires about the past. Ctrl-C or `pause` stops it in
    order, and `resume` goes on, also after a crash.
    """
    if ctx.invoked_subcommand is not None:
        _check_no_flags(ctx)
        return
    wanted = Wanted(
        topics=tuple(name for text in topics or () for name in text.split(",") if name),
        offsets=tuple(offsets or ()),
        files=tuple(files or ()),
        stored=stored,
        since=_moment(since, "start", flag="--from"),
        until=_moment(until, "now", flag="--to"),
        brands=tuple(brands or ()),
        share=share,
        rate=rate,
    )
    _check(wanted)
    if not dry_run:
        migrate(settings.clickhouse_url, cluster=settings.clickhouse_cluster)
    plan, parts = plan_replay(settings, wanted, who=getpass.getuser(), asked=_asked(wanted))
    _tell(plan)
    if dry_run:
        sample = asyncio.run(try_out(parts))
        size = plan.size if plan.source == "kafka" else 0
        if plan.source == "stored":
            size = stored_rows(settings.clickhouse_url, plan.ranges[0])
        _estimate(sample, size, rate=plan.rate)
        return
    with closing(ReplayStore(settings.clickhouse_url)) as desk:
        desk.create(plan)
        typer.echo(f"replay {plan.id}")
        carry_out(desk, desk.find(plan.id), parts)


@app.command()
@takes_settings("kafka", "clickhouse_url")  # model and watchlist are those that it began with
def resume(
    settings: Settings,
    id_: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    *,
    skip_expired: Annotated[
        bool,
        typer.Option("--skip-expired", help="Pass over what Kafka deleted meanwhile."),
    ] = False,
) -> None:
    """Go on with a replay that was paused, failed or interrupted, where it stood.

    With the model, the brands and the topics that it began with.
    """
    with closing(ReplayStore(settings.clickhouse_url)) as desk:
        job = desk.find(id_)
        if skip_expired:
            replay_jobs.skip_expired(settings.kafka, desk, job)
            job = desk.find(job.plan.id)
        carry_out(desk, job, resumed_parts(settings, job.plan))


def _tell(plan: ReplayPlan) -> None:
    """What will be read."""
    unit = {"kafka": "posts", "files": "bytes or rows", "stored": "milliseconds"}[plan.source]
    for each in plan.ranges[:_MOST_LANES]:
        if plan.source == "stored":
            first, end = (
                datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="seconds")
                for moment in (each.first, each.end)
            )
            typer.echo(f"  {each.topic}: from {first} to {end}")
        else:
            typer.echo(f"  {each.lane}: {each.first}-{each.end}, {each.size:,} {unit} at most")
    if len(plan.ranges) > _MOST_LANES:
        typer.echo(f"  and {len(plan.ranges) - _MOST_LANES} more")
    about = f"all {len(plan.watched)} brands" if not plan.brands else ", ".join(plan.brands)
    typer.echo(f"  model {plan.model_version}; {about}; {plan.share:.0%} of the machine")


def _estimate(sample: Sample, size: int, *, rate: float) -> None:
    """What the sample says of the whole. size: posts, at most; 0 where that is not known."""
    if not sample.read:
        typer.echo("there is nothing to read; nothing was changed")
        return
    matched = sample.read - sample.unmatched - sample.bad
    typer.echo(
        f"of the first {sample.read:,} posts {matched:,} name a wanted brand "
        f"({sample.mentions:,} mentions), {sample.bad:,} are no posts"
    )
    if sample.rate:
        rate = min(sample.rate, rate or sample.rate)
        text = f"{rate:,.0f} posts a second"
        if size:
            text += f": about {timedelta(seconds=round(size / rate))} (h:mm:ss) for {size:,}"
        typer.echo(text)
    typer.echo("nothing was changed")


def _check_no_flags(ctx: typer.Context) -> None:
    """Raises SettingsError for a flag that stands before a subcommand, which would ignore it."""
    for parameter in ctx.command.params:
        source = ctx.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            name = ctx.invoked_subcommand
            raise SettingsError(
                f"{parameter.opts[0]} stands before {name}, which would not read it; write it "
                f"behind {name}, which says with -h what it takes"
            )


def _check(wanted: Wanted) -> None:
    """Raises SettingsError unless exactly one source is named."""
    given = {
        "--topics": bool(wanted.topics),
        "--offsets": bool(wanted.offsets),
        "--files": bool(wanted.files),
        "--stored": wanted.stored,
    }
    named = [flag for flag, is_given in given.items() if is_given]
    if len(named) != 1:
        said = f"{' and '.join(named)} exclude each other" if named else "nothing is named to read"
        raise SettingsError(f"{said}; give one of {', '.join(given)}")
    timed = wanted.since is not None or wanted.until is not None
    if timed and (wanted.files or wanted.offsets):
        raise SettingsError(f"--from and --to do not go with {named[0]}, which says what to read")


def _moment(text: str, whole: str, *, flag: str) -> datetime | None:
    if text.strip().lower() == whole:
        return None
    return parse_moment(text, datetime.now(UTC), flag=flag, word=whole)


def _asked(wanted: Wanted) -> str:
    """The request in a few words, for lists."""
    parts = [
        "stored mentions" if wanted.stored else "",
        " ".join(wanted.topics),
        " ".join(wanted.offsets),
        " ".join(path.name for path in wanted.files),
        f"from {wanted.since:%Y-%m-%d %H:%M}" if wanted.since else "",
        f"to {wanted.until:%Y-%m-%d %H:%M}" if wanted.until else "",
        f"brands {', '.join(wanted.brands)}" if wanted.brands else "",
    ]
    return " ".join(part for part in parts if part)[:500]
