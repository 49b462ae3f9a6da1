"""Which way a text runs: from right to left, as Arabic and Hebrew do, or from left to right. Pure.

Browsers look at the first letter or mark alone (`dir="auto"`): an Arabic post that begins with a
mark of direction, an @name or an address would begin at the left.
"""

import re
from typing import Final

LEFT_TO_RIGHT: Final = "ltr"
RIGHT_TO_LEFT: Final = "rtl"
# Hebrew, Arabic, Syriac, Thaana, NKo and so on, with their presentation forms.
RIGHT_LETTERS: Final = (
    "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001eeff"
)
# Languages that are written from right to left, by ISO 639 code.
_LANGUAGES: Final = frozenset(
    ("ar", "arq", "ary", "arz", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")
)
_RIGHT: Final = re.compile(f"(?![\\W\\d_])[{RIGHT_LETTERS}]")
_LEFT: Final = re.compile(f"[^\\W\\d_{RIGHT_LETTERS}]")
# No words of the text's own, and in Latin letters in any language.
_NO_WORDS: Final = re.compile(r"(?i:https?://|www\.)\S+|@[A-Za-z0-9_][A-Za-z0-9_.@-]*")


def text_direction(text: str, lang: str = "") -> str:
    """RIGHT_TO_LEFT or LEFT_TO_RIGHT, by the letters of its words alone.

    lang: as detected. It decides where there are letters of both directions; the first one does
    where it is not known.
    """
    words = _NO_WORDS.sub(" ", text)
    right, left = _RIGHT.search(words), _LEFT.search(words)
    if right is None or left is None:
        to_left = right is not None
    elif lang and lang != "und":
        to_left = lang in _LANGUAGES
    else:
        to_left = right.start() < left.start()
    return RIGHT_TO_LEFT if to_left else LEFT_TO_RIGHT
