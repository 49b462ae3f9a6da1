"""Reading labelled sets, as a run's file describes them."""

import json

import pytest

from models.training.config import DataSet, Labels, Run, read_run, with_corrections
from models.training.labelled import UNKNOWN
from models.training.reading import balanced, plain_name, read_sets, read_split
from models.training.trade_aspects import aspects_of, opinions_of_trade
from schemas.errors import ModelError
from schemas.scores import EMOTIONS

JOY, FEAR, NONE = (EMOTIONS.index(name) for name in ("joy", "fear", "none"))


def write_rows(folder, rows, part="train"):
    folder.mkdir(exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / f"{part}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_sentiments_and_what_is_none(tmp_path):
    """Labels that are no sentiment leave the text without one."""
    write_rows(
        tmp_path / "posts",
        [
            {"text": "gut", "lang": "de", "label": "positive"},
            {"text": "wie?", "lang": "de", "label": "question"},
            {"text": " ", "lang": "de", "label": "positive"},
        ],
    )
    write_rows(tmp_path / "posts", [{"text": "x", "lang": "de", "label": "neutral"}], "val")
    source = DataSet(path="posts", licence="CC0", sentiment=Labels())
    train, held_out = read_split(tmp_path, source)
    assert [(row.text, row.sentiment) for row in train] == [("gut", 2), ("wie?", UNKNOWN)]
    assert [row.sentiment for row in held_out] == [1]


def test_lines_and_numbers(tmp_path):
    """The format of one text and one number a line."""
    folder = tmp_path / "tweets"
    folder.mkdir()
    (folder / "train_text.txt").write_text("a\nb\n", encoding="utf-8")
    (folder / "train_labels.txt").write_text("2\n0\n")
    source = DataSet(
        path="tweets",
        licence="CC0",
        format="lines",
        lang="en",
        irony=Labels(map={"0": False, "2": True}),
    )
    train, _ = read_split(tmp_path, source)
    assert {(row.text, row.irony, row.lang) for row in train} == {("a", 1, "en"), ("b", 0, "en")}


def test_without_a_map_the_words_are_ours(tmp_path):
    """Booleans, 1 and 0 for offence and irony, and emotions by their names."""
    rows = [
        {"text": "a", "lang": "en", "rude": True, "wry": 1, "mood": ["joy", "awe"]},
        {"text": "b", "lang": "en", "rude": "false", "wry": "0", "mood": "fear"},
        {"text": "c", "lang": "en", "rude": "perhaps", "wry": None, "mood": []},
        {"text": "d", "lang": "en", "mood": None},
    ]
    write_rows(tmp_path / "posts", rows)
    write_rows(tmp_path / "posts", rows[:1], "val")
    source = DataSet(
        path="posts",
        licence="CC0",
        offensive=Labels(field="rude"),
        irony=Labels(field="wry"),
        emotions=Labels(field="mood"),
    )
    train, _ = read_split(tmp_path, source)
    assert [row.offensive for row in train] == [1, 0, UNKNOWN, UNKNOWN]
    assert [row.irony for row in train] == [1, 0, UNKNOWN, UNKNOWN]
    found = [(row.emotions[JOY], row.emotions[FEAR], row.emotions[NONE]) for row in train]
    assert found == [(1, 0, 0), (0, 1, 0), (0, 0, 1), (UNKNOWN, UNKNOWN, UNKNOWN)]


def test_a_label_of_two_words_shifts_no_other(tmp_path):
    """Each line has one label, or none."""
    (tmp_path / "train_text.txt").write_text("a\nb\nc\nd", encoding="utf-8")
    (tmp_path / "train_labels.txt").write_text("not rude\nrude\n\nnot rude\n")
    flags = Labels(map={"rude": True, "not rude": False})
    source = DataSet(path=".", licence="CC0", format="lines", lang="en", offensive=flags)
    train, _ = read_split(tmp_path, source)
    assert {row.text: row.offensive for row in train} == {"a": 0, "b": 1, "c": UNKNOWN, "d": 0}


def test_a_table_as_excel_writes_it_and_blank_lines(tmp_path):
    """A mark before the first column's name, and lines without an object, are passed over."""
    (tmp_path / "sheet.csv").write_text("\ufefftext,lang,label\ngood,en,positive\n", "utf-8")
    sheet = DataSet(path="sheet.csv", licence="CC0", format="csv", sentiment=Labels())
    (tmp_path / "posts.jsonl").write_text(
        '\n{"text": "good", "lang": "en", "label": "positive"}\n \n', encoding="utf-8"
    )
    posts = DataSet(path="posts.jsonl", licence="CC0", sentiment=Labels())
    for source in (sheet, posts):
        (row,), _ = read_split(tmp_path, source)
        assert (row.text, row.sentiment) == ("good", 2)


@pytest.mark.parametrize(
    ("file", "content", "fields", "complaint"),
    [
        ("a.csv", b"text,label\ngood,positive\n", {}, "a.csv.*'jsonl'.*line 1 is no JSON object"),
        ("a.jsonl", b'{"text": "a"}\n\n{"text', {}, "line 3 is no JSON object"),
        (
            "a.csv",
            b"a,b\n1,2,3\n",
            {"format": "csv"},
            "text='text' is no field of it; it has 'a', 'b'",
        ),
        ("a.jsonl", b'{"text": " "}', {}, "a.jsonl' has no texts"),
        ("a.jsonl", b"[1]\n", {}, r"line 1 is no JSON object: '\[1\]'"),
        ("a.csv", b"text\ncaf\xe9\n", {"format": "csv"}, "a.csv.*utf-8.*write it anew, in UTF-8"),
        ("a.parquet", b"text\n", {"format": "parquet"}, "a.parquet.*as format='parquet'"),
        ("train_text.txt", b"a\nb\n", {"path": ".", "format": "lines"}, "train_labels.txt"),
        ("a.jsonl", b'{"text": "a", "said": ["food"]}', {"targets": "said"}, r"has \['food'\]"),
        (
            "a.csv",
            b'text,said\na,"[{""aspect"": ""food""}]"\n',
            {"targets": "said", "format": "csv"},
            "targets='said' has .*food.*expected a list",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, file, content, fields, complaint):
    """With the place in it, and the remedy."""
    (tmp_path / file).write_bytes(content)
    source = DataSet(**{"path": file, "licence": "CC0", "lang": "en", **fields})
    with pytest.raises(ModelError, match=complaint):
        read_split(tmp_path, source)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"text": "txt"}, "text='txt' is no field of it; it has 'text', 'lang', 'mood', 'said'"),
        ({"sentiment": Labels(field="moood")}, "path='posts': sentiment.field='moood'.*mood"),
        ({"emotions": Labels(field="moood", also=("none",))}, "emotions.field='moood'"),
        ({"targets": "nofield"}, "targets='nofield'"),
        ({"lang_field": "language"}, "lang_field='language'.* say with `lang` which language"),
        ({"sentiment": Labels(field="mood")}, "sentiment gets no label.* has 'angry', 'fine'; let"),
        (
            {"offensive": Labels(field="mood", map={"furious": True})},
            "'angry', 'fine'; let offensive.map bring them to true, false",
        ),
        ({"targets": "said"}, "no opinion comes from targets='said', which has .*'bad'"),
    ],
)
def test_a_field_that_gives_no_label_is_named(tmp_path, fields, complaint):
    """With what the set has instead: else a head would silently learn nothing."""
    said = [{"aspect": "food", "polarity": "bad"}]
    moods = ["angry", "fine", "fine"]
    rows = [{"text": "a", "lang": "en", "mood": mood, "said": said} for mood in moods]
    write_rows(tmp_path / "posts", rows)
    with pytest.raises(ModelError, match=complaint):
        read_split(tmp_path, DataSet(**{"path": "posts", "licence": "CC0", **fields}))


