"""Batches of labelled texts: of one length nearly, so that little is padding."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from models.aspects import ASPECTS
from models.targets import mentioned
from models.training.labelled import Labelled, Opinion
from models.training.trade_aspects import aspects_of, opinions_of_trade

WINDOW: Final = 4096
"""Texts that are sorted by length together; batches of a window come in random order."""
CHUNK: Final = 2000
MOST_PHRASES: Final = 4  # of one text and step
ABSENT: Final = 2  # phrases that a text says nothing about, for each text with opinions
LONGEST_PHRASE: Final = 14  # tokens; a longer one would make all others of its batch wait
NONE: Final = 0  # in OPINIONS


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as token numbers.

    mentions: for each of the text's opinions the places of its phrase's tokens, none where the
    phrase does not stand in it.  embedding, sentiment: the teacher's, (d,) and (3,), if it was
    asked.  states: what an encoder that learns no more makes of the tokens, float16, (t, d).
    """

    row: Labelled
    ids: NDArray[np.int32]
    mentions: tuple[tuple[int, ...], ...]
    embedding: NDArray[np.float32] | None = None
    sentiment: NDArray[np.float32] | None = None
    states: NDArray[np.float16] | None = None


def tokenise(tokenizer: Tokenizer, rows: Sequence[Labelled], *, prefix: str) -> list[Tokens]:
    """Token numbers of texts; the tokenizer is set to cut and not to pad."""
    found: list[Tokens] = []
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        texts = [prefix + row.text for row in part]
        for row, text, encoding in zip(part, texts, tokenizer.encode_batch(texts), strict=True):
            mentions = tuple(_places(text, opinion.phrase, encoding) for opinion in row.opinions)
            found.append(Tokens(row, np.array(encoding.ids, np.int32), mentions))
    return found


def _places(text: str, phrase: str, encoding: Encoding) -> tuple[int, ...]:
    return mentioned(text, phrase, encoding.offsets)


Rewriting = Callable[[Tokens, random.Random], Tokens]


class Phrases:
    """Token numbers of phrases, and phrases that a text says nothing about.

    embeddings: of phrases, (d,), as an encoder that learns no more gives them; empty before.
    """

    embeddings: Mapping[str, NDArray[np.float32]]

    def __init__(self, tokenizer: Tokenizer, rows: Sequence[Tokens], *, prefix: str) -> None:
        self._tokenizer = tokenizer
        self._prefix = prefix
        self.embeddings = {}
        self._ids: dict[str, NDArray[np.int32]] = {}
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for tokens in rows:
            for opinion in tokens.row.opinions:
                found[_kin(tokens.row)][opinion.phrase] = None
        self._known: Mapping[str, Sequence[str]] = {
            kin: list(phrases) for kin, phrases in found.items()
        }

    @property
    def all(self) -> list[str]:
        """Every phrase that a batch may have."""
        known = {phrase for phrases in self._known.values() for phrase in phrases}
        short = {phrase for phrase in known if len(self.ids(phrase)) <= LONGEST_PHRASE}
        return sorted(short.union(*ASPECTS.values()))

    def ids(self, phrase: str) -> NDArray[np.int32]:
        """Token numbers of a phrase, behind the prefix."""
        if phrase not in self._ids:
            encoding = self._tokenizer.encode(self._prefix + phrase)
            self._ids[phrase] = np.array(encoding.ids, np.int32)
        return self._ids[phrase]

    def with_absent(self, tokens: Tokens, dice: random.Random) -> Tokens:
        """The text with some of its opinions, and phrases of its kin that it does not mention."""
        places = list(range(len(tokens.row.opinions)))
        dice.shuffle(places)
        short = [
            place
            for place in places
            if len(self.ids(tokens.row.opinions[place].phrase)) <= LONGEST_PHRASE
        ]
        kept = short[:MOST_PHRASES]
        opinions = [tokens.row.opinions[place] for place in kept]
        mentions = [tokens.mentions[place] for place in kept]
        has = {opinion.phrase for opinion in tokens.row.opinions}
        text = tokens.row.text.casefold()
        for phrase, opinion in self._trade_aspects(tokens.row, dice):
            opinions.append(Opinion(phrase, opinion))
            mentions.append(())
            has.add(phrase)
        for _ in range(ABSENT):
            phrase = dice.choice(self._known[_kin(tokens.row)])
            if len(self.ids(phrase)) > LONGEST_PHRASE:
                continue
            if phrase not in has and phrase.casefold() not in text:
                opinions.append(Opinion(phrase, NONE))
                mentions.append(())
                has.add(phrase)
        return replace(
            tokens, row=replace(tokens.row, opinions=tuple(opinions)), mentions=tuple(mentions)
        )

    def _trade_aspects(self, row: Labelled, dice: random.Random) -> list[tuple[str, int]]:
        """An aspect of the trade that the text has and one that it has not, in any language."""
        if not row.aspects:
            return []
        had = opinions_of_trade(row)
        chosen: list[tuple[str, int]] = []
        if had:
            name = dice.choice(sorted(had))
            chosen.append((dice.choice(ASPECTS[name]), had[name]))
        others = sorted(set(ASPECTS) - aspects_of(row))
        chosen.append((dice.choice(ASPECTS[dice.choice(others)]), NONE))
        return chosen


