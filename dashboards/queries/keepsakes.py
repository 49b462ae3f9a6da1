"""Saved views and notes on the time axis."""

from collections.abc import Iterable
from typing import Final

from dashboards.queries.conditions import Query, Row
from schemas.keepsakes import NOTES_TABLE, VIEWS_TABLE, SavedView, TimeNote

MAX_VIEWS: Final = 200
MAX_NOTES: Final = 100
_VIEWS_SQL: Final = f"""
SELECT id, at, who, name, address, removed
FROM {VIEWS_TABLE} FINAL
WHERE NOT removed
ORDER BY name, at
LIMIT %(most)s
"""  # noqa: S608 - the table's name is a constant
_NOTES_SQL: Final = f"""
SELECT id, at, who, moment, brand, text, removed
FROM {NOTES_TABLE} FINAL
WHERE NOT removed
  AND moment >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
  AND moment < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')
ORDER BY moment DESC, id
LIMIT %(most)s
"""  # noqa: S608 - the table's name is a constant


def views_query() -> Query:
    """All saved views; its answer goes to `read_views`."""
    return Query(_VIEWS_SQL, {"most": MAX_VIEWS})


def read_views(rows: Iterable[Row]) -> list[SavedView]:
    """Rows of `views_query`, by name."""
    return [
        SavedView(id=key, at=at, who=str(who), name=str(name), address=str(address))
        for key, at, who, name, address, _ in rows
    ]


def notes_query(*, since_ms: int, until_ms: int) -> Query:
    """The notes of a period, the newest first; its answer goes to `read_notes`."""
    values = {"since_ms": since_ms, "until_ms": until_ms, "most": MAX_NOTES}
    return Query(_NOTES_SQL, values)


def read_notes(rows: Iterable[Row], brands: tuple[str, ...]) -> list[TimeNote]:
    """Rows of `notes_query` that are about all brands or one of these, of all where none is."""
    return [
        TimeNote(id=key, at=at, who=str(who), moment=moment, brand=str(brand), text=str(text))
        for key, at, who, moment, brand, text, _ in rows
        if not brand or not brands or brand in brands
    ]
