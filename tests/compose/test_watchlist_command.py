"""`groundswell watchlist check`."""

from pathlib import Path

from typer.testing import CliRunner

from compose.commands.watchlist import app
from tests.schemas.test_watchlist import FULL

runner = CliRunner()


def test_good_file_is_summed_up(tmp_path: Path):
    """What a file holds is counted, and what is probably not meant is said."""
    file = tmp_path / "w.yaml"
    file.write_text(FULL.replace("exclude: [Apple pie]", "exclude: [Apfelkuchen]"), "utf-8")
    result = runner.invoke(app, ["check", str(file)])
    assert result.exit_code == 0
    assert "2 brands, 1 product, 5 aliases, 1 exclusion, 1 topic, 2 topic phrases" in result.output
    assert "'Apfelkuchen' contains none of the aliases" in result.output
    assert "Orange: has no alias" in result.output
    assert runner.invoke(app, ["check", "--strict", str(file)]).exit_code == 1


def test_every_mistake_is_printed(tmp_path: Path):
    """The exit code is 1 and no mistake is kept back."""
    file = tmp_path / "w.yaml"
    file.write_text("brands:\n  - name: 5\n  - nam: Ab\n", "utf-8")
    result = runner.invoke(app, ["check", str(file)])
    assert result.exit_code == 1
    assert f"{file}:2: brands[0].name='5'" in result.output
    assert f"{file}:3: brands[1].nam='nam': did you mean `name`" in result.output
    assert "3 mistakes" in result.output
