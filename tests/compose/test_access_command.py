"""`groundswell access`: check a file of roles, ask about somebody, list who did what."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from compose.commands.access import app
from compose.file_changes import note_file_changes
from compose.settings import Settings
from dashboards.export_writer import ExportWriter
from schemas.access import LOCAL_PERSON, NotAllowedError, Person, Role
from tests.dashboards.mention_table import NOON, MentionTable

runner = CliRunner()
FILE = """
access:
  - {email: boss@example.com, role: admin}
  - {group: team, role: analyst, brands: [Aurora]}
"""


@pytest.fixture(scope="module")
def table(clickhouse_server: str) -> MentionTable:
    found = MentionTable.create(clickhouse_server, f"audit_{uuid4().hex[:8]}")
    found.migrate()
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "access.yaml"
    found.write_text(FILE)
    return found


def test_check_says_what_a_file_holds(file: Path, tmp_path: Path):
    """And which brands are not watched."""
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text("brands:\n- {name: Borealis, aliases: [Borealis]}\n")
    result = runner.invoke(app, ["check", str(file), "--watchlist", str(watchlist)])
    assert result.exit_code == 0
    assert "warning: brand 'Aurora' is not on the watchlist" in result.output
    assert "boss@example.com: admin, all brands" in result.output
    assert "group team: analyst, Aurora" in result.output


def test_check_says_every_mistake(file: Path):
    file.write_text("access:\n- {email: x, role: boss}\n")
    result = runner.invoke(app, ["check", str(file)])
    assert result.exit_code == 1
    assert "access[0].email='x'" in result.output
    assert "2 mistakes" in result.output


def test_show_says_what_somebody_may_do(file: Path):
    place = ["--access-file", str(file)]
    team = runner.invoke(app, ["show", "Ana@example.com", "--group", "team", *place])
    assert team.exit_code == 0
    assert "ana@example.com: analyst" in team.output
    assert "sees Aurora" in team.output
    assert "silence" not in team.output
    nobody = runner.invoke(app, ["show", "ana@example.com", *place])
    assert nobody.exit_code == 1
    assert "no access" in nobody.output


def test_audit_lists_all_that_people_did(table: MentionTable, file: Path):
    """From all tables, the newest first, fit for a terminal."""
    aurora = ("Aurora", NOON, "mastodon", "1")
    place = "id, at, brand, posted_at, source, post_id"
    for sql, row in (
        (
            f"corrections ({place}, sentiment, before, who, reason)",
            (uuid4(), NOON, *aurora, "negative", "neutral", "ana", "irony\x1b[2J"),
        ),
        (
            f"corrections ({place}, sentiment, before, who)",
            (uuid4(), NOON + timedelta(seconds=1), *aurora, "", "negative", "ben"),
        ),
        (
            "incident_actions (id, at, who, action, key, reason)",
            (uuid4(), NOON + timedelta(seconds=2), "ana", "silence", "k1", "launch"),
        ),
        (
            "model_promotions (number, id, at, action, model_version, who, why)",
            (1, uuid4(), NOON + timedelta(seconds=3), "promote", "v2", "eve", "better"),
        ),
        ("erasures (id, at, who, report)", (uuid4(), NOON + timedelta(seconds=4), "eve", "{}")),
    ):
        table.execute(f"INSERT INTO {sql} VALUES", [row])
    ExportWriter(table.url).write("csv", address="range=24h", who="ana", by=LOCAL_PERSON)
    settings = Settings(clickhouse_url=table.url, watchlist=file)
    assert note_file_changes(settings) == ["watchlist"]
    assert note_file_changes(settings) == []
    file.write_text(FILE + " ")
    assert note_file_changes(settings) == ["watchlist"]
    at = ["--clickhouse-url", table.url]
    told = runner.invoke(app, ["audit", "--json", *at]).stdout.splitlines()
    found = [json.loads(line) for line in told]
    assert [line["what"] for line in found] == [
        *("file changed", "file changed", "export csv", "erasure", "model promote"),
        *("incident silence", "label taken back", "label"),
    ]
    assert found[-1]["object"] == "Aurora mastodon/1"
    assert found[-1]["detail"] == "neutral > negative: irony\x1b[2J"
    table_told = runner.invoke(app, ["audit", "--who", "ana", *at]).output
    assert "\x1b" not in table_told
    assert "launch" in table_told
    assert "eve" not in table_told


def test_an_export_that_is_not_allowed_leaves_no_row(table: MentionTable):
    before = table.execute("SELECT count() FROM exports")
    with pytest.raises(NotAllowedError):
        ExportWriter(table.url).write("csv", address="", who="x", by=Person("x", Role.VIEWER))
    assert table.execute("SELECT count() FROM exports") == before
