"""The suppression list in ClickHouse."""

from collections.abc import Sequence
from typing import Any, Final

from schemas.erasure import (
    INSERT_SUPPRESSIONS,
    SUPPRESSION_COLUMNS,
    SUPPRESSIONS_TABLE,
    Suppression,
    SuppressionKind,
    SuppressionList,
)
from schemas.errors import StoreError
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect

_SETTINGS: Final = {"async_insert": 0}


class SuppressionStore:
    """The table `suppressions`: entries are added and never taken off. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def write(self, entries: Sequence[Suppression]) -> None:
        """Enter these; one that is there already changes nothing. Raises StoreError."""
        if entries:
            rows = [
                tuple(getattr(entry, name) for name in SUPPRESSION_COLUMNS) for entry in entries
            ]
            self._execute(INSERT_SUPPRESSIONS, rows)

    def count(self) -> int:
        """How many rows there are: as long as it is the same, they are the same."""
        ((count,),) = self._execute(f"SELECT count() FROM {SUPPRESSIONS_TABLE}")  # noqa: S608
        return int(count)

    def entries(self) -> list[Suppression]:
        """All entries, each once. Raises StoreError."""
        rows = self._execute(
            f"SELECT kind, hash, min(at) FROM {SUPPRESSIONS_TABLE} "  # noqa: S608 - the name
            "GROUP BY kind, hash ORDER BY kind, hash"
        )
        return [
            Suppression(kind=SuppressionKind(kind), hash=hash_, at=at) for kind, hash_, at in rows
        ]

    def listed(self) -> SuppressionList:
        """The list, to be asked. Raises StoreError."""
        return SuppressionList.of((entry.kind, entry.hash) for entry in self.entries())

    def _execute(self, sql: str, rows: Sequence[Any] | None = None) -> Any:  # noqa: ANN401
        try:
            return self._client.execute(sql, rows, settings=_SETTINGS)
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"the suppression list cannot be read or written ({error})") from error

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()
