"""The one way into `mentions` keeps people's labels and leaves out what was erased."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from clickhouse_driver import Client

from schemas.correction import APPLY_SQL, INSERT_CORRECTIONS
from schemas.erasure import INSERT_SUPPRESSIONS, SuppressionKind, suppression_hash
from schemas.mention import COLUMN_NAMES
from streams.clickhouse.connection import connect
from streams.clickhouse.mention_sink import ClickHouseMentionSink
from streams.rows import Columns, milliseconds
from tests.dashboards.mention_table import NOON, MentionTable, mention

SALT = bytes(range(32))


@pytest.fixture
def table(clickhouse_server: str) -> MentionTable:
    """An empty table of its own."""
    found = MentionTable.create(clickhouse_server, f"sink_{uuid4().hex[:10]}")
    found.migrate()
    return found


@pytest.fixture
def client(table: MentionTable) -> Iterator[Client]:
    """A client of the table."""
    with connect(table.url) as found:
        yield found


def columns(*rows: dict[str, Any]) -> Columns:
    """Rows as the pipeline hands them over: times in milliseconds."""
    return [
        [milliseconds(v) if isinstance(v := row[name], datetime) else v for row in rows]
        for name in COLUMN_NAMES
    ]


def correct(client: Client, row: dict[str, Any], label: str, *, minute: int = 0) -> None:
    """Write a label down, as a person does, and nothing else."""
    at = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=minute)
    event = (uuid4(), at, row["brand"], row["posted_at"], row["source"], row["post_id"])
    client.execute(INSERT_CORRECTIONS, [(*event, label, row["sentiment"], "Ada", "irony")])


def apply(client: Client, *rows: dict[str, Any]) -> None:
    """Bring the rows in line with what was written down."""
    places = [(r["brand"], milliseconds(r["posted_at"]), r["source"], r["post_id"]) for r in rows]
    client.execute(APPLY_SQL, {"places": places})


def suppress(client: Client, kind: SuppressionKind, *parts: str) -> None:
    """Enter a name or a post into the list."""
    entries = [
        (SuppressionKind.SALT, SALT.hex()),
        (kind, suppression_hash(kind, *parts, salt=SALT)),
    ]
    client.execute(INSERT_SUPPRESSIONS, [(*entry, NOON) for entry in entries])


def shown(client: Client) -> dict[tuple[str, str, str], tuple[str, float]]:
    """Sentiment and score by brand, id and version."""
    found = client.execute(
        "SELECT brand, post_id, model_version, sentiment, score FROM mentions FINAL"
    )
    return {tuple(row[:3]): (row[3], round(row[4], 6)) for row in found}


def test_a_label_wins_under_every_version_and_can_be_taken_back(table, client):
    """Rows that are there are written anew; taken back, each says again what its model says."""
    first = mention(post_id="a", sentiment="positive")
    second = {**first, "model_version": "second", "p_negative": 0.3, "p_neutral": 0.4}
    second |= {"p_positive": 0.3, "sentiment": "neutral", "score": 0.0}
    other = mention(post_id="b", sentiment="positive")
    table.insert([first, second, other])
    correct(client, first, "negative")
    apply(client, first)
    assert shown(client) == {
        ("Aurora", "a", "first"): ("negative", -1.0),
        ("Aurora", "a", "second"): ("negative", -1.0),
        ("Aurora", "b", "first"): ("positive", 0.7),
    }
    correct(client, first, "", minute=1)
    apply(client, first)
    assert shown(client) == {
        ("Aurora", "a", "first"): ("positive", 0.7),
        ("Aurora", "a", "second"): ("neutral", 0.0),
        ("Aurora", "b", "first"): ("positive", 0.7),
    }


def test_applying_again_changes_nothing(table, client):
    """Not even a row is written."""
    row = mention(post_id="a", sentiment="positive")
    table.insert([row])
    correct(client, row, "neutral")
    apply(client, row)
    written = client.execute("SELECT count() FROM mentions")
    apply(client, row)
    assert client.execute("SELECT count() FROM mentions") == written


def test_a_replay_keeps_the_label(table, client):
    """Under the same version, and under one that comes later."""
    row = mention(post_id="a", sentiment="positive")
    correct(client, row, "negative")
    with ClickHouseMentionSink(table.url) as sink:
        for version, hours in (("first", 0), ("first", 1), ("second", 2)):
            scored = row["scored_at"] + timedelta(hours=hours)
            sink.insert(columns({**row, "model_version": version, "scored_at": scored}))
    assert set(shown(client).values()) == {("negative", -1.0)}


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (SuppressionKind.AUTHOR, ("@ADA",)),
        (SuppressionKind.AUTHOR_AT, ("mastodon", "ada")),
        (SuppressionKind.POST, ("mastodon", "a")),
    ],
)
def test_what_was_erased_does_not_come_back(table, client, kind, parts):
    """By author in any notation, by author of one source, by post."""
    suppress(client, kind, *parts)
    with ClickHouseMentionSink(table.url) as sink:
        sink.insert(
            columns(
                mention(post_id="a", author="Ada"),
                mention(post_id="a", author="Ada", brand="Borealis"),
                mention(post_id="b", author="Ad"),
                mention(post_id="c", author=""),
            )
        )
    assert {post for _, post, _ in shown(client)} == {"b", "c"}


class Meddler(ClickHouseMentionSink):
    """A sink in whose insert somebody else writes something down, after the rows are there."""

    def __init__(self, url, meddle) -> None:
        super().__init__(url)
        self._meddle = meddle
        execute = self._client.execute

        def after_insert(sql, *arguments, **options):
            found = execute(sql, *arguments, **options)
            if sql.startswith("INSERT INTO mentions") and meddle:
                meddle.pop()()
            return found

        self._client.execute = after_insert


def test_a_label_of_the_same_moment_is_not_lost(table, client):
    """Written and applied before the worker's rows were there, after it had looked."""
    row = mention(post_id="a", sentiment="positive")
    with Meddler(table.url, [lambda: correct(client, row, "negative")]) as sink:
        sink.insert(columns(row))
    assert set(shown(client).values()) == {("negative", -1.0)}


