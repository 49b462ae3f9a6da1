"""A text cut into runs: words between spaces, or characters of scripts that set none.

Phrases are looked for inside runs only, so that none reaches over a full stop, an address or a
change of script.
"""

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

MAX_CHARACTERS: Final = 800
_MAX_WORD_CHARACTERS: Final = 40

_ADDRESSES: Final = re.compile(r"(?:https?://|www\.)\S+|[@\uff20][\w.\-]+")
_BREAK: Final = "\n\n"
# Thai, Lao, Tibetan, Burmese and Khmer are alphabets: a word takes more characters.
_ALPHABETS: Final = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
_IDEOGRAPHS: Final = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_ALPHABETIC: Final = re.compile(f"[{_ALPHABETS}]")
# What a Thai or Lao word cannot end with: vowels that are written before their consonant.
_LEADING_VOWELS: Final = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in which phrases may lie.

    spaced: whether it is words, joined and surrounded by single spaces in `text`.
    """

    text: str
    spaced: bool

    def phrases(self) -> set[str]:
        """One to three words; or two to four characters, three to six of an alphabet.

        Phrases of words have a space on both sides, so that `in` finds whole words only.
        """
        if self.spaced:
            words = self.text.split()
            return {
                f" {' '.join(words[start : start + length])} "
                for length in (1, 2, 3)
                for start in range(len(words) - length + 1)
                if _says_something(words[start : start + length])
            }
        lengths = (3, 4, 5, 6) if _ALPHABETIC.match(self.text) else (2, 3, 4)
        return {
            self.text[start : start + length]
            for length in lengths
            for start in range(len(self.text) - length + 1)
            if is_whole(self.text[start : start + length])
        }


def runs(text: str) -> list[Run]:
    """The runs of a text, in small letters, without what cannot be seen."""
    bare = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])
    bare = _invisible().sub("", _ADDRESSES.sub(_BREAK, bare)).lower()
    found: list[Run] = []
    words: list[str] = []
    end = 0
    for match in _pieces().finditer(bare):
        if words and (match.lastgroup == "joined" or not _only_blanks(bare[end : match.start()])):
            found.append(Run(f" {' '.join(words)} ", spaced=True))
            words = []
        if match.lastgroup == "joined":
            found.append(Run(match.group(), spaced=False))
        else:
            words.append(match.group()[:_MAX_WORD_CHARACTERS])
        end = match.end()
    if words:
        found.append(Run(f" {' '.join(words)} ", spaced=True))
    return found


def is_whole(characters: str) -> bool:
    """Whether a stretch of characters begins with a letter and ends with a whole syllable."""
    return (
        unicodedata.category(characters[0]) not in {"Mn", "Mc"}
        and characters[-1] not in _LEADING_VOWELS
    )


def _says_something(words: list[str]) -> bool:
    letters = [word for word in words if not word.isdigit()]
    return bool(letters) and (len(words) > 1 or len(words[0]) > 1)


def _only_blanks(gap: str) -> bool:
    return gap.isspace() and _BREAK not in gap


@cache
def _pieces() -> re.Pattern[str]:
    joined = f"[{_ALPHABETS}{_IDEOGRAPHS}]"
    letter = rf"(?:(?!{joined})[^\W_]|[{_marks()}])"
    return re.compile(rf"(?P<joined>{joined}+)|(?P<word>{letter}+(?:['\u2019]{letter}+)*)")


@cache
def _marks() -> str:
    """The vowel signs and accents of all scripts, as a regular expression's class."""
    return _class_of({"Mn", "Mc"})


@cache
def _invisible() -> re.Pattern[str]:
    # Joiners belong to words of Persian and Indic scripts; there, too, nobody sees them.
    return re.compile(f"[{_class_of({'Cf'})}\u034f\u115f\u1160\u3164\ufe00-\ufe0f]")


def _class_of(categories: set[str]) -> str:
    """All characters of the categories, as ranges of a regular expression's class."""
    inside = [unicodedata.category(chr(code)) in categories for code in range(sys.maxunicode + 1)]
    edges = [code for code, (before, now) in enumerate(pairwise([False, *inside])) if before != now]
    return "".join(
        f"\\U{start:08x}-\\U{end - 1:08x}"
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    )
