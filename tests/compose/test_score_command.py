"""`groundswell score`: one answer a line, in order, whatever the lines are."""

import io
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compose.commands.score import MAX_LINE_BYTES, score_lines
from models.scorer import load_scorer
from schemas.scores import EMOTIONS, SENTIMENTS

COMMAND = [sys.executable, "-m", "compose", "score", "--model", "stub"]
KEYS = ["sentiment", "score", "probabilities", "lang", "model_version", "model_sha256"]
STUB = load_scorer("stub")


def scored(folder: Path, content: bytes, *, batch: int = 512, scorer=STUB) -> list[dict[str, Any]]:
    """The answers to a file's lines."""
    source, sink = folder / "lines", io.BytesIO()
    source.write_bytes(content)
    with source.open("rb") as lines:
        score_lines(lines, sink, scorer, batch=batch)
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def json_lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_an_answer_has_what_the_help_says(tmp_path):
    """Its keys and their ranges; an id comes back, other keys do not."""
    row = {"text": "Very good coffee, thank you", "post_id": 7, "author": "x"}
    (answer,) = scored(tmp_path, json_lines(row))
    assert list(answer) == ["post_id", *KEYS]
    assert answer["post_id"] == 7
    assert answer["lang"] == "en"
    assert answer["model_version"] == "stub"
    probabilities = answer["probabilities"]
    assert list(probabilities) == list(SENTIMENTS)
    assert sum(probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert answer["sentiment"] == max(probabilities, key=probabilities.get)
    expected = probabilities["positive"] - probabilities["negative"]
    assert answer["score"] == pytest.approx(expected, abs=1e-5)


def test_a_given_language_stays(tmp_path):
    """Where none is given, or an empty one, it is detected; "und" where nothing says it."""
    rows = [{"text": "good", "lang": "xx"}, {"text": "12"}, {"text": "sehr gut, danke", "lang": ""}]
    assert [row["lang"] for row in scored(tmp_path, json_lines(*rows))] == ["xx", "und", "de"]


def test_empty_text_is_neutral(tmp_path):
    """With certainty: nothing was said."""
    for answer in scored(tmp_path, json_lines({"text": ""}, {"text": " \n"})):
        assert (answer["sentiment"], answer["score"]) == ("neutral", 0)
        assert answer["probabilities"]["neutral"] == 1


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", "not JSON"),
        (b"good coffee", "not JSON"),
        (b'{"text": "a"', "not JSON"),
        (b'{"text": "a"} {}', "not JSON"),
        (b'{"text": "\xff"}', "not JSON"),
        (b'{"text": "a", "id": NaN}', "NaN is no JSON number"),
        (b"[" * 100_000, "not JSON"),
        (b'["a"]', "not a JSON object"),
        (b"{}", "`text` is missing"),
        (b'{"text": null}', "`text` is None"),
        (b'{"text": "a", "lang": 3}', "`lang` is 3"),
        (b'{"text": "a", "id": [1]}', "`id` is [1]"),
        (b'{"text": "' + b"a" * MAX_LINE_BYTES + b'"}', "longer than 8000000 bytes"),
    ],
    ids=lambda value: value[:12].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_a_bad_line_is_answered_at_its_place(tmp_path, line, error):
    """With its number and the reason; its neighbours are scored."""
    first, bad, last = scored(tmp_path, b'{"text": "a"}\n' + line + b'\n{"text": "b"}')
    assert (list(first), list(last)) == (KEYS, KEYS)
    assert list(bad) == ["error", "line"]
    assert bad["line"] == 2
    assert error in bad["error"]
    assert len(bad["error"]) < 300


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20).map(lambda text: json.dumps({"text": text}).encode()),
            st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")),
        ),
        max_size=12,
    ),
    st.integers(1, 5),
)
@settings(deadline=None, max_examples=40)
def test_one_answer_a_line_in_order(tmp_path_factory, lines, batch):
    """For any bytes, in batches of any size."""
    folder = tmp_path_factory.getbasetemp()
    content = b"".join(line + b"\n" for line in lines)
    answers = scored(folder, content, batch=batch)
    assert len(answers) == len(lines)
    assert answers == scored(folder, content, batch=1)
    for number, answer in enumerate(answers, 1):
        assert answer.get("line", number) == number


