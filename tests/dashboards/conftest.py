"""A table of mentions for the tests of the queries."""

from collections.abc import Iterator

import pytest

from dashboards.store import Store
from tests.dashboards.mention_table import MentionTable


@pytest.fixture(scope="module")
def table(clickhouse_server: str, request: pytest.FixtureRequest) -> MentionTable:
    """A table of the module's own, empty."""
    found = MentionTable.create(clickhouse_server, request.module.__name__.replace(".", "_"))
    found.migrate()
    return found


@pytest.fixture(scope="module")
def store(table: MentionTable) -> Iterator[Store]:
    """The page's way to that table."""
    found = Store(table.url)
    yield found
    found.close()
