"""`groundswell correct` on a real Kafka and the real engine."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from compose.commands.correct import app
from schemas.errors import SettingsError, StoreError
from streams.clickhouse.connection import connect
from streams.rollups.roller import Roller
from tests.dashboards.mention_table import MentionTable, mention

runner = CliRunner()


@pytest.fixture
def table(clickhouse_server: str) -> MentionTable:
    """Two mentions of one post, and one of another."""
    found = MentionTable.create(clickhouse_server, f"correct_{uuid4().hex[:10]}")
    found.migrate()
    now = datetime.now(UTC)
    found.insert(
        [
            mention(post_id="a/1", sentiment="positive", text="Great, late again. 😀", lang="de"),
            mention(post_id="a/1", sentiment="positive", brand="Borealis"),
            mention(post_id="b", posted_at=now, text="\x1b[31mhm", p_negative=0.4, p_neutral=0.5),
        ]
    )
    return found


def run(kafka: str, table: MentionTable, *arguments: str) -> str:
    """Run the command; returns what it says."""
    where = ["--clickhouse-url", table.url]
    if arguments[0] not in {"list", "export", "queue"}:
        where += ["--kafka", kafka]
    result = runner.invoke(app, [*arguments, *where], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def counted(table: MentionTable) -> dict[str, tuple[int, ...]]:
    """Negative, neutral, positive of each brand, by the rollups alone."""
    with connect(table.url) as client:
        roller = Roller(client)
        roller.roll()
        rows = client.execute(
            "SELECT brand, sum(negative), sum(neutral), sum(positive) FROM minute_counts FINAL "
            "WHERE model_version = '' GROUP BY brand"
        )
    return {brand: tuple(counts) for brand, *counts in rows}


def test_a_label_is_counted_listed_exported_and_taken_back(kafka, table, tmp_path):
    """The whole life of a label on one of the post's two mentions."""
    assert counted(table) == {"Aurora": (0, 1, 1), "Borealis": (0, 0, 1)}
    label = ["mastodon/a/1", "--sentiment", "negative", "--brand", "Aurora"]
    said = run(kafka, table, *label, "--reason", "irony", "--by", "Ada")
    assert said == "mastodon/a/1  Aurora: positive -> negative\n"
    assert counted(table) == {"Aurora": (1, 1, 0), "Borealis": (0, 0, 1)}
    (event,) = [json.loads(line) for line in run(kafka, table, "list", "--json").splitlines()]
    assert (event["who"], event["before"], event["sentiment"], event["reason"]) == (
        *("Ada", "positive", "negative", "irony"),
    )
    out = tmp_path / "labels.jsonl"
    run(kafka, table, "export", "--out", str(out))
    (row,) = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (row["text"], row["lang"], row["label"], row["model_said"]) == (
        *("Great, late again. 😀", "de", "negative", "positive"),
    )
    assert run(kafka, table, "mastodon/a/1", "--undo", "--brand", "Aurora").endswith(
        "Aurora: negative -> positive\n"
    )
    assert counted(table) == {"Aurora": (0, 1, 1), "Borealis": (0, 0, 1)}
    assert run(kafka, table, "export") == ""
    assert "(taken back)" in run(kafka, table, "list")


def test_the_queue_offers_what_has_no_label(kafka, table):
    """And nothing in a text can steer the terminal."""
    said = run(kafka, table, "queue", "--since", "1d")
    assert "mastodon/b" in said
    assert "\x1b" not in said
    run(kafka, table, "mastodon/b", "--sentiment", "positive")
    assert run(kafka, table, "queue", "--since", "1d", "--json") == ""


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["mastodon/none", "--sentiment", "neutral"], StoreError, "is no post that is stored"),
        (["mastodon/b"], SettingsError, "--sentiment"),
        (["mastodon/b", "--undo", "--sentiment", "neutral"], SettingsError, "--undo"),
    ],
)
def test_mistakes_say_what_to_do(kafka, table, arguments, error, says):
    with pytest.raises(error, match=says):
        run(kafka, table, *arguments)
