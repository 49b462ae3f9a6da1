"""Names of scripts that run from right to left, in plain text that runs the other way. Pure.

Where markup can be used, `<bdi>` does this. In plain text (charts, tooltips, notes) the marks of
Unicode's bidirectional algorithm (UAX 9) do: without them a number, a dot or an ellipsis beside
such a name is drawn on its other side.
"""

import re
from typing import Final

from schemas.direction import RIGHT_LETTERS

_FIRST_STRONG: Final = "\u2068"
_POP: Final = "\u2069"
_RUN: Final = re.compile(
    f"[{RIGHT_LETTERS}](?:[{RIGHT_LETTERS}\\s\u200c\u200d'\"\u2019_-]*[{RIGHT_LETTERS}])?"
)


def isolated(name: str) -> str:
    """A name that keeps its own direction, and leaves that of its surroundings alone.

    name: visible text (see feed.py), without marks of direction of its own.
    """
    return f"{_FIRST_STRONG}{name}{_POP}" if _RUN.search(name) else name


def with_names_isolated(sentence: str) -> str:
    """The same for each such name in a sentence that runs from left to right."""
    return _RUN.sub(lambda found: f"{_FIRST_STRONG}{found[0]}{_POP}", sentence)
