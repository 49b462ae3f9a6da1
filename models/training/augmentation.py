"""Texts written in other ways, so that a network learns more than how its sets were typed.

Each way keeps what is said: posts come in capitals or without them, without accents, and with slips
of the fingers (Belinkov and Bisk, 2018).  Words are neither left out nor exchanged, as is usual for
other tasks: one of them may be the "not".
"""

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from tokenizers import Tokenizer

from models.training.batches import Tokens, tokenise

SLIP: Final = 0.05  # of the letters

Dice = random.Random
Way = Callable[[str, Dice], str]


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Writes a share of texts in another way.  share: of the texts, 0 to 1."""

    tokenizer: Tokenizer
    prefix: str
    share: float

    def __call__(self, tokens: Tokens, dice: Dice) -> Tokens:
        """The text as it was, or with other token numbers; its labels and lessons stay."""
        if dice.random() >= self.share:
            return tokens
        phrases = [opinion.phrase for opinion in tokens.row.opinions]
        other = replace(tokens.row, text=rewritten(tokens.row.text, phrases, dice))
        (read,) = tokenise(self.tokenizer, [other], prefix=self.prefix)
        return replace(tokens, ids=read.ids, mentions=read.mentions)


def rewritten(text: str, phrases: Iterable[str], dice: Dice) -> str:
    """The text in one of the ways.  phrases: stay where they stand in it as they are."""
    way = dice.choice(_WAYS)
    return "".join(
        part if is_phrase else way(part, dice) for part, is_phrase in _parts(text, phrases)
    )


def _parts(text: str, phrases: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The text in parts, and whether each is one of the phrases."""
    longest_first = sorted({phrase for phrase in phrases if phrase}, key=len, reverse=True)
    if not longest_first:
        yield text, False
        return
    found = re.split(f"({'|'.join(map(re.escape, longest_first))})", text, flags=re.IGNORECASE)
    for at, part in enumerate(found):
        yield part, at % 2 == 1


def _lower(text: str, _: Dice) -> str:
    return text.lower()


def _upper(text: str, _: Dice) -> str:
    return text.upper()


def _plain(text: str, _: Dice) -> str:
    """Without the accents of Latin letters; in other scripts marks are no ornament."""
    return "".join(
        unicodedata.normalize("NFD", letter)[0] if _is_latin(letter) else letter for letter in text
    )


def _is_latin(letter: str) -> bool:
    return letter.isalpha() and unicodedata.name(letter, "").startswith("LATIN")


def _slips(text: str, dice: Dice) -> str:
    """Letters doubled, left out, or struck before the one that they follow."""
    letters = list(text)
    for at in range(len(letters) - 1):
        if not (text[at].isalpha() and text[at + 1].isalpha()) or dice.random() >= SLIP:
            continue
        slip = dice.randrange(3)
        if slip == 0:
            letters[at] *= 2
        elif slip == 1:
            letters[at] = ""
        else:
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


_WAYS: Final[tuple[Way, ...]] = (_lower, _upper, _plain, _slips)
