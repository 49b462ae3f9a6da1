"""Writes down exports: inserts of one row, and nothing else."""

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from schemas.access import Person, Right
from schemas.errors import StoreError

MAX_ADDRESS_CHARACTERS: Final = 8_000
_SQL: Final = "INSERT INTO exports (id, at, who, what, address) VALUES"
_TIMEOUTS_S: Final = {"connect_timeout": 3, "send_receive_timeout": 10, "sync_request_timeout": 3}
# Acknowledged must mean written: the engine's default hands the rows to a later flush.
_SETTINGS: Final = {"async_insert": 0}


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
        try:
            with Client.from_url(self._url) as client:
                for name, seconds in _TIMEOUTS_S.items():
                    setattr(client.connection, name, seconds)
                client.execute(_SQL, [row], settings=dict(_SETTINGS))
        except (Error, OSError, EOFError) as error:
            raise StoreError(f"it was not written down ({type(error).__name__})") from error
