"""A database with all tables, for one test."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from streams.clickhouse.connection import connect
from streams.clickhouse.migrate import migrate


@pytest.fixture
def database(clickhouse_server: str) -> Iterator[str]:
    """The URL of a fresh database in the real engine."""
    name = f"alerts_{uuid4().hex[:12]}"
    url = f"{clickhouse_server.rpartition('/')[0]}/{name}"
    migrate(url)
    yield url
    with connect(url, database="default") as client:
        client.execute(f"DROP DATABASE {name}")