def test_a_field_may_stand_in_some_rows_only(tmp_path):
    """What the others lack is not known."""
    rows = [{"text": "a", "lang": "en"}, {"text": "b", "label": "positive"}]
    write_rows(tmp_path / "posts", rows)
    source = DataSet(path="posts", licence="CC0", sentiment=Labels())
    train, _ = read_split(tmp_path, source)
    assert [(row.lang, row.sentiment) for row in train] == [("en", UNKNOWN), ("und", 2)]


def test_texts_and_labels_are_as_many(tmp_path):
    """Else nobody knows which belong together."""
    (tmp_path / "train_text.txt").write_text("a\nb\n")
    (tmp_path / "train_labels.txt").write_text("1\n")
    source = DataSet(path=".", licence="CC0", format="lines", lang="en", irony=Labels())
    with pytest.raises(ModelError, match=r"2 lines, and train_labels\.txt 1"):
        read_split(tmp_path, source)


def test_emotions_that_nobody_looked_for_are_not_known(tmp_path):
    """None named is "none"; an emotion that never occurs in a language is not known there."""
    rows = [
        {"text": "1", "lang": "en", "label": ["joy"]},
        {"text": "2", "lang": "en", "label": ["fear", "joy"]},
        {"text": "3", "lang": "yo", "label": ["joy"]},
        {"text": "4", "lang": "yo", "label": []},
    ]
    write_rows(tmp_path / "mood", rows)
    write_rows(tmp_path / "mood", rows[:1], "val")
    source = DataSet(
        path="mood",
        licence="CC0",
        emotions=Labels(map={"joy": "joy", "fear": "fear"}, also=("none",)),
        sentiment_from="emotions",
    )
    train, _ = read_split(tmp_path, source)
    found = [(row.emotions[JOY], row.emotions[FEAR], row.emotions[NONE]) for row in train]
    assert found == [(1, 0, UNKNOWN), (1, 1, UNKNOWN), (1, UNKNOWN, 0), (0, UNKNOWN, 1)]
    assert [row.sentiment for row in train] == [2, UNKNOWN, 2, 1]


