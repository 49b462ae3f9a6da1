"""`groundswell evaluate`, and `train` where nothing to train with is installed."""

import importlib.util
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from compose.cli import load_command
from models.scorer import SHIPPED

RUNNER = CliRunner()
RUN = """
version: x
base: nowhere
data:
  - {path: posts.jsonl, licence: CC0, sentiment: {}, targets: said}
guards:
  - {path: more.jsonl, licence: CC0, sentiment: {}}
"""
TRAINED_ON = {
    "positive": ["I love it, wonderful", "Ausgezeichnet, sehr zufrieden", "非常好，很喜欢"],
    "negative": ["Terrible, I hate it", "Schrecklich, nie wieder", "太差了，很失望"],
}
NEW = {
    "positive": ["What a great phone", "Wunderbar, gerne wieder", "质量很好，推荐"],
    "negative": ["The worst I ever bought", "Furchtbar, alles kaputt", "质量很差，不推荐"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's file, and two sets."""
    (tmp_path / "run.yaml").write_text(RUN)
    for name, texts_by_label in (("posts.jsonl", TRAINED_ON), ("more.jsonl", NEW)):
        rows = [
            {"text": text, "lang": "en", "label": label,
             "said": [{"aspect": "it", "polarity": label}]}
            for label, texts in texts_by_label.items()
            for text in texts * 4
        ]  # fmt: skip
        rows.append(
            {"text": f"<script>alert(1)</script> {name}", "lang": "en", "label": "positive"}
        )
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)) + "\n")
    return tmp_path


def run_command(name: str, *arguments: str):
    return RUNNER.invoke(load_command(name), list(arguments))


def test_figures_and_a_page(folder):
    """Plain words are understood; hostile ones stay words on the page."""
    page = folder / "report.html"
    arguments = (str(folder / "run.yaml"), "--data", str(folder), "--report", str(page))
    result = run_command("evaluate", *arguments, "--before", str(SHIPPED))
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.output.splitlines() if line.startswith("| more.jsonl")][:1]
    assert float(line.split("|")[4]) > 60
    text = page.read_text()
    assert "more.jsonl" in text
    assert "+0.0" in text
    assert "<script>alert" not in text


def test_a_run_that_is_not_there(tmp_path):
    """The message names it."""
    result = run_command("evaluate", str(tmp_path / "no.yaml"), "--data", str(tmp_path))
    assert result.exit_code == 1
    assert "no.yaml" in result.output


@pytest.mark.parametrize(
    ("flag", "value", "complaint"),
    [
        ("--report", "gone/page.html", "gone is no folder; make it first"),
        ("--before", "gone", "gone' has no readable manifest.json"),
    ],
)
def test_what_would_be_missed_at_the_end_is_told_at_once(folder, flag, value, complaint):
    """Before anything is measured."""
    arguments = (str(folder / "run.yaml"), "--data", str(folder / "no data"))
    result = run_command("evaluate", *arguments, flag, str(folder / value))
    assert result.exit_code == 1
    assert complaint in result.output


def test_no_text_to_measure_on_is_a_mistake(folder):
    """A table without a row would say nothing."""
    (folder / "run.yaml").write_text("{version: x, base: nowhere, data: []}")
    result = run_command("evaluate", str(folder / "run.yaml"), "--data", str(folder))
    assert result.exit_code == 1
    assert "no text is left to measure on; name a guard" in result.output


def test_a_page_of_opinions_alone(folder):
    """Without a text whose whole sentiment is known."""
    run = {
        "version": "x",
        "base": "nowhere",
        "data": [],
        "guards": [{"path": "posts.jsonl", "licence": "CC0", "targets": "said"}],
    }
    (folder / "run.yaml").write_text(json.dumps(run))
    arguments = (str(folder / "run.yaml"), "--data", str(folder))
    result = run_command("evaluate", *arguments, "--report", str(folder / "page.html"))
    assert result.exit_code == 0, result.output
    assert "Targets" in (folder / "page.html").read_text()


@pytest.mark.skipif(
    importlib.util.find_spec("torch") is not None, reason="what is needed is installed"
)
def test_training_says_what_it_needs(folder):
    """One line with the command that installs it."""
    result = run_command(
        "train", str(folder / "run.yaml"), "--data", str(folder), "--out", str(folder / "out")
    )
    assert result.exit_code == 1
    assert "pip install 'groundswell[train]'" in result.output


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="nothing to train with")
def test_training_tells_what_is_missing_before_it_begins(folder):
    """A guard is measured at the end only."""
    (folder / "more.jsonl").unlink()
    result = run_command(
        "train", str(folder / "run.yaml"), "--data", str(folder), "--out", str(folder / "out")
    )
    assert result.exit_code == 1
    assert "path='more.jsonl'" in result.output
    assert not list((folder / "out").iterdir())
