"""Sets of labelled texts, as a run's file describes them."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from models.targets import OPINIONS
from models.training.config import DataSet, Labels, Run
from models.training.fields import check_columns, check_labels
from models.training.labelled import UNKNOWN, Labelled, Opinion, Sets
from models.training.rows import Row, read_rows, shown
from schemas.errors import ModelError
from schemas.scores import EMOTIONS, SENTIMENTS

HELD_OUT: Final = 10
"""Where a set has no validation file, one text in so many is held out."""
COMPARED: Final = 60  # letters by which two copies of a text are known
MOST_WEIGHT: Final = 2.0
NONE: Final = EMOTIONS.index("none")
FLAGS: Final[Mapping[str, int]] = {"true": 1, "1": 1, "false": 0, "0": 0}
NO_EMOTION: Final = (UNKNOWN,) * len(EMOTIONS)
POLARITY_OF_EMOTION: Final[Mapping[str, str]] = {
    "anger": "negative",
    "disgust": "negative",
    "fear": "negative",
    "sadness": "negative",
    "joy": "positive",
    "optimism": "positive",
    "none": "neutral",
}


def read_split(data: Path, source: DataSet) -> tuple[list[Labelled], list[Labelled]]:
    """The texts to train on and to validate on.

    data: folder that the set's path is relative to.  Raises ModelError if nothing is there.
    """
    train, held_out = (_labelled(data, source, part) for part in ("train", "val"))
    if not train:
        raise ModelError(f"path={source.path!r} has no texts; name a set that has some")
    check_labels(data, source, train)
    if source.emotions:
        known = _emotions_by_language(train)
        train = [_without_unknown(row, known) for row in train]
        held_out = [_without_unknown(row, known) for row in held_out]
    if not held_out:
        random.Random(source.path).shuffle(train)  # noqa: S311 - a sample, no secret
        held_out, train = _without_copies(train, len(train) // HELD_OUT)
    return train, held_out


def _without_copies(rows: Sequence[Labelled], count: int) -> tuple[list[Labelled], list[Labelled]]:
    """The first texts, about so many, and the others; all copies of a text are on one side."""
    copies = Counter(_letters(row.text) for row in rows)
    chosen, texts = set[str](), 0
    for letters in dict.fromkeys(_letters(row.text) for row in rows):
        if texts + copies[letters] <= count:
            chosen.add(letters)
            texts += copies[letters]
    first = [row for row in rows if _letters(row.text) in chosen]
    return first, [row for row in rows if _letters(row.text) not in chosen]


Splits = Mapping[str, tuple[list[Labelled], list[Labelled]]]


def read_sets(run: Run, data: Path) -> Sets:
    """All texts of a run; of those to train on, rare sentiments weigh more.

    data: folder that the sets' paths are relative to.  Raises ModelError without a set.
    """
    if not run.data:
        raise ModelError("data=[] names no set to train on; docs/training.md says how one is named")
    splits = _splits(run, data)
    train = {name: balanced(rows, run.class_balance) for name, (rows, _) in splits.items()}
    return Sets(train, _held_out(run, data, splits))


def read_held_out(run: Run, data: Path) -> dict[str, list[Labelled]]:
    """Texts to measure on, by set: held-out ones of those to train on, and those of the guards."""
    return _held_out(run, data, _splits(run, data))


def _splits(run: Run, data: Path) -> Splits:
    return {source.path: read_split(data, source) for source in run.data}


def _held_out(run: Run, data: Path, splits: Splits) -> dict[str, list[Labelled]]:
    """Sets overlap, those of tweets most: a text that any set trains on is left out."""
    trained_on = {_letters(row.text) for train, _ in splits.values() for row in train}

    def new(rows: Sequence[Labelled]) -> list[Labelled]:
        return [row for row in rows if _letters(row.text) not in trained_on]

    found = {name: new(held_out) for name, (_, held_out) in splits.items()}
    for source in run.guards:
        train, held_out = read_split(data, source)
        found[source.path] = new(held_out + train)[: run.guard_texts]
    return found


def _letters(text: str) -> str:
    """What two copies of a text have in common: its first letters and digits."""
    return "".join(filter(str.isalnum, text.casefold()))[:COMPARED]


def balanced(rows: Sequence[Labelled], power: float) -> list[Labelled]:
    """The texts, those with a sentiment that is rare in their language weighing more.

    power: 0 changes nothing, 1 makes all sentiments of a language weigh alike; no text weighs more
    than MOST_WEIGHT times an average one.
    """
    counts = Counter((row.lang, row.sentiment) for row in rows if row.sentiment != UNKNOWN)
    totals: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for (lang, _), count in counts.items():
        totals[lang] += count
        kinds[lang] += 1

    def weight(row: Labelled) -> float:
        even = totals[row.lang] / kinds[row.lang]
        rarity = even / counts[row.lang, row.sentiment]
        return min(MOST_WEIGHT, float(rarity**power))

    return [
        row if row.sentiment == UNKNOWN else replace(row, certainty=row.certainty * weight(row))
        for row in rows
    ]


def _labelled(data: Path, source: DataSet, part: str) -> list[Labelled]:
    found, columns = list[Labelled](), dict[str, None]()  # in the file's order
    for row in read_rows(data, source, part):
        columns |= dict.fromkeys(row)
        text = row.get(source.text)
        if isinstance(text, str) and text.strip():
            found.append(_with_labels(row, text, source))
    if columns:
        check_columns(source, columns)
    return found


def _with_labels(row: Row, text: str, source: DataSet) -> Labelled:
    emotions = _emotions(row, source.emotions)
    opinions = _opinions(_entries(row, source)) if source.targets else ()
    sentiment, certainty = _choice(row, source.sentiment, SENTIMENTS), source.certainty
    if sentiment == UNKNOWN and source.sentiment_from == "emotions":
        sentiment = _agreed(_polarities(emotions))
    elif sentiment == UNKNOWN and source.sentiment_from == "targets":
        sentiment = _agreed({OPINIONS[opinion.opinion] for opinion in opinions})
    return Labelled(
        text=text,
        lang=source.lang or str(row.get(source.lang_field) or "und"),
        source=source.path,
        sentiment=sentiment,
        certainty=certainty,
        emotions=emotions,
        offensive=_flag(row, source.offensive),
        irony=_flag(row, source.irony),
        opinions=opinions,
        domain=str(row.get("source") or source.path),
        aspects=tuple(
            sorted({str(entry["aspect"]) for entry in _entries(row, source) if "aspect" in entry})
        ),
    )


def _entries(row: Row, source: DataSet) -> Sequence[Row]:
    """The aspects that a set names, whatever it calls the column."""
    entries = row.get(source.targets or "aspects") or ()
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        return entries
    if source.targets and entries:
        raise ModelError(
            f"path={source.path!r}: targets={source.targets!r} has {shown(entries)}; expected a "
            "list of {aspect, polarity}, which jsonl and parquet can hold"
        )
    return ()


def _choice(row: Row, labels: Labels | None, names: Sequence[str]) -> int:
    if labels is None:
        return UNKNOWN
    value = str(row.get(labels.field))
    name = labels.map.get(value, None if labels.map else value)
    return names.index(name) if isinstance(name, str) and name in names else UNKNOWN


def _flag(row: Row, labels: Labels | None) -> int:
    if labels is None:
        return UNKNOWN
    word = str(row.get(labels.field))
    if not labels.map:
        return FLAGS.get(word.casefold(), UNKNOWN)
    value = labels.map.get(word)
    return UNKNOWN if value is None else int(value is True)


def _emotions(row: Row, labels: Labels | None) -> tuple[int, ...]:
    """Named emotions hold, those that the annotators also looked for do not; no name is "none".

    A text that has no list of names, not even an empty one, was shown to nobody.
    """
    value = row.get(labels.field) if labels else None
    if labels is None or value is None or value == "":
        return NO_EMOTION
    said = [str(name) for name in value] if isinstance(value, list) else [str(value)]
    named = {labels.map.get(name) for name in said} if labels.map else set(said)
    known = {*labels.map.values(), *labels.also} if labels.map else set(EMOTIONS)
    found = [int(name in named) if name in known else UNKNOWN for name in EMOTIONS]
    if "none" in known:
        found[NONE] = int(not said or "none" in named)
    return tuple(found)


def _emotions_by_language(rows: Sequence[Labelled]) -> Mapping[str, set[int]]:
    """Emotions that occur at all in a language: where one never does, nobody looked for it."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        found[row.lang].update(at for at, value in enumerate(row.emotions) if value == 1)
    return found


