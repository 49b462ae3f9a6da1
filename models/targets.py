"""The target head: what a text says about something named in it, or about a topic."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoding
from models.sentiment import softmax

HEAD_WIDTH: Final = 64
OPINIONS: Final = ("none", "negative", "neutral", "positive")
"""What a text says about a target: nothing at all, or a polarity."""
PADDED_TOKENS: Final = 16_384
"""Tokens, padding included, that are looked at together: bounds the memory."""

Floats = NDArray[np.float32]
Offsets = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Dense:
    """A layer: rows x weight + bias.  weight: float32, shape (inputs, outputs)."""

    weight: Floats
    bias: Floats

    def __call__(self, rows: Floats) -> Floats:
        """rows: shape (…, inputs); returns (…, outputs)."""
        out: Floats = rows @ self.weight + self.bias
        return out


@dataclass(frozen=True, slots=True)
class Pair:
    """One text and one target.

    text: its place among the texts.  phrase: the target's place among the phrases.  mention: places
    of the text's tokens in which the target stands, possibly none.
    """

    text: int
    phrase: int
    mention: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetHead:
    """Attention from a target over the tokens of a text, and one hidden layer.

    The query is the target's own embedding, and the mean of its tokens where it stands in the text;
    what it gathers goes with both of them and the text's embedding through the hidden layer.
    models/training/network.py trains it.  temperature: of the polarities.
    """

    query: Dense
    key: Dense
    value: Dense
    hidden: Dense
    out: Dense
    temperature: float = field(default=1.0, kw_only=True)

    def probabilities(self, encoding: Encoding, phrases: Floats, pairs: Sequence[Pair]) -> Floats:
        """Of OPINIONS, float32, shape (pairs, 4); a pair's row depends on that pair alone.

        phrases: embeddings of the targets, shape (p, dimension).
        """
        return softmax(self.logits(encoding, phrases, pairs) / self.temperature)

    def logits(self, encoding: Encoding, phrases: Floats, pairs: Sequence[Pair]) -> Floats:
        """The same before the temperature and the softmax."""
        logits = np.empty((len(pairs), len(OPINIONS)), np.float32)
        order = sorted(range(len(pairs)), key=lambda at: len(encoding.states[pairs[at].text]))
        start = 0
        while start < len(order):
            end = start + 1
            while (
                end < len(order)
                and (end + 1 - start) * len(encoding.states[pairs[order[end]].text])
                <= PADDED_TOKENS
            ):
                end += 1
            part = order[start:end]
            logits[part] = self._logits(encoding, phrases, [pairs[at] for at in part])
            start = end
        return logits

    def _logits(self, encoding: Encoding, phrases: Floats, pairs: Sequence[Pair]) -> Floats:
        texts = sorted({pair.text for pair in pairs})
        place = {text: at for at, text in enumerate(texts)}
        of_pair = np.array([place[pair.text] for pair in pairs])
        states, is_token = _padded([encoding.states[text] for text in texts])
        dimension = phrases.shape[1]
        scale = np.float32(np.sqrt(dimension))
        phrase = np.array([pair.phrase for pair in pairs])
        mentioned_in = [at for at, pair in enumerate(pairs) if pair.mention]
        mention = np.array(
            [states[of_pair[at], list(pairs[at].mention)].mean(axis=0) for at in mentioned_in],
            np.float32,
        ).reshape(-1, dimension)

        # The layers read several vectors side by side; what a text's or a phrase's part gives is
        # computed once and not for every pair.
        of_phrase, of_mention = np.split(self.query.weight, 2)
        query = (phrases * scale @ of_phrase + self.query.bias)[phrase]
        query[mentioned_in] += mention @ of_mention
        context = _attend(query, self.key(states), self.value(states), is_token, of_pair)
        of_context, of_phrase, of_mention, of_text = np.split(self.hidden.weight, 4)
        embeddings = encoding.embeddings[texts] * scale
        hidden = context @ of_context
        hidden += (phrases * scale @ of_phrase)[phrase]
        hidden += (embeddings @ of_text + self.hidden.bias)[of_pair]
        hidden[mentioned_in] += mention @ of_mention
        return self.out(_gelu(hidden))


def attention_heads(dimension: int) -> int:
    """How many heads look at encodings of a width: one where it is no multiple of theirs."""
    return 1 if dimension % HEAD_WIDTH else dimension // HEAD_WIDTH


def _padded(states: Sequence[Floats]) -> tuple[Floats, NDArray[np.bool_]]:
    lengths = np.array([len(rows) for rows in states])
    is_token = np.arange(lengths.max()) < lengths[:, None]
    padded = np.zeros((*is_token.shape, states[0].shape[1]), np.float32)
    padded[is_token] = np.concatenate(states)
    return padded, is_token


def _attend(
    query: Floats, keys: Floats, values: Floats, is_token: NDArray[np.bool_], of_pair: NDArray[Any]
) -> Floats:
    """Multi-head attention (Vaswani et al., 2017) of one query a pair over its text's tokens.

    query: shape (n, d).  keys, values: (texts, t, d).  is_token: (texts, t).  of_pair: (n,).
    """
    # The queries of one text lie side by side, so that each text is one small matrix product.
    slot = _numbered_within(of_pair)
    queries = np.zeros((len(keys), slot.max() + 1, query.shape[1]), np.float32)
    queries[of_pair, slot] = query
    similar = _by_head(queries) @ _by_head(keys).swapaxes(2, 3)
    similar = similar / np.float32(np.sqrt(query.shape[1] // attention_heads(query.shape[1])))
    similar = np.where(is_token[:, None, None, :], similar, -np.inf)
    raised = np.exp(similar - similar.max(axis=3, keepdims=True))
    context = (raised / raised.sum(axis=3, keepdims=True)) @ _by_head(values)
    gathered: Floats = context.swapaxes(1, 2).reshape(queries.shape)[of_pair, slot]
    return gathered


def _by_head(rows: Floats) -> Floats:
    """(texts, n, d) as (texts, heads, n, d / heads)."""
    texts, count, dimension = rows.shape
    return rows.reshape(texts, count, attention_heads(dimension), -1).swapaxes(1, 2)


def _numbered_within(groups: NDArray[Any]) -> NDArray[np.int64]:
    """0, 1, 2 … for the members of each group, in their order."""
    order = np.argsort(groups, kind="stable")
    starts = np.r_[0, np.flatnonzero(np.diff(groups[order])) + 1]
    lengths = np.diff(np.r_[starts, len(groups)])
    numbers = np.empty(len(groups), np.int64)
    numbers[order] = np.arange(len(groups)) - np.repeat(starts, lengths)
    return numbers


def _gelu(rows: Floats) -> Floats:
    """X times the normal distribution's share below x (Hendrycks and Gimpel, 2016).

    The error function as Abramowitz and Stegun's 7.1.26, exact to 1.5e-7.
    """
    x = np.abs(rows) / np.float32(np.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * x)
    powers = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    series = sum(np.float32(factor) * t ** (power + 1) for power, factor in enumerate(powers))
    below = 1 - series * np.exp(-x * x)
    out: Floats = (0.5 * rows * (1 + np.sign(rows) * below)).astype(np.float32)
    return out


def mentioned(text: str, phrase: str, offsets: Offsets) -> tuple[int, ...]:
    """Places of the tokens in which a phrase stands in a text, letter case aside.

    offsets: each token's first character in the text and the one behind its last.
    """
    folded, wanted = text.casefold(), phrase.casefold()
    if len(folded) != len(text):  # a letter that folds to two would shift the rest
        folded, wanted = text, phrase
    if not wanted:
        return ()
    spans = []
    start = folded.find(wanted)
    while start >= 0:
        spans.append((start, start + len(wanted)))
        start = folded.find(wanted, start + len(wanted))
    return tuple(
        place
        for place, (first, last) in enumerate(offsets)
        if any(first < end and start < last for start, end in spans)
    )
