"""Connections for what people do on the page: a statement or two each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from schemas.errors import StoreError

_TIMEOUTS_S: Final = {"connect_timeout": 3, "send_receive_timeout": 10, "sync_request_timeout": 3}
# Acknowledged must mean written: the engine's default hands the rows to a later flush.
WRITTEN: Final = {"async_insert": 0}


@contextmanager
def short_connection(url: str, *, failure: str = "it was not written down") -> Iterator[Client]:
    """A connection of its own: people act seldom, so it needs no pool and cannot go stale.

    url: as for the store. failure: what is said where ClickHouse says no, or nothing: StoreError.
    """
    try:
        with Client.from_url(url) as client:
            for name, seconds in _TIMEOUTS_S.items():
                setattr(client.connection, name, seconds)
            yield client
    except (Error, OSError, EOFError) as error:
        raise StoreError(f"{failure} ({type(error).__name__})") from error
