"""`groundswell score`: a line in, a line out, in order, whatever the lines are."""

import json
import os
import subprocess
import sys
import threading

import pytest

LINES = [
    b'{"text": "The parcel was late and damaged.", "id": 7}',
    b'{"text": "Wunderbar, gerne wieder!", "lang": "de"}',
    b"not json",
    b'{"text": 3}',
    b'["text"]',
    b"",
    b'{"text": "", "post_id": "p1"}',
    b'{"text": "\\u0000\\ud83d \xe2\x80\xae hostile"}',
    b'{"text": "bad \xff byte"}',
    b'{"text": "ok", "lang": 5}',
    '{"text": "这个手机很好用"}'.encode(),
]
BAD = {2, 3, 4, 5, 8, 9}
COMMAND = [sys.executable, "-m", "compose", "score"]


def run(lines: list[bytes], *arguments: str) -> list[dict[str, object]]:
    """The answers to lines on standard input."""
    command = [*COMMAND, *arguments]
    done = subprocess.run(command, input=b"\n".join(lines), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def answers() -> list[dict[str, object]]:
    """Those of the shipped model."""
    return run(LINES)


def test_every_line_has_its_answer(answers):
    """In order; a bad line has `error` and its number at its place."""
    assert len(answers) == len(LINES)
    assert {place for place, answer in enumerate(answers) if "error" in answer} == BAD
    assert all(answers[place]["line"] == place + 1 for place in BAD)


def test_an_answer_has_all_that_it_promises(answers):
    """Sentiment, score, probabilities, language and model."""
    for place, answer in enumerate(answers):
        if place in BAD:
            continue
        assert answer["sentiment"] in {"negative", "neutral", "positive"}
        assert -1 <= float(str(answer["score"])) <= 1
        probabilities = answer["probabilities"]
        assert isinstance(probabilities, dict)
        assert set(probabilities) == {"negative", "neutral", "positive"}
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-4)
        assert answer["model_version"] == "groundswell-1"
    assert (answers[0]["id"], answers[0]["sentiment"], answers[0]["lang"]) == (7, "negative", "en")
    assert (answers[1]["sentiment"], answers[1]["lang"]) == ("positive", "de")
    assert (answers[6]["post_id"], answers[6]["sentiment"]) == ("p1", "neutral")
    assert answers[10]["lang"] == "zh"


def test_a_file_gives_the_same(tmp_path, answers):
    """As standard input, and in batches of any size."""
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b"\n".join(LINES) + b"\n")
    assert run([], str(file), "--batch", "2") == answers


def test_a_missing_file_is_told(tmp_path):
    """On standard error, with exit code 1."""
    done = subprocess.run([*COMMAND, str(tmp_path / "none")], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"none" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_answer_comes_while_the_input_is_open():
    """A program that writes a line and waits gets its answer."""
    command = [*COMMAND, "--model", "stub"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        killer = threading.Timer(60, process.kill)
        killer.start()
        for _ in range(2):
            process.stdin.write(b'{"text": "good"}\n')
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["model_version"] == "stub"
        process.stdin.close()
        assert process.wait(60) == 0
        killer.cancel()


def test_a_reader_that_leaves_is_no_error():
    """As in `groundswell score posts.jsonl | head -1`."""
    reader, writer = os.pipe()
    lines = b'{"text": "good"}\n' * 20_000
    command = [*COMMAND, "--model", "stub"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=writer, stderr=subprocess.PIPE
    ) as process:
        os.close(writer)
        os.close(reader)
        _, said = process.communicate(lines, timeout=60)
    assert process.returncode == 0
    assert said == b""
