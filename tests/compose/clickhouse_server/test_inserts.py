"""Rows that come in: every type, every way to fail, and nothing acknowledged that is not there."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from tests.compose.clickhouse_server.driving import begin

TYPES = {
    "s": "String",
    "l": "LowCardinality(String)",
    "ln": "LowCardinality(Nullable(String))",
    "t": "DateTime64(3, 'UTC')",
    "f": "Float32",
    "fn": "Nullable(Float32)",
    "u": "UInt64",
    "a": "Array(LowCardinality(String))",
    "e": "Enum8('negative' = -1, 'neutral' = 0, 'positive' = 1)",
    "d": "Date",
    "m": "Map(String, Float32)",
    "id": "UUID",
    "b": "Bool",
    "dc": "Decimal(18, 4)",
    "tu": "Tuple(x UInt8, y String)",
    "fs": "FixedString(4)",
}


def row(i: int) -> tuple[object, ...]:
    """A row of all types whose values depend on `i`."""
    return (
        f"Grüße 🙂 {i}" * (i % 50),
        f"brand {i % 300}",
        None if i % 3 else f"c{i % 7}",
        datetime(2024, 1, 1, i % 24, 0, 0, (i % 1000) * 1000, tzinfo=UTC),
        (i % 256) / 256,
        None if i % 2 else i / 2,
        2**64 - 1 - i,
        [f"topic {k}" for k in range(i % 4)],
        ("negative", "neutral", "positive")[i % 3],
        date(2024, 1, 1 + i % 28),
        {f"k{k}": float(k) for k in range(i % 3)},
        UUID(int=i),
        i % 2 == 0,
        Decimal(i) / 10000,
        (i % 256, "y"),
        "abcd",
    )


@pytest.fixture
def client(clickhouse_server: str) -> Iterator[Client]:
    """A client in a database of its own, with a table `t (i UInt64)`."""
    with Client.from_url(clickhouse_server) as client:
        client.execute("CREATE DATABASE inserts")
        client.execute("USE inserts")
        client.execute("CREATE TABLE t (i UInt64) ENGINE = MergeTree ORDER BY i")
        yield client
    with Client.from_url(clickhouse_server) as fresh:
        fresh.execute("DROP DATABASE inserts SYNC")


def count(client: Client) -> int:
    """The rows in `t`."""
    return int(client.execute("SELECT count() FROM t")[0][0])


@pytest.mark.parametrize("columnar", [False, True])
def test_every_type_comes_back_as_it_went_in(client, columnar):
    """By row and by column, in several blocks."""
    columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    client.execute(f"CREATE TABLE every ({columns}) ENGINE = MergeTree ORDER BY id")
    rows = [row(i) for i in range(3000)]
    data = [list(column) for column in zip(*rows, strict=True)] if columnar else rows
    settings = {"insert_block_size": 700}
    sql = f"INSERT INTO every ({', '.join(TYPES)}) VALUES"
    client.execute(sql, data, columnar=columnar, settings=settings)
    assert client.execute("SELECT * FROM every ORDER BY id") == rows


def test_columns_that_are_not_named_get_their_defaults(client):
    """Also a default that is computed from a named column."""
    client.execute(
        "CREATE TABLE d (a UInt8, b UInt8 DEFAULT a + 1, c UInt8 MATERIALIZED a + 2, "
        "`odd name` String) ENGINE = MergeTree ORDER BY a"
    )
    client.execute("INSERT INTO inserts.d (a, `odd name`) VALUES", [(1, "x")])
    client.execute("INSERT INTO d VALUES", [{"a": 5, "b": 5, "odd name": "y"}])
    sql = "SELECT a, b, c, `odd name` FROM d ORDER BY a"
    assert client.execute(sql) == [(1, 2, 3, "x"), (5, 5, 7, "y")]


def test_blocks_of_one_insert_become_one_part(client):
    """Many small blocks do not litter the table."""
    client.execute(
        "INSERT INTO t VALUES", [(i,) for i in range(50)], settings={"insert_block_size": 1}
    )
    parts = client.execute("SELECT count() FROM system.parts WHERE table = 't' AND active")
    assert (count(client), parts) == (50, [(1,)])


def test_insert_without_rows_is_fine(client):
    """Nothing in, nothing there."""
    assert client.execute("INSERT INTO t VALUES", []) == 0
    assert count(client) == 0


def test_retry_with_the_same_token_is_seen(client):
    """The second insert is acknowledged and adds nothing; another token adds."""
    client.execute("ALTER TABLE t MODIFY SETTING non_replicated_deduplication_window = 100")
    for token, expected in (("a:0:1", 2), ("a:0:1", 2), ("a:0:2", 4)):
        settings = {"insert_deduplication_token": token}
        client.execute("INSERT INTO t VALUES", [(1,), (2,)], settings=settings)
        assert count(client) == expected


def test_failed_rows_are_told(client):
    """A constraint that fails late in a large insert: nothing written, the next insert works."""
    client.execute("ALTER TABLE t ADD CONSTRAINT c CHECK i != 199999")
    with pytest.raises(ServerException) as raised:
        client.execute(
            "INSERT INTO t VALUES",
            [list(range(200_000))],
            columnar=True,
            settings={"insert_block_size": 1000},
        )
    assert raised.value.code == 469
    assert count(client) == 0
    client.execute("INSERT INTO t VALUES", [(1,)])
    assert count(client) == 1


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("INSERT INTO t (nope) VALUES", 16),
        ("INSERT INTO nope VALUES", 60),
        ("INSERT INTO nope.t VALUES", 81),
    ],
)
def test_insert_that_cannot_begin_is_told(client, sql, code):
    """Before any row is sent."""
    with pytest.raises(ServerException) as raised:
        client.execute(sql, [(1,)])
    assert raised.value.code == code
    client.execute("INSERT INTO t VALUES", [(1,)])


def test_states_cannot_be_inserted_but_are_told(client):
    """A type without a length ends the connection with advice, and the client connects anew."""
    client.execute(
        "CREATE TABLE r (s AggregateFunction(uniq, UInt64)) ENGINE = AggregatingMergeTree "
        "ORDER BY tuple()"
    )
    begin(client, "INSERT INTO r VALUES")
    connection = client.connection
    assert connection.receive_packet().block.columns_with_types
    connection.fout.write(
        b"\x02\x00\x00\x01\x01\x01s" + b"\x23AggregateFunction(uniq, UInt64)    xx"
    )
    connection.fout.flush()
    assert "INSERT ... SELECT" in str(connection.receive_packet().exception)
    client.disconnect()
    client.execute("INSERT INTO inserts.t VALUES", [(1,)])


def test_client_that_vanishes_mid_insert_leaves_nothing(client, clickhouse_server):
    """What was sent without an end is not there, and no query hangs on."""
    with Client.from_url(clickhouse_server) as other:
        begin(other, "INSERT INTO inserts.t VALUES")
        other.receive_sample_block()
        other.connection.fout.write(
            b"\x02\x00\x00\x01\x02\x01i\x06UInt64" + bytes(16) + b"\x02\x00\x00\x01\x09\x01i"
        )
        other.connection.fout.flush()
        time.sleep(0.2)
    deadline = time.monotonic() + 5
    busy = "SELECT count() FROM system.processes WHERE query ILIKE 'INSERT%'"
    while client.execute(busy) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert count(client) == 0


def test_cancelled_insert_is_not_acknowledged(client):
    """A Cancel between blocks: an error, nothing written, the connection goes on."""
    begin(client, "INSERT INTO t VALUES")
    client.receive_sample_block()
    client.connection.fout.write(b"\x02\x00\x00\x01\x01\x01i\x06UInt64" + bytes(8))
    client.connection.send_cancel()
    assert client.connection.receive_packet().exception.code == 394
    assert count(client) == 0


def test_killed_insert_is_not_acknowledged(client, clickhouse_server):
    """KILL QUERY from elsewhere while the rows are written."""
    client.execute("ALTER TABLE t ADD CONSTRAINT slow CHECK sleepEachRow(0.5) = 0")
    rows = [(i,) for i in range(5)]
    with ThreadPoolExecutor() as pool, Client.from_url(clickhouse_server) as other:
        insert = pool.submit(client.execute, "INSERT INTO t VALUES", rows)
        while not insert.done():
            other.execute("KILL QUERY WHERE query ILIKE 'INSERT INTO t%' ASYNC")
    with pytest.raises(ServerException) as raised:
        insert.result()
    assert raised.value.code == 394
    assert count(client) == 0


def test_insert_that_finds_no_memory_is_not_acknowledged(client):
    """The engine's limits hold for rows that come in as well."""
    client.execute("CREATE TABLE texts (s String) ENGINE = MergeTree ORDER BY tuple()")
    with pytest.raises(ServerException) as raised:
        client.execute(
            "INSERT INTO texts VALUES",
            [["x" * 1000] * 50_000],
            columnar=True,
            settings={"max_memory_usage": 1_000_000},
        )
    assert raised.value.code == 241
    assert client.execute("SELECT count() FROM texts") == [(0,)]


def test_block_with_other_columns_is_refused(client):
    """The engine alone would fill the asked column with defaults."""
    begin(client, "INSERT INTO t VALUES")
    client.receive_sample_block()
    client.connection.fout.write(b"\x02\x00\x00\x01\x01\x01x\x06UInt64" + bytes(8))
    client.connection.send_external_tables(None)
    assert client.connection.receive_packet().exception.code == 122
    assert count(client) == 0
