"""Labelled texts for the sentiment of a whole text: which sets there are, and under what licence.

Sets whose licence lets the weights be used commercially train the shipped head; the others only
report how it does on texts that it never saw.
"""

import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.scores import SENTIMENTS

UMSAB_LANGUAGES: Final = {
    "arabic": "ar",
    "english": "en",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
}
# Which sentiment an emotion shows; texts whose emotions disagree are left out.
EMOTION_SENTIMENT: Final = {
    **dict.fromkeys(("anger", "disgust", "fear", "sadness"), "negative"),
    **dict.fromkeys(
        ("annoyance", "disappointment", "disapproval", "embarrassment", "grief", "nervousness"),
        "negative",
    ),
    "remorse": "negative",
    **dict.fromkeys(("joy", "trust", "admiration", "amusement", "approval", "caring"), "positive"),
    **dict.fromkeys(("excitement", "gratitude", "love", "optimism", "pride"), "positive"),
    "relief": "positive",
    "neutral": "neutral",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its sentiment.

    lang: ISO code as the set states it.  domain, aspects: what the text is about, where the set
    says it.
    """

    text: str
    lang: str
    sentiment: str
    domain: str = ""
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set of examples.

    licence: as the source states it.  ships: whether it lets shipped weights be trained.
    limit: examples taken at most; larger sets are sampled.
    """

    name: str
    licence: str
    ships: bool
    limit: int
    read: Callable[[Path, str], Iterator[Example]]

    def split(self, data: Path) -> tuple[list[Example], list[Example]]:
        """Examples to train on and to validate on, sampled with a fixed seed.

        Sets that do not ship have no examples to train on.  Where a set has no validation
        file, a tenth of it is held out.
        """
        train = _shuffled(self.read(data / self.name, "train"))
        held_out = _shuffled(self.read(data / self.name, "val"))
        if not self.ships:
            return [], (held_out + train)[: self.limit]
        if not held_out:
            tenth = len(train) // 10
            held_out, train = train[:tenth], train[tenth:]
        return train[: self.limit], held_out[: self.limit]


def _shuffled(examples: Iterator[Example]) -> list[Example]:
    rows = list(examples)
    random.Random(7).shuffle(rows)  # noqa: S311 - a sample, no secret
    return rows


def _rows(folder: Path, part: str) -> Iterator[dict[str, Any]]:
    path = folder / f"{part}.jsonl"
    if path.exists():
        with path.open(encoding="utf-8", newline="\n") as lines:
            yield from map(json.loads, lines)


def read_polarity(folder: Path, part: str) -> Iterator[Example]:
    """Rows whose label is the polarity of the text; other labels are left out."""
    for row in _rows(folder, part):
        if row["label"] in SENTIMENTS:
            aspects = _aspects(row.get("aspects", ()))
            yield Example(row["text"], row["lang"], row["label"], folder.name, aspects)


def read_aspects(folder: Path, part: str) -> Iterator[Example]:
    """Rows of aspects that all have one polarity: then it is that of the text."""
    for row in _rows(folder, part):
        polarities = {opinion["polarity"] for opinion in row["label"]}
        if len(polarities) == 1 and polarities <= set(SENTIMENTS):
            domain = row.get("source", folder.name)
            aspects = _aspects(row["label"])
            yield Example(row["text"], row["lang"], polarities.pop(), domain, aspects)


def _aspects(opinions: Sequence[dict[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({opinion["aspect"] for opinion in opinions}))


def read_emotions(folder: Path, part: str) -> Iterator[Example]:
    """Rows of emotions that all show one sentiment; no emotion at all is neutral."""
    for row in _rows(folder, part):
        shown = {EMOTION_SENTIMENT.get(emotion) for emotion in row["label"] or ["neutral"]}
        (sentiment, *others) = shown
        if sentiment is not None and not others:
            yield Example(row["text"], row["lang"], sentiment)


def read_umsab(folder: Path, part: str) -> Iterator[Example]:
    """UMSAB: a folder a language, a text a line, a number a line."""
    for name, lang in UMSAB_LANGUAGES.items():
        yield from _text_and_label_files(folder / name, part, lang)


def read_tweeteval(folder: Path, part: str) -> Iterator[Example]:
    """TweetEval's sentiment, in UMSAB's format."""
    yield from _text_and_label_files(folder, part, "en")


def _text_and_label_files(folder: Path, part: str, lang: str) -> Iterator[Example]:
    texts = (folder / f"{part}_text.txt").read_text(encoding="utf-8").split("\n")
    labels = (folder / f"{part}_labels.txt").read_text(encoding="utf-8").split()
    for text, label in zip(texts, labels, strict=False):  # the last line ends with a line feed
        yield Example(text, lang, SENTIMENTS[int(label)])


def read_shopping(folder: Path, part: str) -> Iterator[Example]:
    """online_shopping_10_cats: negative or positive, no neutral."""
    if part != "train":
        return
    with (folder / "train.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Example(row["review"], "zh", "positive" if row["label"] == "1" else "negative")


SETS: Final[Sequence[LabelledSet]] = (
    LabelledSet("umsab", "Apache-2.0", ships=True, limit=15_000, read=read_umsab),
    LabelledSet("afrisenti", "CC BY 4.0", ships=True, limit=14_000, read=read_polarity),
    LabelledSet("m_absa", "Apache-2.0", ships=True, limit=15_000, read=read_aspects),
    LabelledSet("nsmc_ko", "CC0", ships=True, limit=5_000, read=read_polarity),
    LabelledSet("wisesight_th", "CC0", ships=True, limit=5_000, read=read_polarity),
    LabelledSet("smsa_id", "MIT", ships=True, limit=5_000, read=read_polarity),
    LabelledSet("twitter_fin_en", "MIT", ships=True, limit=5_000, read=read_polarity),
    LabelledSet("hoasa_id", "MIT", ships=True, limit=2_000, read=read_aspects),
    LabelledSet("casa_id", "MIT", ships=True, limit=1_000, read=read_aspects),
    LabelledSet("brighter", "CC BY 4.0", ships=True, limit=15_000, read=read_emotions),
    LabelledSet("go_emotions_en", "Apache-2.0", ships=True, limit=6_000, read=read_emotions),
    LabelledSet("xed", "CC BY 4.0", ships=True, limit=10_000, read=read_emotions),
    LabelledSet("tweeteval/sentiment", "research", ships=False, limit=1_000, read=read_tweeteval),
    LabelledSet("online_shopping_zh", "none stated", ships=False, limit=1_000, read=read_shopping),
    LabelledSet("airline_en", "CC BY-NC-SA 4.0", ships=False, limit=800, read=read_polarity),
    LabelledSet("apple_en", "none stated", ships=False, limit=800, read=read_polarity),
    LabelledSet("alexa_en", "none stated", ships=False, limit=800, read=read_polarity),
    LabelledSet("semeval_topics_en", "research", ships=False, limit=800, read=read_polarity),
    LabelledSet("sentirueval_ru", "none stated", ships=False, limit=800, read=read_polarity),
    LabelledSet("visfd_vi", "research", ships=False, limit=800, read=read_polarity),
    LabelledSet("germeval17_de", "CC BY-NC 4.0", ships=False, limit=800, read=read_polarity),
    LabelledSet("fin_news_zh", "none stated", ships=False, limit=800, read=read_polarity),
    LabelledSet("jrte_ja", "CC BY-NC-SA 4.0", ships=False, limit=800, read=read_polarity),
    LabelledSet("arabic_reviews", "none stated", ships=False, limit=800, read=read_polarity),
    LabelledSet("phrasebank_en", "CC BY-NC-SA 3.0", ships=False, limit=800, read=read_polarity),
)
