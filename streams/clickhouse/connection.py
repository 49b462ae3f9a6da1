"""How the stream's parts connect to ClickHouse."""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from schemas.errors import StoreError

# The driver's own default is five minutes: a batch would hang that long on a dead network.
_TIMEOUTS_S: Final = {"connect_timeout": 5, "send_receive_timeout": 30, "sync_request_timeout": 5}

# What the driver lets through: its own errors, the socket's, and the end of a broken stream.
CLICKHOUSE_ERRORS: Final = (Error, OSError, EOFError)


def connect(url: str, *, database: str | None = None, answer_s: int | None = None) -> Client:
    """A client for one thread.  Connects at its first query.

    url: such as clickhouse://user:password@host:9000/groundswell.
    database: instead of the one in the URL.  answer_s: longest wait for an answer, for what takes
    longer than a question should.  Raises StoreError for what is no such URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"clickhouse", "clickhouses"} or not parts.hostname:
        raise StoreError(
            f"clickhouse_url={redacted(url)!r} is no ClickHouse URL; "
            "try clickhouse://localhost:9000/groundswell"
        )
    if database is not None:
        parts = parts._replace(path=f"/{database}")
    client = Client.from_url(urlunsplit(parts))
    for name, seconds in _TIMEOUTS_S.items():
        setattr(client.connection, name, seconds)
    if answer_s is not None:
        client.connection.send_receive_timeout = answer_s
    return client


def database_of(url: str) -> str:
    """The database that a URL names."""
    return urlsplit(url).path.strip("/") or "default"


def redacted(url: str) -> str:
    """The URL without its password, for messages and logs."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":***@") if password else url
