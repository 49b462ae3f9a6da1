"""Saves versions of the watchlist: inserts of one row, and nothing else."""

from typing import Final
from uuid import UUID

import msgspec

from dashboards.short_connection import WRITTEN, short_connection
from schemas.access import Person, Right
from schemas.errors import StoreError
from schemas.watchlist import parse_watchlist
from schemas.watchlist_versions import NEWEST_ID_SQL, VERSIONS_TABLE, SavedWatchlist

_COLUMNS: Final = ", ".join(SavedWatchlist.__struct_fields__)
_SQL: Final = f"INSERT INTO {VERSIONS_TABLE} ({_COLUMNS}) VALUES"


class NotNewestError(StoreError):
    """Somebody else saved a version meanwhile; nothing was written."""


class WatchlistWriter:
    """A way to ClickHouse of its own; safe to share. url: as for the store."""

    def __init__(self, url: str) -> None:
        self._url = url

    def save(self, saved: SavedWatchlist, *, made_from: UUID | None, by: Person) -> None:
        """Save a version.

        made_from: the version that it changes; None where there was none. Of two who save within
        the same moment both may, and the later one counts: ClickHouse has no lock.
        Raises NotAllowedError, WatchlistError for a text with mistakes, NotNewestError, or
        StoreError; nothing is written then.
        """
        # It names all brands, so whoever edits it sees all of them.
        by.require(Right.EDIT, "")
        if saved.text:
            parse_watchlist(saved.text)
        row = msgspec.structs.astuple(saved)
        with short_connection(self._url) as client:
            newest = client.execute(NEWEST_ID_SQL)
            if (newest[0][0] if newest else None) != made_from:
                raise NotNewestError("somebody else saved a version meanwhile; load it first")
            client.execute(_SQL, [row], settings=dict(WRITTEN))
