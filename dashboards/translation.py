"""Addresses under which a reader's own translator opens with a post's text in it. Pure.

Nothing is sent anywhere before a reader follows such a link: the text is part of the address.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Final
from urllib.parse import quote, urlsplit

from dashboards.language import CHINESE

# Servers and browsers refuse longer addresses, some of them without a word.
MAX_ADDRESS_CHARACTERS: Final = 5_000
MAX_TEMPLATE_CHARACTERS: Final = 500
EXPECTED: Final = (
    "the address of a translator, http:// or https://, with {text} once behind its host; "
    "{language} and {source} may stand there too, as in "
    "https://translate.example/?sl=auto&tl={language}&text={text}, or nothing"
)
_PLACE: Final = re.compile(r"\{(text|language|source)\}")
_FORBIDDEN: Final = re.compile(r"[^!-~]|[\"'<>\\^`{|}]")
# As most translators call it: `zh` alone does not say which characters.
_TRANSLATORS_NAMES: Final = {CHINESE: "zh-CN"}
# Translators know few of three letters, and recognise the language themselves.
_COMMON_CODE: Final = re.compile("[a-z]{2}")
_UNKNOWN: Final = "auto"
_JOINER: Final = "\u200d"


@dataclass(frozen=True, slots=True)
class Translation:
    """address: of the translator, with the text. cut: whether it holds the text's beginning only.

    host: whose address it is.
    """

    address: str
    cut: bool
    host: str


def is_template(text: str) -> bool:
    """Whether it says where a text is translated, in the form that EXPECTED describes."""
    plain = _PLACE.sub("", text)
    if len(text) > MAX_TEMPLATE_CHARACTERS or _FORBIDDEN.search(plain):
        return False
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        return False
    return "@" not in parts.netloc and "{" not in parts.netloc and text.count("{text}") == 1


def translation(template: str, text: str, *, lang: str, reader: str) -> Translation | None:
    """Where a reader has it translated; None where that is not needed, or not possible.

    template: as `is_template` takes it, or "" for none. text: as it is shown (see feed.py).
    lang: the text's language by ISO 639 code, as detected; may be "" or "und". reader: the page's.
    """
    if not template or lang == reader or not any(map(str.isalpha, text)):
        return None
    known = lang if _COMMON_CODE.fullmatch(lang) else _UNKNOWN
    frame = template.replace("{language}", _named(reader)).replace("{source}", _named(known))
    before, _, after = frame.partition("{text}")
    room = MAX_ADDRESS_CHARACTERS - len(before) - len(after)
    encoded = _encoded(text)
    cut = len(encoded) > room
    if cut:
        encoded = _encoded(text[: _fitting(text, room)])
    return Translation(
        address=f"{before}{encoded}{after}",
        cut=cut,
        host=(urlsplit(template).hostname or "").removeprefix("www."),
    )


def _named(lang: str) -> str:
    return _encoded(_TRANSLATORS_NAMES.get(lang, lang))


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _fitting(text: str, room: int) -> int:
    """How many characters fit once they are encoded; none is parted from its marks."""
    fitting = bisect_right(list(accumulate(len(_encoded(char)) for char in text)), room)
    end = fitting
    while 0 < end < len(text) and _goes_on(text[end - 1], text[end]):
        end -= 1
    return end or fitting


def _goes_on(before: str, after: str) -> bool:
    """Whether the second character belongs to what the first one began."""
    return _JOINER in (before, after) or unicodedata.category(after).startswith("M")