def test_every_head_answers(tmp_path):
    """Emotions, offence, irony, aspects, and the polarity of what was asked for, in its order."""
    rows = json_lines(
        {
            "text": "The screen is wonderful, but the battery is a disaster.",
            "targets": ["battery", "screen"],
        },
        {"text": "Der Preis ist viel zu hoch und die Lieferung kam zu spät.", "brand": "Acme"},
        {"text": "  ", "targets": []},
    )
    mixed, complaint, nothing = scored(tmp_path, rows, scorer=load_scorer("shipped"))
    assert [(one["target"], one["polarity"]) for one in mixed["targets"]] == [
        ("battery", "negative"),
        ("screen", "positive"),
    ]
    assert mixed["targets"][0]["score"] < 0 < mixed["targets"][1]["score"]
    assert [one["target"] for one in complaint["targets"]] == ["Acme"]
    about = {one["aspect"]: one["polarity"] for one in complaint["aspects"]}
    assert about["price"] == "negative"
    for answer in (mixed, complaint, nothing):
        assert list(answer["emotion"]) == list(EMOTIONS)
        shares = [*answer["emotion"].values(), answer["offensive"], answer["irony"]]
        assert all(0 <= share <= 1 for share in shares)
    assert (nothing["targets"], nothing["aspects"], nothing["emotion"]["none"]) == ([], [], 1)


@pytest.mark.parametrize(
    "row",
    [
        {"targets": "battery"},
        {"targets": [1]},
        {"targets": [" "]},
        {"targets": ["x"] * 101},
        {"targets": ["x" * 201]},
        {"brand": 7},
        {"brand": ""},
    ],
)
def test_targets_that_are_no_names_are_refused(tmp_path, row):
    """The message names the key."""
    (answer,) = scored(tmp_path, json_lines({"text": "x", **row}))
    assert f"`{next(iter(row))}`" in answer["error"]


def test_neighbours_do_not_matter(tmp_path):
    """The shipped model answers a line alone as it does among others."""
    texts = ["good", "Der Akku ist nach einer Stunde leer " * 6, "价格太贵", "لا أنصح به", "meh"]
    rows = json_lines(*({"text": text} for text in texts * 3))
    shipped = load_scorer("shipped")
    alone = scored(tmp_path, rows, batch=1, scorer=shipped)
    together = scored(tmp_path, rows, batch=100, scorer=shipped)
    for one, other in zip(alone, together, strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-3)
        assert one["lang"] == other["lang"]


def test_a_source_that_pauses_gets_its_answers():
    """Without waiting for a full batch; and a pause is no line of its own."""
    read_end, write_end = os.pipe()
    answer_end, sink_end = os.pipe()

    def serve() -> None:
        with os.fdopen(read_end, "rb") as source, os.fdopen(sink_end, "wb") as sink:
            score_lines(source, sink, STUB, batch=1000)

    thread = threading.Thread(target=serve)
    thread.start()
    with os.fdopen(write_end, "wb", buffering=0) as writer, os.fdopen(answer_end, "rb") as answers:
        for number in range(1, 6):
            writer.write(b"bad\n")
            assert json.loads(answers.readline())["line"] == number
        writer.close()
        assert answers.read() == b""
    thread.join()


@pytest.mark.parametrize("line", [b'{"text": "' + b"a" * 2_000_000 + b'"}\n', b"a" * 10_000_000])
def test_memory_is_bounded(tmp_path, line):
    """A hundred megabytes of lines that are long, or of one that never ends."""
    source = tmp_path / "lines"
    with source.open("wb") as lines:
        for _ in range(100_000_000 // len(line)):
            lines.write(line)
    with source.open("rb") as lines, Path(os.devnull).open("wb") as sink:
        tracemalloc.start()
        score_lines(lines, sink, STUB, batch=100_000)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert highest < 70_000_000


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], input=given, capture_output=True, check=False)


def test_file_and_standard_input_give_the_same(tmp_path):
    """`FILE`, `-` and nothing."""
    file = tmp_path / "posts.jsonl"
    file.write_bytes(json_lines({"text": "good"}) + b"bad\n")
    answers = [run(str(file)), run("-", given=file.read_bytes()), run(given=file.read_bytes())]
    assert len({answer.stdout for answer in answers}) == 1
    assert answers[0].stdout.count(b"\n") == 2
    assert all((answer.returncode, answer.stderr) == (0, b"") for answer in answers)


def test_a_missing_file_is_named(tmp_path):
    """As is a model that is not there."""
    for arguments in ([str(tmp_path / "none")], ["--model", str(tmp_path / "none")]):
        answer = run(*arguments)
        assert answer.returncode == 1
        assert b"error: " in answer.stderr
        assert b"none" in answer.stderr
        assert answer.stdout == b""


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    """As in `groundswell score FILE | head`."""
    file = tmp_path / "posts.jsonl"
    file.write_bytes(json_lines({"text": "good"}) * 20_000)
    with subprocess.Popen(
        [*COMMAND, str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
