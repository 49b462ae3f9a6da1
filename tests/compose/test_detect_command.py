"""`groundswell detect`: the same rows, and what is told of each."""

import csv
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import compose.commands.detect as command
from compose.commands.detect import detect
from schemas.alert_rules import Sensitivity as Choice
from schemas.errors import SettingsError
from streams.detection.table import TableError

HEADER = ["timestamp", "series", "value", "negative", "note"]
ADDED = ["anomaly_score", "expected_low", "expected_high", "alert", "kind"]
START_S = 1767571200  # a Monday
Row = list[str]


def series_rows(name: str, *, step_s: int, rows: int, surge: slice, seed: int):
    """Counts of one series with a surge; some values are not known, some rows left out."""
    rng = np.random.default_rng(seed)
    rates = np.full(rows, 20.0)
    rates[surge] *= 8
    found = []
    for number, value in enumerate(rng.poisson(rates)):
        at = datetime.fromtimestamp(START_S + step_s * number, UTC).isoformat()
        if rng.random() < 0.01:
            continue
        known = rng.random() > 0.01
        bad = str(value // 5) if known else ""
        found.append([at, name, str(value) if known else "", bad, f"n{number}"])
    return found


def several() -> list[Row]:
    """Series of one, five and sixty minutes, sorted by series, each forward in time."""
    every = {"minute": 60, "=five": 300, "hour": 3600, "ünï": 60}
    return [
        row
        for seed, (name, step_s) in enumerate(every.items())
        for row in series_rows(name, step_s=step_s, rows=300, surge=slice(250, 280), seed=seed)
    ]


def told(folder: Path, rows: list[Row], *, header: Row = HEADER, **options) -> list[Row]:
    """The rows that come out, header first."""
    source, sink = folder / "in.csv", folder / "out.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    detect(source, output=sink, **{"timezone": "UTC", "sensitivity": Choice.BALANCED, **options})
    with sink.open(newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> list[Row]:
    """Of `several`, in that order."""
    return told(tmp_path_factory.mktemp("detect"), several())


def test_the_rows_come_back_with_answers(answers):
    """In their order, cells untouched, five columns more."""
    assert answers[0] == HEADER + ADDED
    assert [row[:5] for row in answers[1:]] == several()
    for row in answers[1:]:
        score, low, high = map(float, row[5:8])
        assert 0 <= score <= 1
        assert 0 <= low <= high
        assert (row[8] == "1") == (score >= 0.5)
        assert row[8] in {"0", "1"}
        assert row[9] in {"", "volume", "negative", "silence"}
        if row[2] == "":
            assert row[8] == "0"


def test_surges_at_any_step_are_found_once(answers):
    """By the minute, by five, by the hour."""
    opened = [(row[1], int(row[4][1:]), row[9]) for row in answers[1:] if row[8] == "1"]
    assert {name for name, _, _ in opened} == {"minute", "=five", "hour", "ünï"}
    assert len(opened) == 4
    assert all(250 <= at < 260 and kind == "volume" for _, at, kind in opened)


@pytest.mark.parametrize("order", ["by time", "at random"])
def test_the_order_of_series_changes_nothing(tmp_path, answers, order):
    """Sorted by series, by time, or mixed in any way that keeps each series forward."""
    rows = several()
    if order == "by time":
        rows.sort(key=lambda row: row[0])
    else:
        names = [row[1] for row in rows]
        waiting = {name: [row for row in rows if row[1] == name][::-1] for name in set(names)}
        random.Random(3).shuffle(names)
        rows = [waiting[name].pop() for name in names]
    assert sorted(told(tmp_path, rows)[1:]) == sorted(answers[1:])


@pytest.mark.parametrize("block", [3, 233])
def test_where_rows_are_cut_changes_nothing(tmp_path, answers, monkeypatch, block):
    """Blocks are for speed alone."""
    monkeypatch.setattr(command, "BLOCK_ROWS", block)
    rows = sorted(several(), key=lambda row: row[0]) if block == 233 else several()
    assert sorted(told(tmp_path, rows)[1:]) == sorted(answers[1:])


def test_no_answer_depends_on_a_later_row(tmp_path, answers):
    """The beginning of a file is answered as in the whole file."""
    rows = sorted(several(), key=lambda row: row[0])
    part = told(tmp_path, rows[:500])[1:]
    of_whole = {tuple(row[:5]): row for row in answers[1:]}
    assert part == [of_whole[tuple(row[:5])] for row in part]


def test_two_columns_suffice(tmp_path):
    """Without series it is one; without negative there is no turn of the mood."""
    rows = [[row[0], row[2]] for row in several() if row[1] == "hour"]
    found = told(tmp_path, rows, header=["timestamp", "value"])
    assert found[0] == ["timestamp", "value", *ADDED]
    assert [row[6] for row in found if row[5] == "1"] == ["volume"]


def minutes(values: list[str], negative: list[str] | None = None) -> list[Row]:
    return [
        [str(START_S + 60 * number), "a", value, (negative or [""] * len(values))[number], ""]
        for number, value in enumerate(values)
    ]


def test_rules_stand_beside_the_detector(tmp_path):
    """Off: rules alone, with the score of an alert; several may be given."""
    rows = minutes(["3"] * 30 + ["9"] * 5 + ["0"] * 60)
    found = told(
        tmp_path,
        rows,
        sensitivity=Choice.OFF,
        rules=["posts >= 40 in 5m", "silence >= 20m"],
    )[1:]
    opened = [(number, row[9]) for number, row in enumerate(found) if row[8] == "1"]
    assert opened == [(34, "volume"), (54, "silence")]
    assert [float(row[5]) >= 0.5 for row in found] == [row[8] == "1" for row in found]


def test_the_mood_has_a_rule_too(tmp_path):
    """Shares of the negative column."""
    rows = minutes(["10"] * 40, ["1"] * 20 + ["9"] * 20)
    rule = "negative >= 40% in 10m with 20 posts"
    found = told(tmp_path, rows, sensitivity=Choice.OFF, rules=[rule])[1:]
    assert [(n, row[9]) for n, row in enumerate(found) if row[8] == "1"] == [(23, "negative")]


def test_more_sensitive_is_not_later(tmp_path):
    """What `calm` tells, `watchful` has told by then."""
    rows = series_rows("a", step_s=60, rows=200, surge=slice(150, 180), seed=5)
    first = {}
    for choice in (Choice.CALM, Choice.BALANCED, Choice.WATCHFUL):
        found = told(tmp_path, rows, sensitivity=choice)[1:]
        first[choice] = next(number for number, row in enumerate(found) if row[8] == "1")
    assert first[Choice.CALM] >= first[Choice.BALANCED] >= first[Choice.WATCHFUL]


def test_times_without_a_zone_are_read_in_the_one_given(tmp_path):
    """The night in which clocks go back has 25 hours, and no row is refused."""
    clocks = [f"2026-10-25T{hour:02}:00" for hour in (0, 1, 2, 2, 3, 4)]
    rows = [[clock, "a", "5", "1", ""] for clock in clocks]
    assert len(told(tmp_path, rows, timezone="Europe/Berlin")) == 7


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sensitivity": Choice.OFF}, "leaves nothing to do"),
        ({"rules": ["posts > many"]}, "'posts > many'"),
        ({"timezone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone"),
        ({"timezone": "../etc/passwd"}, "is no time zone"),
        (
            {
                "rules": ["negative >= 40% in 1h"],
                "header": ["timestamp", "series", "value", "a", "b"],
            },
            "needs a column 'negative'",
        ),
        ({"header": ["timestamp", "series", "value", "Kind", "alert"]}, "twice: Kind, alert"),
    ],
)
def test_wrong_options_are_named(tmp_path, options, message):
    """With a remedy."""
    with pytest.raises(SettingsError, match=message.replace(".", r"\.")):
        told(tmp_path, minutes(["1"]), **options)


def test_the_file_is_not_written_over(tmp_path):
    """Nor is a place that cannot be written silently passed over."""
    file = tmp_path / "in.csv"
    file.write_text("timestamp,value\n2026-01-01,1\n")
    with pytest.raises(SettingsError, match="is the file itself"):
        detect(file, output=file, sensitivity=Choice.CALM, timezone="UTC")
    with pytest.raises(SettingsError, match="cannot be written"):
        detect(file, output=tmp_path / "no" / "out", sensitivity=Choice.CALM, timezone="UTC")
    assert file.read_text().startswith("timestamp")


def test_a_mistake_names_its_line(tmp_path):
    """Line, field, value and remedy."""
    with pytest.raises(TableError, match=r"in\.csv:3: value='x': write a number"):
        told(tmp_path, minutes(["1", "x"]))


def test_a_run_that_fails_leaves_what_was_there(tmp_path):
    """No header without rows, nor half an answer in place of yesterday's."""
    sink = tmp_path / "out.csv"
    for before in (None, "yesterday's\n"):
        if before is not None:
            sink.write_text(before)
        with pytest.raises(TableError):
            told(tmp_path, minutes(["1", "x"]))
        assert (sink.read_text() if sink.exists() else None) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_a_link_and_a_pipe_are_written_as_they_are(tmp_path):
    """Such as /dev/stdout."""
    file, place = tmp_path / "short.csv", tmp_path / "place"
    file.write_text(f"timestamp,value\n{START_S},5\n{START_S + 60},5\n")
    (tmp_path / "link").symlink_to(place)
    detect(file, output=tmp_path / "link", sensitivity=Choice.CALM, timezone="UTC")
    assert len(place.read_text().splitlines()) == 3
    with run(str(file), "-o", "/dev/stdout") as process:
        out, _ = process.communicate(timeout=60)
    assert out == place.read_text()


def test_a_window_that_is_no_whole_rows_is_told(tmp_path, capsys):
    """A rule cannot look at less than a row."""
    rows = [[str(START_S + 3600 * number), "a", "5", "", ""] for number in range(30)]
    told(tmp_path, rows, rules=["posts >= 1000 in 15m", "posts >= 1000 in 2h", "posts >= 1000"])
    (note,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note")]
    assert "'posts >= 1000 in 15m' sums 60 minutes in 1 series" in note


def run(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "compose", "detect", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    """As `| head -1` does."""
    file = tmp_path / "long.csv"
    lines = "".join(f"{START_S + 60 * number},5\n" for number in range(3000))
    file.write_text("timestamp,value\n" + lines)
    with run(str(file), "--sensitivity", "off", "--rule", "posts >= 500") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("timestamp,value,anomaly_score")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 0


def test_the_end_is_summed_up_beside_the_rows(tmp_path):
    """On standard error, so that the rows can be piped; a mistake ends with 1 and no traceback."""
    file = tmp_path / "short.csv"
    file.write_text(f"timestamp,value\n{START_S},5\n{START_S + 60},5\n")
    with run(str(file)) as process:
        out, err = process.communicate(timeout=60)
    assert len(out.splitlines()) == 3
    assert err == "0 incidents in 2 rows of 1 series\n"
    with run(str(tmp_path / "none.csv")) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot be read" in err
    assert "Traceback" not in err
