"""What clients ask and get, with the real client on the real server."""

from collections.abc import Iterator

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException


@pytest.fixture
def client(clickhouse_server: str) -> Iterator[Client]:
    """A client in a database of its own."""
    with Client.from_url(clickhouse_server) as client:
        client.execute("CREATE DATABASE queries")
        client.execute("USE queries")
        yield client
        client.execute("DROP DATABASE queries")


def test_select_returns_rows_with_types(client):
    """Names and types come with the rows."""
    rows, columns = client.execute("SELECT 1 AS a, 'x' AS b", with_column_types=True)
    assert rows == [(1, "x")]
    assert columns == [("a", "UInt8"), ("b", "String")]


def test_select_without_rows_still_has_columns(client):
    """A page can draw the head of an empty table."""
    answer = client.execute("SELECT 1 AS a, 'x' AS b WHERE 0 -- none", with_column_types=True)
    assert answer == ([], [("a", "UInt8"), ("b", "String")])


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM nowhere", 60),
        ("SELEC 1", 62),
        ("USE nowhere", 81),
        ("SELECT throwIf(number = 90000) FROM numbers(100000)", 395),
        ("INSERT INTO nowhere VALUES", 60),
        ("SELECT 1; SELECT 2", 62),
    ],
)
def test_error_has_clickhouses_code_and_the_connection_goes_on(client, sql, code):
    """An error is the engine's own, and the next query works on the same connection."""
    with pytest.raises(ServerException) as raised:
        client.execute(sql, [] if sql.startswith("INSERT") else None)
    assert raised.value.code == code
    assert client.execute("SELECT 2") == [(2,)]
