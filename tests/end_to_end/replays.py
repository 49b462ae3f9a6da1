"""Replays in the test's own process, or in one that can be killed, and what they have stored."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from compose.replay_parts import Wanted, plan_replay, resumed_parts
from compose.settings import Settings
from models.scorer import Scorer, load_scorer
from schemas.mention import COLUMN_NAMES
from schemas.replay import Event, LaneProgress, State
from streams.clickhouse.connection import connect
from streams.replay.job import ReplayJob
from streams.replay.runner import ReplayParts
from streams.replay.store import Job, ReplayStore

# What is the same whenever and however often a post is scored.
LASTING = tuple(name for name in COLUMN_NAMES if name != "scored_at")


def other_version() -> Scorer:
    """Another model's scores: the same ones under another name."""
    scorer = load_scorer("stub")
    scorer.model_version, scorer.model_sha256 = "other", "0" * 64
    return scorer


@dataclass
class Replays:
    """What replays read and where they write. folder: of the watchlist and logs."""

    settings: Settings
    folder: Path

    @classmethod
    def of(cls, kafka: str, url: str, folder: Path, *, brands: str = "[{name: Acme}]") -> "Replays":
        """Replays with a stub model that watch Acme."""
        watchlist = folder / "watchlist.yaml"
        watchlist.write_text(f"brands: {brands}\n")
        settings = Settings(
            kafka=kafka, clickhouse_url=url, model="stub", watchlist=watchlist, insert_rows=500
        )
        return cls(settings, folder)

    def planned(self, wanted: Wanted) -> tuple[Job, ReplayParts]:
        """A new replay, and what it takes to work on it."""
        plan, parts = plan_replay(self.settings, wanted, who="test", asked="a test")
        with self.desk() as desk:
            desk.create(plan)
            return desk.find(plan.id), parts

    def begin(self, wanted: Wanted, *, other: bool = False) -> Job:
        """Plan a replay and work it off; other: under another model version."""
        job, parts = self.planned(wanted)
        return self.carry_out(job, replace(parts, scorer=other_version()) if other else parts)

    def until(self, wish: Event, wanted: Wanted) -> Job:
        """Plan a replay and work on it until somebody has that wish, after the first rows."""
        job, parts = self.planned(wanted)
        said = False

        def save(lanes: Sequence[LaneProgress]) -> None:
            nonlocal said
            parts.save(lanes)
            if not said:
                said = True
                with self.desk() as other:
                    other.say(job.plan.id, wish, who="somebody")
                time.sleep(1.5)  # the job looks for wishes about every second

        return self.carry_out(job, replace(parts, save=save, insert_rows=100))

    def go_on(self, job: Job) -> Job:
        """Resume it as it stands."""
        return self.carry_out(self.found(job), resumed_parts(self.settings, job.plan))

    def carry_out(self, job: Job, parts: ReplayParts) -> Job:
        """Work on it until it ends, one way or another."""
        with self.desk() as desk:
            asyncio.run(ReplayJob(job, desk, who="test").carry_out(parts))
            return desk.find(job.plan.id)

    def desk(self) -> "closing[ReplayStore]":
        """The table of replays."""
        return closing(ReplayStore(self.settings.clickhouse_url))

    def found(self, job: Job) -> Job:
        """A job as it is now."""
        with self.desk() as desk:
            return desk.find(job.plan.id)

    def process(self, *words: str, mutation: str = "") -> "subprocess.Popen[str]":
        """`groundswell replay …` in a process of its own."""
        command = ["tests.end_to_end.mutated_command", mutation] if mutation else ["compose"]
        environment = os.environ | self.settings.to_environment()
        with (self.folder / "replay.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command, "replay", *words],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def ask(self, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a question to ClickHouse."""
        with connect(self.settings.clickhouse_url) as client:
            found: list[tuple[Any, ...]] = client.execute(sql, values or {})
            return found

    def rows(self, condition: str = "1") -> list[tuple[Any, ...]]:
        """All mentions but for when they were scored, in order."""
        columns = ", ".join(LASTING)
        return self.ask(f"SELECT {columns} FROM mentions FINAL WHERE {condition} ORDER BY ALL")

    def ids(self, topic: str) -> list[str]:
        """Ids of the posts that came from a topic, one for each row."""
        sql = "SELECT post_id FROM mentions FINAL WHERE kafka_topic = %(topic)s"
        return [row[0] for row in self.ask(sql, {"topic": topic})]


def totals(job: Job) -> tuple[int, int, int, int]:
    """Records read, mentions, posts without one, and records that are no posts."""
    lanes = job.progress.values()
    return (
        sum(lane.read for lane in lanes),
        sum(lane.mentions for lane in lanes),
        sum(lane.unmatched for lane in lanes),
        sum(lane.bad for lane in lanes),
    )


def is_done(job: Job) -> bool:
    """Whether it is done, all lanes of it."""
    return job.state is State.DONE and all(lane.finished for lane in job.progress.values())
