"""What clients ask and get, with the real client on the real server."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from tests.compose.clickhouse_server.driving import begin

ENDLESS = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) % 7 = 0"


@pytest.fixture
def client(clickhouse_server: str) -> Iterator[Client]:
    """A client in a database of its own."""
    with Client.from_url(clickhouse_server) as client:
        client.execute("CREATE DATABASE queries")
        client.execute("USE queries")
        yield client
        client.execute("DROP DATABASE queries")


def running(client: Client) -> list[str]:
    """The queries that run in the engine, without the one that asks."""
    rows = client.execute("SELECT query FROM system.processes WHERE query NOT LIKE '%processes%'")
    return [query for (query,) in rows]


def wait_until_idle(client: Client, *, timeout_s: float) -> bool:
    """Wait until nothing runs in the engine any more."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not running(client):
            return True
        time.sleep(0.05)
    return False


def test_select_returns_rows_with_types(client):
    """Names and types come with the rows."""
    answer = client.execute("SELECT 1 AS a, 'x' AS b", with_column_types=True)
    assert answer == ([(1, "x")], [("a", "UInt8"), ("b", "String")])


def test_select_without_rows_still_has_columns(client):
    """A page can draw the head of an empty table."""
    answer = client.execute("SELECT 1 AS a, 'x' AS b WHERE 0 -- none", with_column_types=True)
    assert answer == ([], [("a", "UInt8"), ("b", "String")])


def test_statements_of_every_kind(client):
    """DDL returns nothing, SHOW and DESCRIBE return rows, a FORMAT clause is the client's."""
    assert client.execute("CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a") == []
    assert client.execute("INSERT INTO t SELECT 1") == []
    assert client.execute("SHOW TABLES") == [("t",)]
    assert client.execute("EXISTS TABLE t") == [(1,)]
    assert client.execute("DESCRIBE TABLE t")[0][:2] == ("a", "Int8")
    assert client.execute("EXPLAIN SELECT * FROM t")
    assert client.execute("WITH 2 AS x SELECT a + x FROM t FORMAT JSON") == [(3,)]
    assert client.execute("SHOW TABLES FORMAT JSON") == [("t",)]
    assert client.execute("SELECT a FROM t UNION ALL SELECT 1") == [(1,), (1,)]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM nowhere", 60),
        ("SELEC 1", 62),
        ("USE nowhere", 81),
        ("SELECT throwIf(number = 90000) FROM numbers(100000)", 395),
        ("INSERT INTO nowhere VALUES", 60),
        ("SELECT 1; SELECT 2", 62),
        ("SELECT groupArray(number) FROM numbers(1000000000)", 241),
    ],
)
def test_error_has_clickhouses_code_and_the_client_goes_on(client, sql, code):
    """An error is the engine's own, and the next query works."""
    with pytest.raises(ServerException) as raised:
        client.execute(sql, [] if sql.startswith("INSERT") else None)
    assert raised.value.code == code
    assert client.execute("SELECT 2") == [(2,)]


def test_unknown_database_is_refused_at_the_door(clickhouse_server):
    """A client that names a database that is not there gets ClickHouse's code for it."""
    url = clickhouse_server.replace("/default", "/nowhere")
    with Client.from_url(url) as client, pytest.raises(ServerException) as raised:
        client.execute("SELECT 1")
    assert raised.value.code == 81


def test_parameters_are_values_whatever_they_hold(client):
    """Quotes, backslashes, NUL and lists come back as they were given."""
    values = {"a": 'it\'s \\ "x" \0 🙂\n', "b": ["'", "\\'"], "c": datetime(2024, 5, 6)}  # noqa: DTZ001
    sql = "SELECT %(a)s, %(b)s, toDateTime(%(c)s, 'UTC')"
    assert client.execute(sql, values) == [(values["a"], values["b"], values["c"])]


def test_settings_hold_for_one_query(client):
    """A setting goes back with the next query, to this server's own default where it has one."""
    sql = "SELECT getSetting('max_block_size'), getSetting('async_insert')"
    before = client.execute(sql)
    assert client.execute(sql, settings={"max_block_size": 7, "async_insert": 1}) == [(7, True)]
    assert client.execute(sql) == before
    assert before[0][1] is False


def test_setting_of_any_text_arrives(client):
    """Also one that the driver has no type for, with quotes in it."""
    sql = "SELECT getSetting('insert_deduplication_token')"
    assert client.execute(sql, settings={"insert_deduplication_token": "a'\\b"}) == [("a'\\b",)]


