"""Labelled sets: what their files say, and what is held out."""

import json

import pytest

from models.training.datasets import (
    SETS,
    Example,
    LabelledSet,
    read_aspects,
    read_emotions,
    read_polarity,
    read_shopping,
    read_umsab,
)


def write(folder, part, *rows):
    folder.mkdir(exist_ok=True)
    lines = "".join(json.dumps({"lang": "en", **row}) + "\n" for row in rows)
    (folder / f"{part}.jsonl").write_text(lines, encoding="utf-8")


def test_polarities(tmp_path):
    """Labels that are no sentiment are left out; a line separator ends no row."""
    rows = [{"text": "a\u2028b", "label": "positive"}, {"text": "c", "label": "mixed"}]
    write(tmp_path / "set", "train", *rows)
    assert list(read_polarity(tmp_path / "set", "train")) == [
        Example("a\u2028b", "en", "positive", "set")
    ]
    assert list(read_polarity(tmp_path / "set", "val")) == []


def test_aspects_that_agree(tmp_path):
    """Their polarity is that of the text; those that differ, or none, say nothing."""

    def opinions(**polarities):
        return [{"aspect": key, "polarity": value} for key, value in polarities.items()]

    write(
        tmp_path,
        "train",
        {"text": "a", "label": opinions(price="negative", food="negative"), "source": "hotel"},
        {"text": "b", "label": opinions(price="negative", food="positive")},
        {"text": "c", "label": []},
    )
    assert list(read_aspects(tmp_path, "train")) == [
        Example("a", "en", "negative", "hotel", ("food", "price"))
    ]


def test_emotions_that_agree(tmp_path):
    """Joy is positive, fear negative, none neutral; surprise may be either."""
    labels = [["joy"], ["fear", "anger"], [], ["joy", "anger"], ["surprise"]]
    write(tmp_path, "train", *({"text": str(label), "label": label} for label in labels))
    found = [example.sentiment for example in read_emotions(tmp_path, "train")]
    assert found == ["positive", "negative", "neutral"]


def test_text_and_label_files(tmp_path):
    """A text a line, a number a line, a folder a language."""
    for number, name in enumerate(
        ("arabic", "english", "french", "german", "hindi", "italian", "portuguese", "spanish")
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "val_text.txt").write_text("a\nb\n", encoding="utf-8")
        (tmp_path / name / "val_labels.txt").write_text(f"0\n{number % 3}\n", encoding="utf-8")
    found = list(read_umsab(tmp_path, "val"))
    assert len(found) == 16
    assert found[2:4] == [Example("a", "en", "negative"), Example("b", "en", "neutral")]


def test_shopping(tmp_path):
    """Quoted fields hold commas and line feeds."""
    (tmp_path / "train.csv").write_text('cat,label,review\nx,1,"a,\nb"\nx,0,c\n', encoding="utf-8")
    assert [(row.text, row.sentiment) for row in read_shopping(tmp_path, "train")] == [
        ("a,\nb", "positive"), ("c", "negative")
    ]  # fmt: skip
    assert list(read_shopping(tmp_path, "val")) == []


@pytest.mark.parametrize(("has_val", "train", "held_out"), [(False, 36, 4), (True, 40, 10)])
def test_nothing_is_both_trained_and_held_out(tmp_path, has_val, train, held_out):
    """A tenth is held out where a set has no validation file; the same one every time."""
    rows = [{"text": f"t{number}", "label": "neutral"} for number in range(50)]
    write(tmp_path / "set", "train", *rows[:40])
    if has_val:
        write(tmp_path / "set", "val", *rows[40:])
    source = LabelledSet("set", "CC0", ships=True, limit=1000, read=read_polarity)
    first, second = source.split(tmp_path)
    assert (len(first), len(second)) == (train, held_out)
    assert not {row.text for row in first} & {row.text for row in second}
    assert source.split(tmp_path) == (first, second)


def test_what_may_not_ship_is_not_trained_on(tmp_path):
    """Such sets only report figures; every set that trains has a licence."""
    write(tmp_path / "set", "train", {"text": "a", "label": "neutral"})
    source = LabelledSet("set", "research", ships=False, limit=9, read=read_polarity)
    first, second = source.split(tmp_path)
    assert (first, len(second)) == ([], 1)
    free = {"Apache-2.0", "CC BY 4.0", "CC0", "MIT"}
    assert {source.licence for source in SETS if source.ships} <= free
