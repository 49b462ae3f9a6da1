"""The suppression list, applied to what is about to be kept. No I/O."""

from dataclasses import replace
from typing import Any, Final

import msgspec

from schemas.dead_letter import DeadLetter
from schemas.erasure import SuppressionList
from schemas.mention import COLUMN_NAMES
from streams.rows import Columns

_SOURCE, _POST, _AUTHOR = (COLUMN_NAMES.index(name) for name in ("source", "post_id", "author"))
ERASED: Final = "(erased)"


def suppressed_rows(columns: Columns, listed: SuppressionList) -> list[int]:
    """Numbers of the rows that must not be kept."""
    if not listed:
        return []
    known: dict[tuple[str, str], bool] = {}
    found = []
    posts = zip(columns[_SOURCE], columns[_POST], columns[_AUTHOR], strict=True)
    for row, (source, post_id, author) in enumerate(posts):
        # A batch has few sources and many posts of the same authors.
        name = (source, author)
        if name not in known:
            known[name] = listed.has_author(source, author)
        if known[name] or listed.has_post(source, post_id):
            found.append(row)
    return found


def without_rows(columns: Columns, rows: list[int]) -> Columns:
    """The columns without these rows."""
    if not rows:
        return columns
    gone = set(rows)
    return [[value for row, value in enumerate(column) if row not in gone] for column in columns]


def suppressed_letter(letter: DeadLetter, listed: SuppressionList) -> DeadLetter:
    """The letter, or what may be kept of it: that there was a record, and where it lay.

    A record that is no valid post may all the same say whose it is.
    """
    if not listed or not _names_suppressed(letter.value, listed):
        return letter
    return blank_letter(letter)


def blank_letter(letter: DeadLetter) -> DeadLetter:
    """What is kept of a letter that had to go."""
    return replace(
        letter, value=b"", key=None, headers=(), field="$", bad_value=ERASED, reason=ERASED
    )


def _names_suppressed(value: bytes, listed: SuppressionList) -> bool:
    try:
        found: Any = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    source, post_id, author = (_text(found.get(name)) for name in ("source", "post_id", "author"))
    return listed.has(source.strip(), post_id, author)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