def _kin(row: Labelled) -> str:
    """Texts whose phrases may stand in for one another: of one set and language."""
    return f"{row.source} {row.lang}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Texts that are drawn alike: of one set and language.  count: how many in one pass."""

    texts: Sequence[Tokens]
    count: float


def drawn(
    sets: Mapping[str, Sequence[Tokens]], shares: Mapping[str, float], *, language_balance: float
) -> list[Drawn]:
    """The texts of sets, each set's by language.

    shares: by set, how often its texts are drawn, against their number.  language_balance: 0 draws
    a set's languages as often as it has texts of them, 1 all alike; between them, by a power of
    their numbers (Conneau and Lample, 2019, section 3.1, where alpha is 1 less this).
    """
    found: list[Drawn] = []
    for name, rows in sets.items():
        by_lang: defaultdict[str, list[Tokens]] = defaultdict(list)
        for row in rows:
            by_lang[row.row.lang].append(row)
        powers = {lang: len(ours) ** (1 - language_balance) for lang, ours in by_lang.items()}
        for lang, ours in by_lang.items():
            part = powers[lang] / sum(powers.values())
            found.append(Drawn(ours, len(rows) * shares[name] * part))
    return found


class Mixture:
    """An endless stream of batches, drawn from texts as often as they say.

    rewriting: what becomes of each text when it is drawn.
    """

    def __init__(
        self,
        groups: Sequence[Drawn],
        phrases: Phrases,
        *,
        batch_tokens: int,
        seed: int,
        rewriting: Rewriting | None = None,
    ) -> None:
        self._groups = groups
        self._phrases = phrases
        self._rewriting = rewriting
        self._batch_tokens = batch_tokens
        self._seed = seed
        self._dice = random.Random(seed)  # noqa: S311 - a shuffle, no secret

    def of_worker(self, number: int) -> "Mixture":
        """The same texts in an order of its own, for one of several processes."""
        return Mixture(
            self._groups,
            self._phrases,
            batch_tokens=self._batch_tokens,
            seed=1000 * self._seed + number,
            rewriting=self._rewriting,
        )

    @property
    def texts(self) -> float:
        """Texts in one pass."""
        return sum(group.count for group in self._groups)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Batches as models.training.network.Network takes them, NumPy arrays."""
        streams = [self._endless(group.texts) for group in self._groups]
        chances = [group.count for group in self._groups]
        while True:
            window = [next(stream) for stream in self._dice.choices(streams, chances, k=WINDOW)]
            if self._rewriting is not None:
                window = [self._rewriting(tokens, self._dice) for tokens in window]
            # Texts with targets stay together: their phrases are encoded in one go.
            batches = [
                batch
                for with_targets in (False, True)
                for batch in length_batches(
                    [row for row in window if bool(row.row.opinions) is with_targets],
                    budget=self._batch_tokens,
                )
            ]
            self._dice.shuffle(batches)
            for batch in batches:
                yield collate(
                    [
                        self._phrases.with_absent(tokens, self._dice)
                        if tokens.row.opinions
                        else tokens
                        for tokens in batch
                    ],
                    self._phrases,
                )

    def _endless(self, texts: Sequence[Tokens]) -> Iterator[Tokens]:
        rows = list(texts)
        while True:
            self._dice.shuffle(rows)
            yield from rows


def length_batches(rows: Sequence[Tokens], *, budget: int) -> list[list[Tokens]]:
    """Texts by length, as many in a batch as its padded tokens allow."""
    batches: list[list[Tokens]] = []
    batch: list[Tokens] = []
    for row in sorted(rows, key=lambda row: len(row.ids)):
        if batch and (len(batch) + 1) * len(row.ids) > budget:
            batches.append(batch)
            batch = []
        batch.append(row)
    return [*batches, batch] if batch else batches


def collate(batch: Sequence[Tokens], phrases: Phrases) -> dict[str, Any]:
    """One batch as padded arrays.

    ids, mask: texts, shape (b, t).  sentiment, certainty, offensive, irony: (b,).  emotions:
    (b, 8).
    states: (b, t, d), where all texts have theirs; then phrases, (p, d), instead of the phrases'
    tokens.
    taught: which rows have a teacher's embedding, teacher (t, d), and sentiment, teacher_sentiment
    (t, 3).  phrase_ids, phrase_mask: (p, s).
    pair_text, pair_phrase, pair_opinion: (n,), row numbers of texts and phrases, and the opinion.
    pair_mention: (n, t), marks the phrase's own tokens in the text.
    """
    ids, mask = padded([tokens.ids for tokens in batch])
    rows = [tokens.row for tokens in batch]
    found: dict[str, Any] = {
        "ids": ids,
        "mask": mask,
        "sentiment": np.array([row.sentiment for row in rows]),
        "certainty": np.array([row.certainty for row in rows], np.float32),
        "emotions": np.array([row.emotions for row in rows]),
        "offensive": np.array([row.offensive for row in rows]),
        "irony": np.array([row.irony for row in rows]),
    }
    embeddings = [tokens.embedding for tokens in batch if tokens.embedding is not None]
    if embeddings:
        found["taught"] = np.array([tokens.embedding is not None for tokens in batch])
        found["teacher"] = np.stack(embeddings)
        found["teacher_sentiment"] = np.stack(
            [tokens.sentiment for tokens in batch if tokens.sentiment is not None]
        )
    states = [tokens.states for tokens in batch if tokens.states is not None]
    if len(states) == len(batch):
        found["states"] = np.zeros((*ids.shape, states[0].shape[1]), np.float32)
        found["states"][mask] = np.concatenate(states)
    places: dict[str, int] = {}
    pairs: list[tuple[int, int, int, tuple[int, ...]]] = []
    for at, tokens in enumerate(batch):
        for opinion, mention in zip(tokens.row.opinions, tokens.mentions, strict=True):
            place = places.setdefault(opinion.phrase, len(places))
            pairs.append((at, place, opinion.opinion, mention))
    if pairs:
        if phrases.embeddings:
            found["phrases"] = np.stack([phrases.embeddings[name] for name in places])
        else:
            ids_of = [phrases.ids(name) for name in places]
            found["phrase_ids"], found["phrase_mask"] = padded(ids_of)
        found["pair_text"] = np.array([pair[0] for pair in pairs])
        found["pair_phrase"] = np.array([pair[1] for pair in pairs])
        found["pair_opinion"] = np.array([pair[2] for pair in pairs])
        marks = np.zeros((len(pairs), ids.shape[1]), np.float32)
        for at, (*_, mention) in enumerate(pairs):
            marks[at, list(mention)] = 1
        found["pair_mention"] = marks
    return found


def padded(rows: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows of token numbers side by side, 1 (the padding's number) behind the short ones."""
    longest = max(len(row) for row in rows)
    ids = np.ones((len(rows), longest), np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
    lengths = np.array([len(row) for row in rows])
    mask: NDArray[np.bool_] = np.arange(longest) < lengths[:, None]
    return ids, mask
