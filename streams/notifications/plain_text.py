"""Text from the internet as it may stand in a message: one line, nothing hidden, nothing alive."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# Letters that look like nothing: no format characters by their category, yet invisible.
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_JOINERS: Final = frozenset("\u200c\u200d")  # Persian and emoji need one at a time
_DROPPED: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_MOST_MARKS: Final = 4
_MOST_READ: Final = 10_000
_BREAK: Final = "\u2060"  # word joiner: seen by programs, not by people
_FULL_WIDTH: Final = {ord(mark): ord(mark) + 0xFEE0 for mark in "*_`~[]<>|#\\{}"}
_LIVE: Final = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=[^\W_]\.)(?=[^\W_])")


def cleaned(text: str, *, most: int) -> str:
    """The text on one line, without control, direction and invisible characters.

    most: characters that are kept; a cut is shown as "…".
    """
    # A giant text is cut first: what follows reads each character.
    whole = len(text) <= _MOST_READ
    words = " ".join("".join(_visible(text[:_MOST_READ])).split())
    if len(words) <= most and whole:
        return words
    return words[: most - 1].rstrip() + "…"


def inert(text: str, *, also: str = "") -> str:
    """The text with an invisible character where a program would see a mention or a link.

    also: characters that begin markup of the channel; each is followed by one too.
    """
    broken = _LIVE.sub(_BREAK, text)
    for mark in also:
        broken = broken.replace(mark, mark + _BREAK)
    return broken


def unmarked(text: str) -> str:
    """An inert text whose characters of markup, of any dialect, are full-width ones instead.

    For channels whose dialect is not known: a reader sees much the same, a program no markup.
    """
    return inert(text).translate(_FULL_WIDTH)


def _visible(text: str) -> Iterator[str]:
    marks = 0
    last = ""
    for character in text:
        category = unicodedata.category(character)
        is_mark = category in {"Mn", "Me"}
        marks = marks + 1 if is_mark else 0
        if character in _BLANK_LETTERS or character.isspace() or category in {"Zl", "Zp"}:
            character = " "  # noqa: PLW2901 - what is seen of it
        elif character in _JOINERS:
            if last in _JOINERS or last in {"", " "}:
                continue
        elif category in _DROPPED or marks > _MOST_MARKS:
            continue
        last = character
        yield character
