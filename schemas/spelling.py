"""Letters and marks that people write in several ways, or leave out.

Who types on a telephone writes Arabic without vowel signs, Hindi without the dot of a borrowed
letter, and "Orsted"; Taipei and Beijing write one word with different characters. All of it is to
be found under the name that a watchlist or a search has.
"""

import re
import unicodedata
from collections.abc import Iterator
from importlib import resources
from itertools import chain
from typing import Final

_ALEF, _HEH, _KAF, _YEH = "\u0627", "\u0647", "\u0643", "\u064a"
_TATWEEL: Final = "\u0640"
_NUKTA: Final = "\u093c"
_CANDRABINDU, _ANUSVARA = "\u0901", "\u0902"
_YO, _YE = "\u0451", "\u0435"
_LETTERS: Final = {
    # Hamza, madda and wasla on an alef.
    **dict.fromkeys("\u0622\u0623\u0625\u0671\u0672\u0673", _ALEF),
    # A yeh without dots ends words in Egypt; Persian and Urdu have codes of their own.
    **dict.fromkeys("\u0649\u06cc", _YEH),
    "\u06a9": _KAF,
    # Teh marbuta is written as a heh as often as not.
    **dict.fromkeys("\u0629\u06c3\u06c0\u06c1\u06c2", _HEH),
    _CANDRABINDU: _ANUSVARA,
    _YO: _YE,
    # Hyphens that word processors write, the dash of figures and the minus sign.
    **dict.fromkeys("\u2010\u2012\u2013\u2212", "-"),
}
# "t mobile" is in "don't mobile": what is left of a name must be more than a letter.
_PARTS: Final = re.compile(r"(?:[^ -]{2,}|\d)(?:[ -](?:[^ -]{2,}|\d))*")
_OMITTED_SCRIPTS: Final = ("ARABIC", "HEBREW")
_STROKE: Final = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH STROKE")
_GREEK: Final = range(0x0370, 0x0400)


def with_hyphens_and_spaces(name: str) -> set[str]:
    """A name's skeleton as it is, with hyphens between its words, and with spaces: "coca cola"."""
    found = {name, name.replace(" ", "-")}
    return found | {name.replace("-", " ")} if _PARTS.fullmatch(name) else found


def spellings() -> Iterator[tuple[str, str]]:
    """Each such character and what it counts as; "" where it counts for nothing.

    All in normal form (NFKC) and of small letters.
    """
    yield from _LETTERS.items()
    yield from _simplified()
    yield from ((mark, "") for mark in (_TATWEEL, _NUKTA))
    for character in map(chr, chain(range(0x80, 0x3400), range(0xA000, 0x20000))):
        if (plain := _plain(character)) is not None:
            yield character, plain


def _simplified() -> Iterator[tuple[str, str]]:
    """Traditional Chinese characters; several may share their simplified form."""
    text = resources.files("schemas").joinpath("traditional.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            yield from ((pair[0], pair[1]) for pair in line.split())


def _plain(character: str) -> str | None:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    name = unicodedata.name(character, "")
    if category == "Mn" and name.startswith(_OMITTED_SCRIPTS):
        return ""
    stroke = _STROKE.fullmatch(name)
    if stroke:
        return stroke[1].lower()
    if ord(character) in _GREEK and category == "Ll":
        base = unicodedata.normalize("NFD", character)[0]
        return base if base != character else None
    return None
