"""Text as a reader sees it: the form in which brands are looked for.

A name hides behind zero-width characters, full-width or mathematical letters, look-alikes from
other scripts and accents. Both sides, the watchlist's aliases and the posts, are brought to the
same skeleton, after Unicode Technical Standard #39 ("Unicode Security Mechanisms", section 4).
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import chain
from typing import Final, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.spelling import spellings

# Scripts whose letters are drawn like Latin ones. Folding others (an Arabic alef looks like an l)
# would tear real words of those languages.
_LOOKALIKE_SCRIPTS: Final = ("CYRILLIC", "GREEK", "LATIN", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")
_INVISIBLE_CATEGORIES: Final = frozenset({"Cf", "Cc"})
_SPACES: Final = frozenset("\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029")
_INVISIBLE_MARKS: Final = frozenset({0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0})
_SPACE: Final = ord(" ")
# Between texts that are folded together: Unicode promises never to give this code a character.
_SEPARATOR: Final = "\uffff"
_BYTES: Final = ("utf-32-le", "surrogatepass")

Codes = NDArray[np.uint32]


def skeleton(text: str) -> str:
    """The text in lower case, without invisible characters, accents and look-alikes.

    Runs of white space become one space.  Idempotent: the skeleton of a skeleton is itself.
    """
    return skeletons([text])[0]


def skeletons(texts: Sequence[str]) -> list[str]:
    """The skeleton of each text; many at a time take a third of the time."""
    found = [_of_plain(text) for text in texts]
    others = [place for place, text in enumerate(found) if text is None]
    folded = _settled([texts[place] for place in others]) if others else []
    for place, text in zip(others, folded, strict=True):
        found[place] = text
    return cast(list[str], found)


def _of_plain(text: str) -> str | None:
    """The skeleton of an ASCII text without control characters, in a tenth of the time."""
    if not text.isascii():
        return None
    folded = " ".join(text.lower().split())
    return folded if folded.isprintable() else None


def _settled(texts: Sequence[str]) -> list[str]:
    """The skeletons of any texts."""
    folded = _folded([text.replace(_SEPARATOR, "") for text in texts])
    # Folding can leave letters that compose once more: rarely, so look before a second turn.
    restless = [
        place
        for place, text in enumerate(folded)
        if text != texts[place] and not unicodedata.is_normalized("NFKC", text)
    ]
    if restless:
        settled = _settled([folded[place] for place in restless])
        for place, text in zip(restless, settled, strict=True):
            folded[place] = text
    return folded


@cache
def folding_table() -> dict[str, str]:
    """What characters become after normal form and case folding; "" removes one.

    Runs of spaces are for the reader of the table.
    """
    table = _folding()
    changed = np.flatnonzero(table != np.arange(len(table), dtype=np.uint32))
    return {chr(code): chr(table[code]) if table[code] else "" for code in changed.tolist()} | {
        "\0": ""
    }


def _folded(texts: Sequence[str]) -> list[str]:
    """One turn of folding; texts: without separators."""
    # One by one, for most texts are in this form already, which is soon seen.
    normal = [unicodedata.normalize("NFKC", text) for text in texts]
    joined = _SEPARATOR.join(("", *normal, "")).casefold()
    codes = _folding()[np.frombuffer(joined.encode(*_BYTES), np.uint32)]
    codes = codes[codes != 0]
    space = codes == _SPACE
    before_gap = np.roll(space | (codes == ord(_SEPARATOR)), -1)
    codes = codes[~(space & before_gap)]  # runs of spaces keep their last, unless a text ends there
    space = codes == _SPACE
    after_start = np.roll(codes == ord(_SEPARATOR), 1)
    codes = codes[~(space & after_start)]
    visible: str = codes.tobytes().decode(*_BYTES)
    return visible.split(_SEPARATOR)[1:-1]


@cache
def _folding() -> Codes:
    """What each code point becomes; 0 removes it."""
    table: Codes = np.arange(0x110000, dtype=np.uint32)
    for code in chain(range(0x3400), range(0xA000, 0x20000), range(0xE0000, 0xE0200)):
        character = chr(code)
        if character in _SPACES:
            table[code] = _SPACE
        elif _is_invisible(code, character):
            table[code] = 0
        elif 0xC0 <= code < 0x0250 or 0x1E00 <= code < 0x2000:
            table[code] = _without_accents(character)
    for character, plain in spellings():
        table[ord(character)] = ord(_lookalikes().get(plain, plain)) if plain else 0
    for character, prototype in _lookalikes().items():
        if table[ord(character)] == ord(character):
            table[ord(character)] = ord(prototype)
    return table


def _is_invisible(code: int, character: str) -> bool:
    return (
        unicodedata.category(character) in _INVISIBLE_CATEGORIES
        or code in _INVISIBLE_MARKS
        or 0x0300 <= code <= 0x036F  # accents on their own
        or 0xFE00 <= code <= 0xFE0F  # variation selectors
        or 0xE0100 <= code <= 0xE01EF
    )


def _without_accents(character: str) -> int:
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    base = "".join(part for part in decomposed if not 0x0300 <= ord(part) <= 0x036F)
    base = _lookalikes().get(base, base)
    # What stands for several letters was taken apart by the normal form before.
    return ord(base) if len(base) == 1 else ord(character)


@cache
def _lookalikes() -> dict[str, str]:
    """Letters of other scripts to the small Latin letter that they are drawn like."""
    # Only the package's table is read: its functions work character by character, far too slowly.
    data = resources.files("confusable_homoglyphs").joinpath("confusables.json").read_bytes()
    found = {}
    for character, prototypes in msgspec.json.decode(data).items():
        if len(character) != 1 or character.isascii() or character != character.casefold():
            continue
        if not unicodedata.name(character, "").startswith(_LOOKALIKE_SCRIPTS):
            continue
        latin = [entry["c"] for entry in prototypes if len(entry["c"]) == 1]
        prototype = next((c for c in latin if c.isascii() and c.isalpha()), None)
        if prototype:
            found[character] = prototype.lower()
    return found
