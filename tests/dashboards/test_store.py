"""The page's way to ClickHouse: bounded, reading only, and clear about what went wrong."""

import time
from pathlib import Path

import pytest

from compose.runtime.kafka import free_port
from dashboards.queries.conditions import Query
from dashboards.store import Store, StoreAwayError, TableMissingError, TooLargeError
from schemas.errors import StoreError
from tests.clickhouse_server import ClickHouseServer
from tests.dashboards.mention_table import MentionTable


def test_values_are_data(store: Store):
    """Whatever a value says, it comes back as it is."""
    text = "'; DROP TABLE mentions; -- \\' %s %(x)s \0 \u202e\U0001f600"
    assert store.rows(Query("SELECT %(text)s", {"text": text})) == [(text,)]


def test_questions_change_nothing(store: Store):
    """An insert, a new table or a dropped one is refused."""
    for sql in ("DROP TABLE mentions", "CREATE TABLE t (x UInt8) ENGINE = Memory"):
        with pytest.raises(StoreError):
            store.rows(Query(sql))
    assert store.rows(Query("SELECT count() FROM mentions")) == [(0,)]


def test_faults_have_names(store: Store):
    """A missing table, too many rows, and what ClickHouse does not understand."""
    with pytest.raises(TableMissingError):
        store.rows(Query("SELECT * FROM nowhere"))
    with pytest.raises(TooLargeError):
        store.rows(Query("SELECT number FROM numbers(1000000)"))
    with pytest.raises(StoreError, match="code 62"):
        store.rows(Query("SELEKT"))
    assert store.rows(Query("SELECT 1")) == [(1,)]


def test_an_absent_server_is_not_asked_again_at_once():
    """The first question finds out; those right after it need not wait for it again."""
    seconds = [0.0]
    store = Store(f"clickhouse://127.0.0.1:{free_port()}/default", clock=lambda: seconds[0])
    with pytest.raises(StoreAwayError, match="does not answer"):
        store.rows(Query("SELECT 1"))
    with pytest.raises(StoreAwayError, match="a moment ago"):
        store.rows(Query("SELECT 1"))
    seconds[0] += 2
    with pytest.raises(StoreAwayError, match="does not answer"):
        store.rows(Query("SELECT 1"))


def test_a_connection_that_broke_is_made_anew(tmp_path: Path):
    """After the server was killed and started the first question is answered."""
    server = ClickHouseServer(tmp_path)
    server.start()
    store = Store(server.url)
    assert store.rows(Query("SELECT 1")) == [(1,)]
    server.kill()
    server.start()
    assert store.rows(Query("SELECT 1")) == [(1,)]
    store.close()
    server.kill()


class _MovedOnError(Exception):
    """The viewer looks at something else."""


def test_a_question_ends_when_nobody_waits_for_it(table: MentionTable):
    """The engine stops what it works at, and the next question finds a way to it."""
    began = time.monotonic()

    def still_wanted() -> None:
        if time.monotonic() - began > 0.5:
            raise _MovedOnError

    long = "SELECT sum(cityHash64(number)) FROM system.numbers -- asked and left"
    store = Store(table.url, still_wanted=still_wanted)
    with pytest.raises(_MovedOnError):
        store.rows(Query(long))
    assert time.monotonic() - began < 8
    began = time.monotonic()
    running = "SELECT count() FROM system.processes WHERE query LIKE '%%asked and left'"
    deadline = time.monotonic() + 8
    watcher = Store(table.url)
    while watcher.rows(Query(running)) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    began = time.monotonic()
    assert store.rows(Query("SELECT 1")) == [(1,)]
    store.close()
    watcher.close()