def _without_unknown(row: Labelled, known: Mapping[str, set[int]]) -> Labelled:
    emotions = tuple(
        value if value != 0 or at in known.get(row.lang, ()) else UNKNOWN
        for at, value in enumerate(row.emotions)
    )
    return replace(row, emotions=emotions)


def _polarities(emotions: Sequence[int]) -> set[str]:
    shown = {EMOTIONS[at] for at, value in enumerate(emotions) if value == 1}
    return {POLARITY_OF_EMOTION.get(name, "mixed") for name in shown - {"surprise"}}


def _agreed(polarities: set[str]) -> int:
    """The only polarity, if there is just one."""
    if len(polarities) != 1 or (only := polarities.pop()) not in SENTIMENTS:
        return UNKNOWN
    return SENTIMENTS.index(only)


def _opinions(said: Sequence[Row]) -> tuple[Opinion, ...]:
    """Opinions by phrase: the marked words, and the aspect's name; contradicting ones are left out.

    A term's opinion may differ from that of its aspect elsewhere in the text, so each phrase keeps
    only what all of its entries agree on.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in said:
        for phrase in (entry.get("term"), plain_name(str(entry.get("aspect") or ""))):
            if phrase and phrase != "NULL":
                found[str(phrase)].add(str(entry.get("polarity")))
    return tuple(
        Opinion(phrase, OPINIONS.index(polarity))
        for phrase, (polarity, *others) in found.items()
        if not others and polarity in OPINIONS
    )


def plain_name(aspect: str) -> str:
    """An aspect's name in words: "battery/longevity#battery life" is "battery longevity ..."."""
    words: list[str] = []
    for word in aspect.lower().translate(str.maketrans("#/_&", "    ")).split():
        if word not in words and word != "general":
            words.append(word)
    return " ".join(words)
