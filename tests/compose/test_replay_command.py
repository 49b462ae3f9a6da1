"""`groundswell replay`: what it takes and what it refuses, before it reads anything."""

import pytest
from typer.testing import CliRunner

from compose.commands import replay as command
from compose.replay_parts import Wanted
from schemas.errors import GroundswellError, SettingsError

RUNNER = CliRunner()


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> list[Wanted]:
    """What the command asks for, instead of doing it."""
    found: list[Wanted] = []

    def plan(_, asked_for, **__):
        found.append(asked_for)
        raise GroundswellError("enough")

    monkeypatch.setattr(command, "plan_replay", plan)
    return found


def run(*words):
    return RUNNER.invoke(command.app, [*words, "--dry-run"])


def test_several_values_after_one_flag(wanted):
    """As one writes them in a shell; with commas between topics as in the settings."""
    run("--files", "a.jsonl", "b.parquet", "--brands", "Acme", "Bolt One", "--share", "0.5")
    run("--topics", "reviews,social", "news", "--rate", "100")
    run("--files", "a.jsonl", "--files", "b.parquet")
    assert [path.name for path in wanted[0].files] == ["a.jsonl", "b.parquet"]
    assert (wanted[0].brands, wanted[0].share) == (("Acme", "Bolt One"), 0.5)
    assert (wanted[1].topics, wanted[1].rate) == (("reviews", "social", "news"), 100)
    assert [path.name for path in wanted[2].files] == ["a.jsonl", "b.parquet"]


def test_no_flag_before_a_subcommand_is_ignored():
    """Whoever wrote it thinks that it counts."""
    for flags in (
        ["--model", "stub"],
        ["--share", "1.0"],
        ["--kafka", "localhost:1"],
        ["--stored"],
    ):
        result = RUNNER.invoke(command.app, [*flags, "resume", "ab12"])
        assert isinstance(result.exception, SettingsError)
        assert f"{flags[0]} stands before resume" in str(result.exception)


def test_times(wanted):
    """Spans count back from now; `start` and `now` are what there is."""
    run("--topics", "reviews", "--from", "7d", "--to", "2026-03-31T14:05:00Z")
    run("--topics", "reviews", "--from", "start", "--to", "now")
    assert wanted[0].since is not None
    assert wanted[0].until.isoformat() == "2026-03-31T14:05:00+00:00"
    assert (wanted[1].since, wanted[1].until) == (None, None)


@pytest.mark.parametrize("flag", ["--model", "--watchlist"])
def test_resume_takes_no_flag_that_it_would_ignore(flag):
    """A job goes on with what it began with."""
    result = run("resume", "ab12", flag, "stub")
    assert result.exit_code == 2
    assert "No such option" in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "nothing is named to read; give one of --topics, --offsets, --files, --stored"),
        (("--topics", "a", "--stored"), "--topics and --stored exclude each other"),
        (("--files", "a", "--from", "7d"), "--from and --to do not go with --files"),
        (("--topics", "a", "--from", "soon"), "--from 'soon' is no time; try 7d"),
    ],
)
def test_what_it_refuses(wanted, words, message):
    """Each with what to write instead."""
    result = run(*words)
    assert isinstance(result.exception, SettingsError)
    assert message in str(result.exception)
    assert wanted == []
