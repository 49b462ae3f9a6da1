"""Writes down exports: inserts of one row, and nothing else."""

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from dashboards.short_connection import WRITTEN, short_connection
from schemas.access import Person, Right

MAX_ADDRESS_CHARACTERS: Final = 8_000
_SQL: Final = "INSERT INTO exports (id, at, who, what, address) VALUES"


class ExportWriter:
    """A way to ClickHouse of its own; safe to share. url: as for the store."""

    def __init__(self, url: str) -> None:
        self._url = url

    def write(self, what: str, *, address: str, who: str, by: Person) -> None:
        """Write down that somebody takes a view away.

        Raises StoreError, or NotAllowedError before anything is written.
        """
        by.require(Right.EXPORT)
        row = (uuid4(), datetime.now(UTC), who, what, address[:MAX_ADDRESS_CHARACTERS])
        with short_connection(self._url) as client:
            client.execute(_SQL, [row], settings=dict(WRITTEN))
