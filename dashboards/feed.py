"""Posts as cards: what of a post may be shown, and how. Pure.

A post's text is hostile until proven otherwise. Here it becomes plain text that cannot reorder
the page or hide in it; the component that draws the cards writes it with `textContent` only, so
that no part of it is ever markup.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlsplit

from dashboards import formats
from dashboards.language import ENGLISH
from dashboards.queries.posts import MAX_AUTHOR_CHARACTERS, FeedPost
from dashboards.translation import translation
from schemas.direction import text_direction

FOLDED_CHARACTERS: Final = 420
FOLDED_LINES: Final = 8
MAX_URL_CHARACTERS: Final = 2_000
MAX_TOPICS: Final = 8

# Marks of direction that reach beyond their own word: in a text of another's, only ever a trick.
_OVERRIDES: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SYMBOLS: Final = {
    # Unicode has a picture of each control character.
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **{ord(mark): f"\u27e8U+{ord(mark):04X}\u27e9" for mark in _OVERRIDES},
    0x2028: "\n",
    0x2029: "\n",
}
# Stacked marks climb over the lines above; no script needs this many on one letter.
_STACKED: Final = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20f0]{4})[^\\S\\n]*"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20f0]+"
)
_BLANK_LINES: Final = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*){2,}")
_HOST: Final = re.compile(r"^[a-z0-9.-]{1,253}$")

Card = dict[str, Any]


def visible_text(text: str) -> str:
    """The text with every control character shown as a symbol, and direction marks named.

    Line breaks and tabs stay; more than two line breaks in a row become two.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BLANK_LINES.sub("\n\n", _STACKED.sub(r"\1", lines.translate(_SYMBOLS)))


def one_line(text: str, *, characters: int) -> str:
    """A name (a brand, an author) as one line of visible text, cut to its length."""
    line = " ".join(visible_text(text[: 4 * characters]).split())
    return line if len(line) <= characters else f"{line[: characters - 1]}\u2026"


def safe_link(url: str) -> str:
    """The address if it is one of the Web that may be linked to, else "".

    Only http and https, with a plain host in ASCII and nothing that reads as user or password;
    everything else could show one place and lead to another.
    """
    if not url or len(url) > MAX_URL_CHARACTERS or not url.isascii():
        return ""
    if any(char <= " " or char in "\"'<>\\^`{|}\x7f" for char in url):
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not _HOST.match(host) or "@" in parts.netloc:
        return ""
    return url if port is None or 0 < port < 65_536 else ""


def html_language(lang: str) -> str:
    """A detected language as HTML says it: "" where it is not known, which is not the page's."""
    return lang if lang != "und" and re.fullmatch("[a-z]{2,3}", lang) else ""


def cards(
    posts: Iterable[FeedPost],
    *,
    lang_name: Callable[[str], str],
    translator: str = "",
    reader: str = ENGLISH,
) -> list[Card]:
    """The posts as the component draws them: plain values, ready for JSON.

    translator: see translation.py; "" for none. reader: the language of the page.
    """
    return [_card(post, lang_name(post.lang), translator, reader) for post in posts]


def _card(post: FeedPost, lang_name: str, translator: str, reader: str) -> Card:
    text = visible_text(post.text)
    link = safe_link(post.url)
    key = post.key
    translated = translation(translator, text, lang=post.lang, reader=reader)
    return {
        "key": key.text,
        "time_ms": key.posted_at_ms,
        "brand": one_line(post.brand, characters=80),
        "product": one_line(post.product, characters=80),
        "source": one_line(post.source, characters=80),
        "author": one_line(post.author, characters=MAX_AUTHOR_CHARACTERS // 4),
        "country": formats.country_name(one_line(post.country, characters=2)),
        "lang": html_language(post.lang),
        "lang_name": lang_name,
        "text": text,
        "direction": text_direction(post.text, post.lang),
        "folded": len(text) > FOLDED_CHARACTERS or text.count("\n") >= FOLDED_LINES,
        "cut": post.characters > len(post.text),
        "sentiment": post.sentiment,
        "score": f"{post.score:+.2f}".replace("-", "\u2212"),
        "rating": None if post.rating is None else f"{post.rating:g}",
        "reach": post.reach,
        "topics": [
            {"name": name, "label": one_line(name, characters=60)}
            for name in post.topics[:MAX_TOPICS]
        ],
        "translate": asdict(translated) if translated else None,
        "link": link,
        "host": (urlsplit(link).hostname or "").removeprefix("www.") if link else "",
        "address": "" if link else one_line(post.url, characters=80),
    }
