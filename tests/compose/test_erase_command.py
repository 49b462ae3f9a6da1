"""`groundswell erase`: what it refuses and what it says; tests/streams/erasure has the rest."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from compose.commands.erase import erase, folders
from compose.settings import Settings
from schemas.erasure import SuppressionKind
from schemas.erasure_report import Check, ErasureReport, KafkaRemains
from schemas.errors import SettingsError
from streams.erasure.eraser import Plan
from streams.erasure.rendering import rendered_plan, rendered_report

MAY = datetime(2026, 5, 1, tzinfo=UTC)
KAFKA = (
    KafkaRemains(topic="reviews", partition=0, records=2, until=MAY),
    KafkaRemains(topic="reviews", partition=1, records=1, until=None),
    KafkaRemains(topic="reviews", partition=2, records=3, until=MAY, deleted=True),
)
REPORT = ErasureReport(
    id=UUID(int=7),
    at=MAY,
    who="Ada",
    kind=SuppressionKind.AUTHOR,
    hash="ab12",
    posts=3,
    mentions=4,
    tables={"mentions": 5},
    topics={"alerts": 1},
    kafka=KAFKA,
    checks=(
        Check(where="mentions.text", looked_at=10, found=0),
        Check(where="files of ClickHouse", looked_at=99, found=0, note="5 compressed blocks"),
    ),
    needles=6,
    shared=1,
    seconds=12.5,
)
app = typer.Typer()
app.command()(erase)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--author"),
        (["--author", " "], "--author"),
        (["--author", "Ada", "--post", "web/1"], "either"),
        (["--post", "web/1", "--source", "web"], "--source goes with"),
        (["--post", "web"], "SOURCE/ID"),
        (["--post", "/1"], "SOURCE/ID"),
    ],
)
def test_what_does_not_say_whom_is_refused(arguments, says):
    with pytest.raises(SettingsError, match=says):
        CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_the_report_says_what_was_done_and_found():
    told = rendered_report(REPORT)
    assert REPORT.complete
    for words in (
        "author ab12: 3 posts, 4 mentions",
        "mentions: 5 rows",
        "topic alerts: 1 records",
        "looked for 6 names, ids and texts, 1 of them left out",
        "2 places, 0 with a trace",
        "reviews 0: 2 records stay until 2026-05-01",
        "reviews 1: 1 records stay: the topic keeps everything",
        "reviews 2: 3 records deleted, with all before them",
    ):
        assert words in told
    assert "FOUND" not in told


def test_a_trace_is_not_overlooked():
    found = msgspec.structs.replace(
        REPORT, checks=(*REPORT.checks, Check(where="x.detail", looked_at=8, found=2))
    )
    assert not found.complete
    assert "FOUND in x.detail: 2 of 8" in rendered_report(found)


def test_the_plan_says_what_would_go():
    plan = Plan(
        posts=1, mentions=2, labels=3, events=4, notifications=5, letters=6, alerts=7, kafka=KAFKA
    )
    told = rendered_plan(plan)
    assert "--yes does it" in told
    for words in ("1 posts, 2 mentions", "3 labels", "4 events", "5 notifications", "6 dead"):
        assert words in told
    assert "7 records" in rendered_plan(replace(plan, kafka=()))
    assert "spelt" not in told


def test_a_plan_for_nobody_warns_of_a_misspelt_name():
    """Who is kept away by mistake is so for good."""
    nothing = dict.fromkeys(
        ("posts", "mentions", "labels", "events", "notifications", "letters", "alerts"), 0
    )
    told = rendered_plan(Plan(**nothing, kafka=()))
    assert "is it spelt as in the posts" in told
    assert "cannot be taken back" in told


def test_files_are_searched_where_they_are():
    """Those of a server on another machine are not here."""
    here = folders(Settings(data_dir=Path("/data")))
    assert here.clickhouse == Path("/data/clickhouse")
    assert here.kafka == Path("/data/kafka/data")
    away = folders(Settings(kafka="kafka-1:9092,kafka-2:9092", clickhouse_url="clickhouse://db/x"))
    assert (away.clickhouse, away.kafka) == (None, None)
