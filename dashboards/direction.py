"""Names of scripts that run from right to left, in plain text that runs the other way. Pure.

Where markup can be used, `<bdi>` does this. In plain text (charts, tooltips, notes) the marks of
Unicode's bidirectional algorithm (UAX 9) do: without them a number, a dot or an ellipsis beside
such a name is drawn on its other side.
"""

import re
from typing import Final

_FIRST_STRONG: Final = "\u2068"
_POP: Final = "\u2069"
# Hebrew, Arabic, Syriac, Thaana, NKo and so on, with their presentation forms.
_LETTER: Final = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001eeff"
_RUN: Final = re.compile(f"[{_LETTER}](?:[{_LETTER}\\s\u200c\u200d'\"\u2019_-]*[{_LETTER}])?")


def isolated(name: str) -> str:
    """A name that keeps its own direction, and leaves that of its surroundings alone.

    name: visible text (see feed.py), without marks of direction of its own.
    """
    return f"{_FIRST_STRONG}{name}{_POP}" if _RUN.search(name) else name


def with_names_isolated(sentence: str) -> str:
    """The same for each such name in a sentence that runs from left to right."""
    return _RUN.sub(lambda found: f"{_FIRST_STRONG}{found[0]}{_POP}", sentence)
