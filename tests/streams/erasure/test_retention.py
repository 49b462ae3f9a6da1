"""Retention by age on the real engine: texts and counts apart."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from streams.clickhouse.connection import connect
from streams.erasure.retention import Retention, apply_retention
from tests.dashboards.mention_table import MentionTable, mention
from tests.streams.rollups.test_roller import rolled

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def table(clickhouse_server: str) -> MentionTable:
    """Posts of today, of 40 days ago and of 400 days ago, rolled up."""
    found = MentionTable.create(clickhouse_server, f"retention_{uuid4().hex[:10]}")
    found.migrate()
    rows = [
        mention(
            post_id=str(days),
            posted_at=NOW - timedelta(days=days),
            author="Ann",
            url="https://x/1",
            thread_id="t",
            sentiment="negative",
        )
        for days in (0, 40, 400)
    ]
    found.insert(rows)
    with connect(found.url) as client:
        rolled(client)
    return found


def kept(table: MentionTable) -> Any:
    for name in ("mentions", "minute_counts", "quarter_counts"):
        table.execute(f"OPTIMIZE TABLE {name} FINAL")
    return table.execute(
        "SELECT post_id, text != '', author, sentiment FROM mentions FINAL ORDER BY posted_at DESC"
    )


def counted(table: MentionTable) -> Any:
    return table.execute("SELECT sum(negative) FROM minute_counts FINAL WHERE model_version = ''")[
        0
    ][0]


def test_texts_are_blanked_and_numbers_stay(table):
    said = apply_retention(table.url, Retention(texts_days=30))
    assert said == [
        f"mentions.{name} is kept for 30 days" for name in ("text", "author", "url", "thread_id")
    ]
    assert kept(table) == [
        ("0", 1, "Ann", "negative"),
        ("40", 0, "", "negative"),
        ("400", 0, "", "negative"),
    ]
    assert counted(table) == 3


def test_counts_go_with_their_mentions(table):
    apply_retention(table.url, Retention(texts_days=30, rollups_days=365))
    assert [row[0] for row in kept(table)] == ["0", "40"]
    assert counted(table) == 2


def test_what_is_as_set_is_left_alone_and_can_be_taken_back(table):
    both = Retention(texts_days=3000, rollups_days=4000)
    assert len(apply_retention(table.url, both)) == 7
    assert apply_retention(table.url, both) == []
    assert apply_retention(table.url, Retention(texts_days=3000)) == [
        "mentions is kept for ever",
        "minute_counts is kept for ever",
        "quarter_counts is kept for ever",
    ]
    assert len(apply_retention(table.url, Retention())) == 4
    assert apply_retention(table.url, Retention()) == []
    assert len(kept(table)) == 3
