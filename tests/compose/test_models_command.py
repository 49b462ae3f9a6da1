"""`groundswell models` on a real ClickHouse."""

import itertools
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from compose.commands.models import app
from models.manifest import read_manifest
from models.scorer import SHIPPED
from schemas.alert import SeriesName
from schemas.errors import ModelError, SettingsError, StoreError
from schemas.scores import SENTIMENTS
from streams.clickhouse.connection import connect
from streams.rollups.reader import closed_minutes
from streams.rollups.roller import Roller
from streams.versions.comparing import Comparison
from streams.versions.promotions import Promotions
from streams.versions.rendering import comparison_tables
from tests.dashboards.mention_table import MentionTable, mention

NOW = datetime.now(UTC).replace(microsecond=0)
OLD = NOW - timedelta(days=2)
HOSTILE = "Love it \x1b[31m\u202e\r\nnot"
runner = CliRunner()
_numbers = itertools.count()


def said(number: int, version: str, **values: Any) -> dict[str, Any]:
    """What a version says of a post: the second calls every fourth English post negative."""
    lang = ("en", "de", "ja")[number % 3]
    sentiment = SENTIMENTS[number % 2 + 1]
    if version == "two" and lang == "en" and number % 4 == 0:
        sentiment = "negative"
    return mention(
        post_id=f"post-{number}",
        brand=("Aurora", "Böreal")[number % 2],
        lang=lang,
        posted_at=OLD + timedelta(minutes=number),
        text=HOSTILE if number == 12 else f"Post {number}",
        topics=["price"] if number % 5 == 0 else [],
        sentiment=sentiment,
        model_version=version,
        scored_at=OLD + timedelta(hours=1),
        **values,
    )


@pytest.fixture
def table(clickhouse_server: str) -> MentionTable:
    """120 posts that versions one and two scored, of which the first is seen; three has a few."""
    found = MentionTable.create(clickhouse_server, f"models_{next(_numbers)}")
    found.migrate()
    found.insert(said(number, "one") for number in range(120))
    with connect(found.url) as client:
        Promotions(client).begin("one", who="worker")
    found.insert(said(number, version) for number in range(120) for version in ("two",))
    found.insert(said(number, "three") for number in range(30))
    return found


def run(table: MentionTable, *arguments: str) -> Result:
    return runner.invoke(app, [*arguments, "--clickhouse-url", table.url])


def refused(table: MentionTable, *arguments: str) -> str:
    """The error's text."""
    result = run(table, *arguments)
    assert isinstance(result.exception, (StoreError, SettingsError, ModelError)), result
    return str(result.exception)


def negative(table: MentionTable) -> int:
    """Posts that people see as negative."""
    with connect(table.url) as client:
        found = closed_minutes(client, OLD - timedelta(days=1), NOW)
        return int(found.dense([SeriesName(brand=name) for name in ("Aurora", "Böreal")])[1].sum())


def test_lists_and_shows_what_there_is(table: MentionTable):
    """Mentions, what is active, and what was promoted."""
    told = json.loads(run(table, "list", "--json").output)
    assert told["active"] == "one"
    assert {item["version"]: item["mentions"] for item in told["versions"]} == {
        "one": 120,
        "two": 120,
        "three": 30,
    }
    assert [item["action"] for item in told["promotions"]] == ["first"]
    shown = run(table, "show", "three")
    assert "30 of 120 mentions (25.00%)" in shown.output
    assert "no mention was scored by model version 'x'" in refused(table, "show", "x")


def test_a_promotion_switches_and_a_rollback_switches_back(table: MentionTable):
    """Who and why are kept; what would show a mixture of versions is refused."""
    assert negative(table) == 0
    done = run(table, "promote", "two", "--by", "Ann", "--reason", "better on English")
    assert done.exit_code == 0, done
    assert "everybody now sees two" in done.output
    assert negative(table) == 10
    assert "active already" in refused(table, "promote", "two")
    assert "25.0%" in refused(table, "promote", "three")
    assert negative(table) == 10
    assert run(table, "rollback", "--by", "Bo").exit_code == 0
    assert negative(table) == 0
    assert "nothing was promoted that" in refused(table, "rollback")
    assert run(table, "promote", "three", "--force").exit_code == 0
    told = json.loads(run(table, "list", "--json").output)["promotions"]
    assert [(item["action"], item["model_version"]) for item in told] == [
        ("first", "one"),
        ("promote", "two"),
        ("rollback", "one"),
        ("promote", "three"),
    ]
    assert (told[1]["who"], told[1]["why"]) == ("Ann", "better on English")


