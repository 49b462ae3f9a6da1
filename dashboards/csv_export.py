"""Posts as CSV that a spreadsheet reads as data, never as formulas."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from dashboards.queries.posts import FeedPost

MAX_ROWS: Final = 10_000
# A spreadsheet's cell holds 32,767 characters.
CELL_CHARACTERS: Final = 32_000
HEADER: Final = (
    *("posted_at", "brand", "product", "source", "kind", "lang", "country", "author"),
    *("sentiment", "score", "rating", "reach", "topics", "text", "url", "post_id", "model_version"),
)
# What a spreadsheet takes for the start of a formula, full-width forms of Asian keyboards too.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BYTE_ORDER_MARK: Final = "\ufeff"


def safe_cell(text: str) -> str:
    """The text as a cell that is no formula: an apostrophe comes before what could be one."""
    # NUL ends a cell for some readers, so that what follows would start a new one.
    plain = text.replace("\0", "\u2400")
    risky = plain.lstrip(" \u00a0\u3000\u200b\ufeff").startswith(_FORMULA)
    return f"'{plain}" if risky else plain


def to_csv(posts: Iterable[FeedPost]) -> bytes:
    """A header and one row a post, in UTF-8 with the mark that spreadsheets look for."""
    target = io.BytesIO()
    # Written as bytes at once: as text it would take four times the room.
    text = io.TextIOWrapper(target, encoding="utf-8", errors="replace", newline="")
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for post in posts:
        writer.writerow(_row(post))
    text.flush()
    return target.getvalue()


def _row(post: FeedPost) -> list[str | float | int]:
    names = (post.brand, post.product, post.source, post.kind, post.lang, post.country, post.author)
    return [
        post.posted_at.isoformat(timespec="milliseconds"),
        *map(safe_cell, names),
        safe_cell(post.sentiment),
        round(post.score, 4),
        "" if post.rating is None else post.rating,
        post.reach,
        safe_cell(", ".join(post.topics)),
        safe_cell(post.text),
        safe_cell(post.url),
        safe_cell(post.post_id),
        safe_cell(post.model_version),
    ]
