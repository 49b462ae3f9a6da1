"""Where a phrase stands as words of its own, in scripts with and without spaces."""

import unicodedata
from dataclasses import dataclass
from typing import Final

# In these scripts words are not set apart by spaces: a phrase may stand anywhere.
_UNSPACED: Final = (
    *("CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"),
)
# In these, short words are written together with the name that follows ("and Samsung").
_ARABIC: Final = ("و", "ف", "ب", "ك", "ل", "ال", "وال", "بال", "فال", "كال", "لل", "ول", "وب")
_ALEF: Final = "\u0627"
PREFIXES: Final = {
    "ARABIC": _ARABIC,
    # An alef has lost its hamza, and with a kaf before it begins other words: a cable is no Apple.
    "ALEF": tuple(prefix for prefix in _ARABIC if prefix != "ك"),
    "HEBREW": ("ו", "ה", "ב", "ל", "מ", "ש", "כ", "וה", "שה", "מה", "בה", "לה"),
}
# And in this one particles follow the name without a space.
_SUFFIXED: Final = "HANGUL"
_WORD_MARKS: Final = frozenset({"Mn", "Mc"})


@dataclass(frozen=True, slots=True)
class WordEdges:
    """What may stand beside a phrase.

    left: "" for any character, else the script, or the letter, whose rules hold.  right: whether a
    word must end where the phrase ends.
    """

    left: str
    right: bool


def word_edges(folded: str) -> WordEdges:
    """The edges of a phrase, given by its skeleton, which is not empty."""
    return WordEdges(_left_rule(folded[0]), _right_rule(folded[-1]))


def stem(folded: str) -> str:
    """What of a name's skeleton must stand in a text: words may go on where it ends in a `*`."""
    open_ended = folded.endswith("*") and _is_letter(folded[-2:-1])
    return folded[:-1] if open_ended else folded


def stands_alone(text: str, start: int, end: int, edges: WordEdges) -> bool:
    """Whether the phrase text[start:end] is no mere part of a longer word."""
    if edges.right and end < len(text) and in_word(text[end]):
        return False
    if not edges.left or start == 0 or not in_word(text[start - 1]):
        return True
    prefixes = PREFIXES.get(edges.left, ())
    return any(
        text.endswith(prefix, 0, start)
        and (start == len(prefix) or not in_word(text[start - len(prefix) - 1]))
        for prefix in prefixes
    )


def _left_rule(first: str) -> str:
    if not in_word(first):
        return ""
    if first == _ALEF:
        return "ALEF"
    script = unicodedata.name(first, "").split(" ", 1)[0]
    return script if script in PREFIXES else "WORD"


def _right_rule(last: str) -> bool:
    return in_word(last) and not unicodedata.name(last, "").startswith(_SUFFIXED)


def in_word(character: str) -> bool:
    """Whether a character continues a word in a script that sets words apart."""
    return _is_letter(character) and not is_unspaced(character)


def is_unspaced(character: str) -> bool:
    """Whether it is a letter of a script that does not set words apart."""
    if character.isascii() or not _is_letter(character):
        return False
    return unicodedata.name(character, "").startswith(_UNSPACED)


def _is_letter(character: str) -> bool:
    """Whether it is a letter, a digit or a mark of one; not so of ""."""
    if character.isascii():
        return character.isalnum() or character == "_"
    return character.isalnum() or unicodedata.category(character) in _WORD_MARKS
