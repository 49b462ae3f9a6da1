"""Writes down saved views and notes: inserts of one row, and nothing else."""

from typing import Final
from urllib.parse import parse_qs

import msgspec

from dashboards.short_connection import WRITTEN, short_connection
from schemas.access import Person, Right
from schemas.keepsakes import NOTES_TABLE, VIEWS_TABLE, SavedView, TimeNote

_TABLES: Final[dict[type[SavedView | TimeNote], str]] = {
    SavedView: VIEWS_TABLE,
    TimeNote: NOTES_TABLE,
}


class KeepsakeWriter:
    """A way to ClickHouse of its own; safe to share. url: as for the store."""

    def __init__(self, url: str) -> None:
        self._url = url

    def write(self, kept: SavedView | TimeNote, *, by: Person) -> None:
        """Write it down; a later one with the same id takes its place.

        Raises StoreError, or NotAllowedError before anything is written.
        """
        by.require(Right.KEEP, *_brands(kept))
        columns = kept.__struct_fields__
        sql = f"INSERT INTO {_TABLES[type(kept)]} ({', '.join(columns)}) VALUES"
        row = msgspec.structs.astuple(kept)
        with short_connection(self._url) as client:
            client.execute(sql, [row], settings=dict(WRITTEN))


def _brands(kept: SavedView | TimeNote) -> list[str]:
    """The brands that it names; a view may name none, and shows everybody their own."""
    return [kept.brand] if isinstance(kept, TimeNote) else parse_qs(kept.address).get("brand", [])