def test_opinions_of_terms_and_aspects(tmp_path):
    """A phrase that a text praises and blames has no opinion; its agreed ones stay."""
    said = [
        {"aspect": "food#prices", "polarity": "negative", "term": "Wein"},
        {"aspect": "food#prices", "polarity": "positive", "term": "Bier"},
        {"aspect": "service general", "polarity": "positive", "term": "NULL"},
    ]
    rows = [{"text": "…", "lang": "de", "label": said, "source": "bar"}]
    write_rows(tmp_path / "bars", rows)
    write_rows(tmp_path / "bars", rows, "val")
    source = DataSet(path="bars", licence="CC0", targets="label", sentiment_from="targets")
    (row,), _ = read_split(tmp_path, source)
    assert {(one.phrase, one.opinion) for one in row.opinions} == {
        ("Wein", 1),
        ("Bier", 3),
        ("service", 3),
    }
    assert row.sentiment == UNKNOWN
    assert row.domain == "bar"
    assert aspects_of(row) == {"price", "service"}
    assert opinions_of_trade(row) == {"service": 3}


def test_rare_sentiments_weigh_more(tmp_path):
    """By a power of their rarity, twice at most."""
    rows = [{"text": str(at), "lang": "en", "label": "positive"} for at in range(99)]
    rows.append({"text": "bad", "lang": "en", "label": "negative"})
    write_rows(tmp_path / "shop", rows)
    write_rows(tmp_path / "shop", rows, "val")
    train, _ = read_split(tmp_path, DataSet(path="shop", licence="CC0", sentiment=Labels()))
    weights = {row.text: row.certainty for row in balanced(train, 0.5)}
    assert weights["bad"] == 2
    assert weights["1"] == pytest.approx((50 / 99) ** 0.5)
    assert {row.certainty for row in balanced(train, 0)} == {1}


def test_a_tenth_is_held_out_and_guards_are_never_trained_on(tmp_path):
    """Where a set has no validation file; the two parts share no text."""
    rows = [{"text": str(at), "lang": "en", "label": "positive"} for at in range(50)]
    write_rows(tmp_path / "posts", rows)
    source = DataSet(path="posts", licence="CC0", sentiment=Labels())
    others = [{"text": f"guard {at}", "lang": "en", "label": "positive"} for at in range(6)]
    copies = [{**row, "text": f"{row['text']} !"} for row in rows]
    write_rows(tmp_path / "guard", [*others, *copies])
    guard = DataSet(path="guard", licence="NC", sentiment=Labels())
    run = Run(version="x", base="b", data=(source,), guards=(guard,))
    sets = read_sets(run, tmp_path)
    train, held_out = sets.train, sets.held_out
    assert set(train) == {"posts"}
    assert len(held_out["posts"]) == 5
    # The five copies of texts that are held out may stay; the trained ones may not.
    assert len(held_out["guard"]) == len(others) + 5
    assert not {row.text for row in train["posts"]} & {row.text for row in held_out["posts"]}


def test_copies_of_a_text_stay_on_one_side(tmp_path):
    """Of reposts, of a set's own validation file, and of another set: else seen texts measure."""
    rows = [{"text": f"{at % 200}!", "lang": "en", "label": "positive"} for at in range(1000)]
    write_rows(tmp_path / "posts", rows)
    write_rows(tmp_path / "more", [{**rows[0], "text": f"more {at}"} for at in range(3)])
    held_out = [{**rows[0], "text": text} for text in ("More 1.", "more 3", "200")]
    write_rows(tmp_path / "more", held_out, "val")
    posts, more = (
        DataSet(path=name, licence="CC0", sentiment=Labels()) for name in ("posts", "more")
    )
    run = Run(version="x", base="b", data=(posts, more))
    sets = read_sets(run, tmp_path)
    train, measured = sets.train, sets.held_out
    assert (len(train["posts"]), len(measured["posts"])) == (900, 100)
    assert not {row.text for row in train["posts"]} & {row.text for row in measured["posts"]}
    assert [row.text for row in measured["more"]] == ["more 3", "200"]