def test_unknown_setting_is_an_error_only_when_it_matters(clickhouse_server):
    """As a real server does: ignored, unless the client marks its settings as important."""
    with Client.from_url(clickhouse_server) as client:
        assert client.execute("SELECT 1", settings={"no_such_setting": "1"}) == [(1,)]
    with (
        Client.from_url(f"{clickhouse_server}?settings_is_important=1") as client,
        pytest.raises(ServerException) as raised,
    ):
        client.execute("SELECT 1", settings={"no_such_setting": "1"})
    assert raised.value.code == 115


def test_clients_do_not_see_each_others_state(clickhouse_server, client):
    """The chosen database, settings and temporary tables belong to one connection."""
    client.execute("SET max_threads = 1")
    client.execute("CREATE TEMPORARY TABLE mine (a Int8)")
    with Client.from_url(clickhouse_server) as other:
        assert other.execute("SELECT currentDatabase()") == [("default",)]
        with pytest.raises(ServerException) as raised:
            other.execute("SELECT * FROM mine")
    assert raised.value.code == 60
    assert client.execute("SELECT currentDatabase(), count() FROM mine") == [("queries", 0)]


def test_large_result_comes_in_blocks(client):
    """A million rows arrive complete, as a stream and as columns."""
    sql = "SELECT number, toString(number) FROM numbers(1000000)"
    columns = client.execute(sql, columnar=True)
    assert sum(columns[0]) == 999_999 * 500_000
    assert columns[1][-1] == str(columns[0][-1])
    assert sum(1 for _ in client.execute_iter(sql)) == 1_000_000
    assert client.last_query.profile_info.rows == 1_000_000


def test_aggregate_states_are_read_through_merge(client):
    """Rollups keep states; -Merge turns them into numbers."""
    client.execute(
        "CREATE TABLE r (b String, s AggregateFunction(uniq, UInt64)) "
        "ENGINE = AggregatingMergeTree ORDER BY b"
    )
    client.execute("INSERT INTO r SELECT 'x', uniqState(number) FROM numbers(100)")
    assert client.execute("SELECT b, uniqMerge(s) FROM r GROUP BY b") == [("x", 100)]


def test_times_are_utc(client):
    """Neither the engine nor the client shifts a time."""
    moment = datetime(2024, 3, 31, 1, 30, 0, 123000, tzinfo=UTC)
    sql = "SELECT toDateTime64('2024-03-31 01:30:00.123', 3), timezone()"
    ((naive, zone),) = client.execute(sql)
    assert zone == "UTC"
    assert naive.replace(tzinfo=UTC) == moment


@pytest.mark.parametrize("wait_s", [0.0, 0.5])
@pytest.mark.parametrize("sql", [ENDLESS, "SELECT number FROM numbers(1000000000000)"])
def test_cancel_ends_the_query(client, clickhouse_server, sql, wait_s):
    """At once or later, before rows or between them: it ends, and the connection goes on."""
    begin(client, sql)
    time.sleep(wait_s)
    started = time.monotonic()
    client.cancel()
    assert time.monotonic() - started < 5
    assert client.execute("SELECT 3") == [(3,)]
    with Client.from_url(clickhouse_server) as other:
        assert wait_until_idle(other, timeout_s=5)


def test_client_that_vanishes_ends_its_query(client, clickhouse_server):
    """Nothing computes on for a client that is gone."""
    with Client.from_url(clickhouse_server) as other:
        begin(other, ENDLESS)
        time.sleep(0.3)
        assert running(client) == [ENDLESS]
    assert wait_until_idle(client, timeout_s=5)


def test_query_time_is_limited_by_the_clients_setting(client):
    """The engine's own limits work."""
    with pytest.raises(ServerException) as raised:
        client.execute(ENDLESS, settings={"max_execution_time": 1})
    assert raised.value.code == 159


def test_a_long_query_stops_no_one_else(client, clickhouse_server):
    """Others are answered at once while one client's query runs."""
    with Client.from_url(clickhouse_server) as other:
        begin(other, ENDLESS)
        time.sleep(0.2)
        started = time.monotonic()
        for _ in range(20):
            client.execute("SELECT 1")
        assert time.monotonic() - started < 5
        other.cancel()


def test_clients_at_once_get_their_own_answers(clickhouse_server):
    """Eight clients, each with its own sequence of queries."""
    wrong: list[object] = []

    def ask(number: int) -> None:
        with Client.from_url(clickhouse_server) as client:
            for i in range(100):
                sql = "SELECT %(n)s * 1000 + %(i)s, repeat('x', %(i)s)"
                answer = client.execute(sql, {"n": number, "i": i})
                if answer != [(number * 1000 + i, "x" * i)]:
                    wrong.append((number, i, answer))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
