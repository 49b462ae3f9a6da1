"""Text as a reader sees it: the form in which brands are looked for.

A name hides behind zero-width characters, full-width or mathematical letters, look-alikes from
other scripts and accents. Both sides, the watchlist's aliases and the posts, are brought to the
same skeleton, after Unicode Technical Standard #39 ("Unicode Security Mechanisms", section 4).
"""

import unicodedata
from functools import cache
from importlib import resources
from itertools import chain
from typing import Final

import msgspec

# Scripts whose letters are drawn like Latin ones. Folding others (an Arabic alef looks like an l)
# would tear real words of those languages.
_LOOKALIKE_SCRIPTS: Final = ("CYRILLIC", "GREEK", "LATIN", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")
_INVISIBLE_CATEGORIES: Final = frozenset({"Cf", "Cc"})
_SPACES: Final = frozenset("\t\n\r\v\f\x1c\x1d\x1e\x1f\x85")
_INVISIBLE_MARKS: Final = frozenset({0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0})


def skeleton(text: str) -> str:
    """The text in lower case, without invisible characters, accents and look-alikes.

    Runs of white space become one space.  Idempotent: the skeleton of a skeleton is itself.
    """
    if text.isascii():
        folded = text.lower()
        return " ".join((folded if folded.isprintable() else folded.translate(_folding())).split())
    while True:
        folded = unicodedata.normalize("NFKC", text).casefold().translate(_folding())
        folded = " ".join(folded.split())
        # Folding can leave letters that compose once more: rarely, so look before a second turn.
        if folded == text or unicodedata.is_normalized("NFKC", folded):
            return folded
        text = folded


@cache
def _folding() -> dict[int, str | int | None]:
    """Code point to its replacement; None removes it."""
    # `translate` is several times slower on a character that its table lacks: put all of the
    # Basic Multilingual Plane in.
    table: dict[int, str | int | None] = {code: code for code in range(0x10000)}
    for code in chain(range(0x3400), range(0xA000, 0x20000), range(0xE0000, 0xE0200)):
        character = chr(code)
        if _is_invisible(code, character):
            table[code] = " " if character in _SPACES else None
        elif 0xC0 <= code < 0x0250 or 0x1E00 <= code < 0x2000:
            table[code] = _without_accents(character)
    for character, prototype in _lookalikes().items():
        if table.get(ord(character)) == ord(character):
            table[ord(character)] = prototype
    return table


def _is_invisible(code: int, character: str) -> bool:
    return (
        unicodedata.category(character) in _INVISIBLE_CATEGORIES
        or code in _INVISIBLE_MARKS
        or 0x0300 <= code <= 0x036F  # accents on their own
        or 0xFE00 <= code <= 0xFE0F  # variation selectors
        or 0xE0100 <= code <= 0xE01EF
    )


def _without_accents(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    base = "".join(part for part in decomposed if not 0x0300 <= ord(part) <= 0x036F)
    return _lookalikes().get(base, base) if base else character


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
