"""The real worker reads everything once more: labels stay, what was erased stays away."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from compose.commands.erase import eraser_parts
from compose.settings import Settings
from schemas.correction import Correction
from schemas.erasure_report import ErasureReport
from streams.clickhouse.connection import connect
from streams.clickhouse.migrate import migrate
from streams.corrections.store import CorrectionStore
from streams.erasure.disk_check import Folders
from streams.erasure.eraser import Eraser, EraserConfig, Target
from tests.end_to_end.faulty_worker import Faults

POSTS = 2_000


def erase(stage, post: str) -> ErasureReport:
    settings = Settings(kafka=stage.kafka, clickhouse_url=stage.clickhouse_url)
    config = EraserConfig(kafka=stage.kafka, group=stage.group, folders=Folders())

    async def run() -> ErasureReport:
        async with eraser_parts(settings) as parts:
            return await Eraser(parts, config).erase(Target(post=post), who="test")

    return asyncio.run(run())


def label(stage, post: str, sentiment: str) -> None:
    with closing(CorrectionStore(stage.clickhouse_url)) as store:
        events = [
            Correction(
                id=uuid4(),
                at=datetime.now(UTC),
                brand=mention.brand,
                posted_at=mention.posted_at,
                source=mention.source,
                post_id=mention.post_id,
                sentiment=sentiment,
                before=mention.sentiment,
                who="test",
            )
            for mention in store.mentions(post)
        ]
        assert events
        store.write(events)


def sentiments(stage) -> dict[str, str]:
    with connect(stage.clickhouse_url) as client:
        rows = client.execute(
            "SELECT post_id, sentiment FROM mentions FINAL WHERE kafka_topic = %(topic)s",
            {"topic": stage.ledger.topic},
        )
    found = dict(rows)
    assert len(found) == len(rows)
    return found


def other(sentiment: str) -> str:
    return "negative" if sentiment != "negative" else "positive"


def read_twice(stage, *, mutation: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """Two posts are erased and one is labelled between two readings; what should be, and what is.

    One is erased while the first worker is still reading. A second group then reads all of it.
    """
    # A database of its own: the suppression list is the whole database's.
    stage.clickhouse_url = stage.clickhouse_url.rpartition("/")[0] + f"/erased_{uuid4().hex[:8]}"
    migrate(stage.clickhouse_url)
    stage.produce(POSTS)
    first = stage.worker()
    first.start()
    early, late = f"p{POSTS // 2}", "p7"
    # Erased before it was stored, or while it is being stored.
    reports = [erase(stage, f"test/{early}")]
    assert stage.drained()
    before = sentiments(stage)
    label(stage, "test/p5", other(before["p5"]))
    reports.append(erase(stage, f"test/{late}"))
    assert all(report.complete for report in reports)
    first.terminate(timeout_s=30)

    stage.group += "-again"
    stage.worker(Faults(mutation=mutation)).start()
    assert stage.drained()
    stage.ledger.good -= {early, late}
    expected = {post: said for post, said in before.items() if post not in {early, late}}
    return {**expected, "p5": other(before["p5"])}, sentiments(stage)


@pytest.mark.fault
@pytest.mark.scenario("labels and erasures")
def test_a_replay_keeps_labels_and_erasures(stage, figure):
    """Both posts stay away, the label stays, and the rest is clean."""
    expected, found = read_twice(stage)
    assert stage.verdict().clean
    assert found == expected
    figure(f"{POSTS:,} posts read twice, two erased, one labelled: as people left them")


@pytest.mark.slow_fault
@pytest.mark.scenario("labels and erasures")
def test_a_replay_after_erasures_bites(stage, figure):
    """A worker that knows of no erasure brings them back."""
    expected, found = read_twice(stage, mutation="ignore_suppressions")
    assert set(found) > set(expected)
    figure("bites: ignoring erasures")