def test_a_set_that_is_not_there(tmp_path):
    """The message names it."""
    with pytest.raises(ModelError, match="path='nowhere'"):
        read_split(tmp_path, DataSet(path="nowhere", licence="CC0"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "version: x\nbase: b\ndata: [{path: a, licence: b, sentiment: {map: {a: good}}}]",
            "'good'",
        ),
        (
            "version: x\nbase: b\ndata: [{path: a, licence: b, offensive: {map: {a: bad}}}]",
            r"data\[0\]\.offensive has 'bad'; expected one of true, false",
        ),
        (
            "version: x\nbase: b\ndata: [{path: a, licence: b, irony: {map: {'1': 'yes'}}}]",
            r"data\[0\]\.irony has 'yes'",
        ),
        (
            "version: x\nbase: b\ndata: [&a {path: a, licence: b, sentiment: {}}, *a]",
            "path='a' stands in more than one entry",
        ),
        (
            "version: x\nbase: b\ndata: [&a {path: a, licence: b, sentiment: {}}]\nguards: [*a]",
            "path='a' stands in more than one entry",
        ),
        ("version: x\nbase: b\ndata: []\nminutes: -1", "minutes"),
        ("version: x\nbase: b\ndata: []\nlora: -3", "lora"),
        ("version: x\nbase: b\ndata: []\nadalora: true", "adalora .* set lora, such as 8"),
        ("version: x\nbase: b\ndata: []\ndropout: 1.0", "dropout"),
        ("version: x\nbase: b\ndata: []\nlayers: [-1]", "layers"),
        ("version: x\nbase: b\ndata: []\nrdrop: 1", "rdrop=1 .* set dropout"),
        ("version: caf\xe9", "no text in UTF-8"),
        ("version: [", "docs/training.md"),
        ("version: x\nbase: b\ndata: []\nlearning: 1", "learning"),
        ("version: x\nbase: b\ndata: []\nfreeze_words: false", "freeze_words"),
        ("version: x\nbase: b\ndata: []\nshares: {a: 2}", "'a', which is no path in data"),
    ],
)
def test_mistakes_in_a_run_are_named(tmp_path, text, complaint):
    """With the field, and what would do."""
    file = tmp_path / "run.yaml"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(ModelError, match=complaint):
        read_run(file)


def test_a_run_without_a_set_trains_nothing(tmp_path):
    """People's labels may be its only ones, so it is no mistake of the file."""
    with pytest.raises(ModelError, match="names no set to train on"):
        read_sets(Run(version="x", base="b", data=()), tmp_path)


def test_the_shipped_runs_are_valid():
    """And people's labels go beside their sets."""
    from models.scorer import SHIPPED

    folder = SHIPPED.parent / "runs"
    run = read_run(folder / "shipped.yaml")
    assert read_run(folder / "teacher.yaml").layers == 12
    student = read_run(folder / "student.yaml")
    assert student.data == run.data
    assert student.imitate == student.start
    further = read_run(folder / "further.yaml")
    assert further.data == run.data
    assert further.shares["mams_en"] > 1
    assert len(read_run(folder / "averaged.yaml").start) == 2
    more = with_corrections(run, SHIPPED / "corrections.jsonl")
    assert len(more.data) == len(run.data) + 1


def test_a_run_takes_from_another_what_it_does_not_name(tmp_path):
    """A missing file is named."""
    (tmp_path / "one.yaml").write_text("{version: v1, base: b, minutes: 3, data: []}")
    (tmp_path / "two.yaml").write_text("{extends: one.yaml, minutes: 5}")
    (tmp_path / "three.yaml").write_text("{extends: gone.yaml}")
    found = read_run(tmp_path / "two.yaml")
    assert (found.version, found.minutes) == ("v1", 5)
    with pytest.raises(ModelError, match=r"gone\.yaml cannot be read"):
        read_run(tmp_path / "three.yaml")


@pytest.mark.parametrize("name", ["airline_en", "jrte_ja", "phrasebank_en", "germeval17_de"])
def test_non_commercial_sets_train_no_shipped_weights(name):
    """They only report figures."""
    from models.scorer import SHIPPED

    run = read_run(SHIPPED.parent / "runs" / "shipped.yaml")
    assert name not in {source.path for source in run.data}
    assert all("NC" not in source.licence for source in run.data)


def test_aspects_in_plain_words():
    """Marks become spaces, and "general" says nothing."""
    assert plain_name("battery/longevity#battery life") == "battery longevity life"
    assert plain_name("service general") == "service"