def test_a_version_is_pruned_only_where_nothing_is_lost(table: MentionTable):
    """Never the active one; what only this version has is kept unless it is forced."""
    assert "what people see" in refused(table, "prune", "one", "--delete", "--force")
    assert "nothing was deleted" in run(table, "prune", "three").output
    assert run(table, "prune", "three", "--delete").exit_code == 0
    told = json.loads(run(table, "list", "--json").output)["versions"]
    assert {item["version"] for item in told} == {"one", "two"}
    table.insert([said(500, "two")])
    assert "1 mentions would be lost" in refused(table, "prune", "two", "--delete")
    now = datetime.now(UTC)  # NOW may be a quarter of an hour ago by now
    table.insert([said(500, "one"), said(501, "one"), said(501, "live", received_at=now)])
    table.insert([{**said(501, "live"), "scored_at": now}])
    assert "last 15 minutes" in refused(table, "prune", "live", "--delete")
    before = negative(table)
    with connect(table.url) as client:
        roller = Roller(client)
        roller.roll()
        assert run(table, "prune", "two", "--delete").exit_code == 0
        assert negative(table) == before
        roller.roll()
        assert negative(table) == before
        left = "SELECT arraySort(groupUniqArrayArray(`version.name`)) FROM minute_counts FINAL"
        assert client.execute(left) == [(["live", "one"],)]


def test_a_comparison_says_how_and_where_they_differ(table: MentionTable):
    """Agreement, kappa, net sentiment, languages, days, and texts that cannot steer a terminal."""
    told = json.loads(run(table, "compare", "one", "two", "--json").output)
    assert told["overall"]["mentions"] == 120
    assert told["overall"]["same"]["value"] == pytest.approx(110 / 120)
    langs = {item["value"]: item for item in told["parts"] if item["dimension"] == "lang"}
    assert langs["de"]["agreement"]["same"]["value"] == 1
    assert langs["en"]["agreement"]["same"]["value"] == pytest.approx(0.75)
    assert langs["en"]["agreement"]["shift"]["value"] == pytest.approx(-0.25)
    assert sum(sum(day["second"]) for day in told["days"]) == 120
    assert sum(day["second"][0] for day in told["days"]) == 10
    assert [item["second"] for item in told["examples"]] == ["negative"] * 10
    shown = run(table, "compare", "one", "two").output
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "Love it \\x1b[31m" in shown
    assert "91.7%" in shown
    only = run(table, "compare", "one", "two", "--brand", "Böreal", "--json").output
    assert json.loads(only)["overall"]["mentions"] == 60
    assert "no mention of that time" in run(table, "compare", "one", "four").output
    assert "stands twice" in refused(table, "compare", "one", "one")


def test_labelled_texts_are_scored_by_both_models(table: MentionTable, tmp_path: Path):
    """The models are found by their versions; a file that is none is named with its line."""
    chance = random.Random(1)
    lines = [
        json.dumps({"text": f"Text {number}", "label": chance.choice(SENTIMENTS), "lang": "en"})
        for number in range(300)
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(lines))
    table.insert(said(number, "stub") for number in range(10))
    arguments = ("compare", "stub", "one", "--json", "--labelled", str(file), "--model", "stub")
    assert "no model at hand has version 'one'" in refused(table, *arguments, "--load", "stub")
    file.write_text('{"text": "x", "label": "good"}')
    assert "line 1: label 'good'" in refused(table, *arguments)
    file.write_text("no JSON")
    assert "line 1 is no labelled text" in refused(table, *arguments)
    assert "cannot be read" in refused(table, *arguments, "--labelled", str(tmp_path / "no"))


def test_figures_on_labelled_texts(table: MentionTable, tmp_path: Path):
    """Both models on the same texts, all of them and by language; the better one does better."""
    shipped = read_manifest(SHIPPED)[0].model_version
    praise, blame = "I love it, it is wonderful.", "Terrible, it broke and I hate it."
    lines = [{"text": praise, "label": "positive", "lang": "en"}] * 3
    lines += [{"text": blame, "label": "negative"}] * 2
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    arguments = ("compare", "stub", shipped, "--labelled", str(file), "--model", "stub")
    found = msgspec.json.decode(run(table, *arguments, "--json").output, type=Comparison)
    told = found.labelled
    assert [(item.version, item.lang, item.texts) for item in told] == [
        (version, *part)
        for version in ("stub", shipped)
        for part in (("", 5), ("en", 3), ("und", 2))
    ]
    assert told[3].accuracy == told[3].macro_f1 == 1.0
    assert told[0].accuracy < 1.0
    assert 0 < told[3].surprise < told[0].surprise
    # No mention was scored by both, and all the same they are shown.
    assert found.overall is None
    assert "on labelled texts" in [one.title for one in comparison_tables(found)]


def test_incidents_of_the_past_that_would_appear_or_vanish(table: MentionTable, tmp_path: Path):
    """The watchlist's rules on what either version says; a rule on posts alone changes nothing."""
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text(
        "brands: [{name: Aurora}, {name: Böreal}]\n"
        "alerts:\n  sensitivity: 'off'\n  rules:\n"
        "    - rule: negative >= 15% in 1h with 20 posts\n"
        "    - rule: posts >= 25 in 1h\n      brand: Böreal\n"
    )
    period = ("--from", "49h", "--to", "44h")
    arguments = (*period, "--alerts", "--watchlist", str(watchlist))
    told = json.loads(run(table, "compare", "one", "two", *arguments, "--json").output)["alerts"]
    assert [(item["brand"], item["kind"]) for item in told["appear"]] == [("Aurora", "negative")]
    assert told["vanish"] == []
    assert told["stay"] == 1
    back = run(table, "compare", "two", "one", *arguments).output
    assert "incidents of that time: 1 open under both" in back
    assert "vanishes" in back
    assert "appears" not in back
