"""The command line's frame: quick, lazy, and clear when something is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compose.cli import _TRACE, COMMANDS

_HEAVY = ("torch", "chdb", "faust", "aiokafka", "onnxruntime", "streamlit", "pandas", "numpy")


def _run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")
    }
    return subprocess.run(
        [sys.executable, "-m", "compose", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**environment, "NO_COLOR": "1", "COLUMNS": "100", **variables},
    )


def test_help_names_every_command_and_answers_at_once():
    """Half a second of this process's own work at most, without a heavy library."""
    code = (
        "import json, sys, time\n"
        "from compose.cli import app\n"
        "app(['--help'], standalone_mode=False)\n"
        f"heavy = [name for name in {_HEAVY} if name in sys.modules]\n"
        "print(json.dumps([time.process_time(), heavy]), file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    seconds, heavy = json.loads(result.stderr)
    assert heavy == []
    assert seconds < 0.5
    for name, (_, line) in COMMANDS.items():
        assert name in result.stdout
        assert line.split(".")[0] in result.stdout


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(name: str):
    """Each says what it is for, and is loaded without starting anything."""
    result = _run(name, "--help")
    assert result.returncode == 0, result.stderr
    assert "Usage:" in result.stdout
    assert len(result.stdout) > 200


def test_the_version_is_said():
    """As bug reports need it."""
    assert _run("--version").stdout.startswith("groundswell 0.")


def test_an_error_is_one_message_without_a_traceback():
    """Cause and remedy, exit status 1."""
    result = _run("worker", "--kafka", "nowhere", GROUNDSWELL_BATCH_POSTS="many")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("groundswell: 2 settings are wrong:")
    assert "--kafka='nowhere' is not host:port" in result.stderr


def test_a_clickhouse_that_is_away_is_two_lines():
    """What could not be done, and what to do; not a word from its driver."""
    result = _run("alerts", "list", "--clickhouse-url", "clickhouse://127.0.0.1:1/none")
    assert result.returncode == 1
    first, second = result.stderr.splitlines()
    assert first.startswith("groundswell: incidents cannot be read")
    assert "groundswell up" in second


def test_an_error_of_clickhouse_comes_without_its_stack(clickhouse_server: str):
    """One message, whatever the server knows of itself."""
    url = clickhouse_server.replace("/default", "/nowhere")
    result = _run("models", "list", "--clickhouse-url", url)
    assert result.returncode == 1
    assert "UNKNOWN_DATABASE" in result.stderr
    assert "Stack trace" not in result.stderr
    said = "(No such table. Stack trace:\n\n0. A @ 0x1\n1. B @ 0x2\n); and so on"
    assert _TRACE.sub("", said) == "(No such table); and so on"


def test_a_misspelt_command_is_told_the_close_one():
    """And ends with the shell's status for wrong usage."""
    result = _run("dashbord")
    assert result.returncode == 2
    assert "Did you mean" in result.stderr
    assert "dashboard" in result.stderr


@pytest.mark.parametrize(
    ("words", "place", "expected"),
    [
        ("groundswell do", "1", "doctor"),
        ("groundswell up --kafka-h", "2", "--kafka-heap-mb"),
        ("groundswell dead-letters re", "2", "redrive"),
    ],
)
def test_shell_completion_completes_commands_and_flags(words: str, place: str, expected: str):
    """As bash asks for it."""
    asked = subprocess.run(
        [Path(sys.executable).with_name("groundswell")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            **os.environ,
            "_GROUNDSWELL_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": place,
        },
    )
    assert expected in asked.stdout.split()
