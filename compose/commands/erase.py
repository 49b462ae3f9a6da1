"""`groundswell erase`: an author's posts, or one post, go from everything that is kept."""

import asyncio
import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import msgspec
import typer

from compose.flags import takes_settings
from compose.runtime.plan import Layout
from compose.runtime.preflight import owns_clickhouse, owns_kafka
from compose.settings import Settings
from schemas.erasure_report import ErasureReport
from schemas.errors import SettingsError
from schemas.topics import CORRECTIONS_TOPIC, SUPPRESSIONS_TOPIC
from streams.compacted_topic import CompactedTopic
from streams.erasure.disk_check import Folders
from streams.erasure.eraser import Eraser, EraserConfig, EraserParts, Plan, Target
from streams.erasure.evidence_store import EvidenceStore
from streams.erasure.rendering import rendered_plan, rendered_report
from streams.erasure.report_store import ReportStore
from streams.erasure.suppression_store import SuppressionStore
from streams.erasure.topic_rewriting import TopicRewriter
from streams.erasure.verification import Verification
from streams.erasure.work_store import WorkStore

_FOUND_STATUS = 3


@takes_settings("kafka", "clickhouse_url", "consumer_group", "data_dir")
def erase(
    settings: Settings,
    *,
    author: Annotated[str, typer.Option(help="Erase all posts of this author.")] = "",
    source: Annotated[str, typer.Option(help="Only the author's posts in this source.")] = "",
    post: Annotated[str, typer.Option(help="Erase one post: SOURCE/ID.")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without this, only say what would go.")
    ] = False,
    truncate: Annotated[
        bool,
        typer.Option(
            "--truncate-kafka",
            help="Have Kafka delete its input topics up to these posts, of which no record can be "
            "read again by anyone, instead of waiting for its retention.",
        ),
    ] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Longest wait for files to leave the disk, in seconds.")
    ] = 600,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    by: Annotated[str, typer.Option(help="Your name. [default: this machine's user]")] = "",
) -> None:
    """Erase an author's posts or one post: from tables, counts, quotes and dead letters.

    Nothing brings them back: no replay and no later delivery. Then they are looked for, in every
    column and in the files on this machine's disk; exit status 3 says that something was found.
    Killed in between, run it again.
    """
    if bool(author.strip()) == bool(post):
        raise SettingsError("name either an author with --author, or a post with --post SOURCE/ID")
    if source and not author:
        raise SettingsError("--source goes with --author; a post is named --post SOURCE/ID")
    if post and "/" not in post.strip("/"):
        raise SettingsError(f"--post {post!r} is no SOURCE/ID; try --post mastodon/1234")
    target = Target(author=author, source=source, post=post)
    config = EraserConfig(
        kafka=settings.kafka,
        group=settings.consumer_group,
        folders=folders(settings),
        wait_s=wait,
        truncate=truncate,
    )
    if not yes:
        plan = asyncio.run(_plan(settings, config, target))
        typer.echo(msgspec.json.encode(plan).decode() if as_json else rendered_plan(plan))
        return
    who = (by.strip() or getpass.getuser())[:200]
    report = asyncio.run(_erase(settings, config, target, who))
    typer.echo(msgspec.json.encode(report).decode() if as_json else rendered_report(report))
    if not report.complete:
        raise typer.Exit(_FOUND_STATUS)


async def _plan(settings: Settings, config: EraserConfig, target: Target) -> Plan:
    async with eraser_parts(settings) as parts:
        return await Eraser(parts, config).plan(target)


async def _erase(
    settings: Settings, config: EraserConfig, target: Target, who: str
) -> ErasureReport:
    async with eraser_parts(settings) as parts:
        return await Eraser(parts, config, at=_say).erase(target, who=who)


def _say(step: str) -> None:
    """Beside the report, for it may take minutes."""
    typer.echo(f"{step} …", err=True)


@asynccontextmanager
async def eraser_parts(settings: Settings) -> AsyncIterator[EraserParts]:
    """The parts of an eraser, connected to the servers of the settings."""
    url = settings.clickhouse_url
    parts = EraserParts(
        WorkStore(url),
        SuppressionStore(url),
        EvidenceStore(url),
        Verification(url),
        ReportStore(url),
        TopicRewriter(settings.kafka),
        CompactedTopic(settings.kafka, SUPPRESSIONS_TOPIC),
        CompactedTopic(settings.kafka, CORRECTIONS_TOPIC),
    )
    try:
        yield parts
    finally:
        await parts.suppressions_topic.close()
        await parts.corrections_topic.close()
        stores = (
            *(parts.work, parts.suppressions, parts.evidence),
            *(parts.verification, parts.reports),
        )
        for store in stores:
            store.close()


def folders(settings: Settings) -> Folders:
    """Where the servers that `groundswell up` starts here keep their files."""
    layout = Layout(settings.data_dir)
    return Folders(
        clickhouse=layout.clickhouse if owns_clickhouse(settings) else None,
        kafka=layout.kafka / "data" if owns_kafka(settings) else None,
        logs=layout.folder / "logs",
    )
