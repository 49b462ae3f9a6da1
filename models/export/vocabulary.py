"""The pieces of a unigram tokenizer that earn their place in the shipped model.

A piece stays when texts at hand use it often, when it is a single character (so that everything
can be spelled), or when it is among the most frequent ones of its script: the pieces' log
probabilities say how frequent each was in the corpus of a hundred languages that the tokenizer
was made from, so scripts and languages that no text at hand shows keep their share.
"""

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tokenizers import Tokenizer

SPECIALS: Final = ("<s>", "<pad>", "</s>", "<unk>")
SCRIPT_POWER: Final = 0.9  # below 1, small scripts keep a larger part of their pieces
BATCH_TEXTS: Final = 2000

Piece = tuple[str, float]


def piece_script(piece: str) -> str:
    """The script of most letters in a piece, by their Unicode names; "COMMON" without letters."""
    scripts = Counter(
        unicodedata.name(letter, "UNKNOWN").split()[0] for letter in piece if letter.isalpha()
    )
    return scripts.most_common(1)[0][0] if scripts else "COMMON"


def piece_counts(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """How often the texts use each piece, by the piece's number."""
    counts: Counter[int] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == BATCH_TEXTS:
            counts.update(_numbers(tokenizer, batch))
            batch = []
    counts.update(_numbers(tokenizer, batch))
    return counts


def _numbers(tokenizer: Tokenizer, texts: Sequence[str]) -> Iterable[int]:
    for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        yield from encoding.ids


def choose_pieces(
    pieces: Sequence[Piece], counts: Mapping[int, int], *, budget: int, least_count: int
) -> list[int]:
    """Numbers of the pieces to keep, in rising order, at most `budget` of them.

    pieces: text and log probability, the four special ones first, then by falling probability.
    counts: use in the texts at hand.  least_count: use that makes a piece stay.
    Raises ValueError if what has to stay exceeds the budget.
    """
    by_script: defaultdict[str, list[int]] = defaultdict(list)
    kept = set(range(len(SPECIALS)))
    for number, (piece, _) in enumerate(pieces):
        if number < len(SPECIALS) or piece == "<mask>":
            continue
        script = piece_script(piece)
        by_script[script].append(number)
        if len(piece) == 1 or script == "COMMON" or counts.get(number, 0) >= least_count:
            kept.add(number)
    if len(kept) > budget:
        raise ValueError(f"{len(kept)} pieces have to stay, more than budget={budget}; raise it")
    return sorted(kept | _fill(by_script, kept, budget))


def _fill(by_script: Mapping[str, Sequence[int]], kept: set[int], budget: int) -> set[int]:
    """The most frequent pieces of every script, as many as the budget leaves room for."""

    def frequent(share: float) -> set[int]:
        return {
            number
            for numbers in by_script.values()
            for number in numbers[: int(share * len(numbers) ** SCRIPT_POWER)]
        }

    low, high = 0.0, float(max((len(numbers) for numbers in by_script.values()), default=0))
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if len(kept | frequent(middle)) > budget else (middle, high)
    return frequent(low)


def pruned_tokenizer(description: Mapping[str, Any], kept: Sequence[int]) -> str:
    """The `tokenizer.json` text that knows the kept pieces only, in their new order."""
    pieces = description["model"]["vocab"]
    model = {
        **description["model"],
        "vocab": [[pieces[number][0], round(pieces[number][1], 4)] for number in kept],
    }
    specials = [token for token in description["added_tokens"] if token["content"] in SPECIALS]
    return json.dumps(
        {**description, "added_tokens": specials, "model": model},
        ensure_ascii=False,
        separators=(",", ":"),
    )
