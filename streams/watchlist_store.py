"""Reads the saved versions of the watchlist."""

from typing import Any, Final
from uuid import UUID

from clickhouse_driver.errors import ServerException

from schemas.errors import StoreError
from schemas.watchlist_versions import NEWEST_ID_SQL, NEWEST_SQL, SavedWatchlist
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect

# Unknown table, unknown database: nothing was saved before either was made.
_MISSING: Final = frozenset({60, 81})


class WatchlistStore:
    """The table `watchlist_versions`. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def newest(self) -> SavedWatchlist | None:
        """The version that counts; None where none was ever saved. Raises StoreError."""
        rows = self._rows(NEWEST_SQL)
        if not rows:
            return None
        number, at, who, why, changes, text = rows[0]
        return SavedWatchlist(id=number, at=at, who=who, why=why, changes=tuple(changes), text=text)

    def newest_id(self) -> UUID | None:
        """Its id alone. Raises StoreError."""
        rows = self._rows(NEWEST_ID_SQL)
        return rows[0][0] if rows else None

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()

    def _rows(self, sql: str) -> list[Any]:
        try:
            found: list[Any] = self._client.execute(sql)
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            if isinstance(error, ServerException) and error.code in _MISSING:
                return []
            raise StoreError(f"saved watchlists cannot be read ({error})") from error
        return found