def test_an_erasure_of_the_same_moment_is_not_lost(table, client):
    """The worker's rows are taken out again."""
    rows = [mention(post_id="a", author="Ada"), mention(post_id="b", author="Bob")]
    meddle = [lambda: suppress(client, SuppressionKind.AUTHOR, "Ada")]
    with Meddler(table.url, meddle) as sink:
        sink.insert(columns(*rows))
    assert client.execute("SELECT post_id FROM mentions") == [("b",)]
    assert client.execute("SELECT count() FROM erasure_work") == [(0,)]


def test_rows_of_a_worker_that_died_in_between_go_too(table, client):
    """It had written them and not looked again; whoever reads the records anew does."""
    rows = [mention(post_id="a", author="Ada"), mention(post_id="b", author="Bob")]
    table.insert(rows)
    suppress(client, SuppressionKind.AUTHOR, "Ada")
    with ClickHouseMentionSink(table.url) as sink:
        sink.insert(columns(*rows))
    assert client.execute("SELECT DISTINCT post_id FROM mentions") == [("b",)]


def test_without_the_second_look_both_would_be_lost(table, client, monkeypatch):
    """So the two tests above can fail."""
    monkeypatch.setattr(ClickHouseMentionSink, "_catch_up", lambda *_: None)
    labelled, erased = (
        mention(post_id="a", sentiment="positive"),
        mention(post_id="b", author="Ada"),
    )

    def meddle() -> None:
        correct(client, labelled, "negative")
        suppress(client, SuppressionKind.AUTHOR, "Ada")

    with Meddler(table.url, [meddle]) as sink:
        sink.insert(columns(labelled, erased))
    assert {post: said for (_, post, _), (said, _) in shown(client).items()} == {
        "a": "positive",
        "b": "neutral",
    }
