"""What a SQL text asks for."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose.clickhouse_server.statements import StatementKind, parse_statement

STREAMED, PLAIN, INSERT = (
    StatementKind.STREAMED,
    StatementKind.PLAIN,
    StatementKind.INSERT_BLOCKS,
)


@pytest.mark.parametrize(
    ("sql", "kind", "writes"),
    [
        ("SELECT 1", STREAMED, False),
        ("/* INSERT */ -- x\n select 1", STREAMED, False),
        ("WITH 1 AS x SELECT x", STREAMED, False),
        ("(SELECT 1) UNION ALL SELECT 2", STREAMED, False),
        ("SHOW TABLES", PLAIN, False),
        ("CREATE TABLE t (a Int8) ENGINE = Memory", PLAIN, True),
        ("KILL QUERY WHERE 1", PLAIN, True),
        ("SYSTEM FLUSH LOGS", PLAIN, True),
        ("INSERT INTO t SELECT 1", PLAIN, True),
        ("INSERT INTO t (a) (SELECT 1)", PLAIN, True),
        ("INSERT INTO t VALUES (1), (2)", PLAIN, True),
        ("INSERT INTO t FORMAT CSV\n1,2", PLAIN, True),
        ("INSERT INTO t VALUES", INSERT, True),
        ("insert into t values ;", INSERT, True),
        ("INSERT INTO t", INSERT, True),
        ("INSERT INTO t FORMAT Native", INSERT, True),
        ("", PLAIN, False),
    ],
)
def test_kind(sql, kind, writes):
    """Rows out, rows in, or neither."""
    statement = parse_statement(sql)
    assert (statement.kind, statement.writes) == (kind, writes)


@pytest.mark.parametrize(
    ("sql", "engine_sql", "target", "columns"),
    [
        ("INSERT INTO t VALUES", "INSERT INTO t", "t", ()),
        (
            "INSERT INTO TABLE `d b`.t (a) VALUES",
            "INSERT INTO TABLE `d b`.t (a)",
            "`d b`.t",
            ("a",),
        ),
        (
            'INSERT INTO t (a, `b,``)`, "c", d.e) VALUES',
            'INSERT INTO t (a, `b,``)`, "c", d.e)',
            "t",
            ("a", "b,`)", "c", "d.e"),
        ),
        (
            "INSERT INTO t (a) SETTINGS max_threads = 1 FORMAT Native",
            "INSERT INTO t (a) SETTINGS max_threads = 1",
            "t",
            ("a",),
        ),
        (
            "INSERT INTO FUNCTION null('a Int8') (a) VALUES",
            "INSERT INTO FUNCTION null('a Int8') (a)",
            "FUNCTION null('a Int8')",
            ("a",),
        ),
    ],
)
def test_insert_is_taken_apart(sql, engine_sql, target, columns):
    """The engine gets the text up to VALUES; the table and the columns are named."""
    statement = parse_statement(sql)
    assert statement.sql == engine_sql
    assert statement.target == target
    assert statement.column_names == columns


@pytest.mark.parametrize(
    ("sql", "engine_sql"),
    [
        ("SELECT 1 FORMAT JSON", "SELECT 1 "),
        ("SELECT 1 FORMAT JSON;", "SELECT 1 "),
        ("SELECT 1 FORMAT JSON SETTINGS max_threads = 1", "SELECT 1 SETTINGS max_threads = 1"),
        ("SELECT format FROM t", "SELECT format FROM t"),
        ("SELECT 'FORMAT JSON'", "SELECT 'FORMAT JSON'"),
        ("SELECT (SELECT 1 FORMAT x)", "SELECT (SELECT 1 FORMAT x)"),
    ],
)
def test_format_clause_is_left_to_the_client(sql, engine_sql):
    """The engine must not turn rows into text for a client that wants blocks."""
    assert parse_statement(sql).sql == engine_sql


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT * FROM file('/etc/passwd')", ("file",)),
        ("SELECT * FROM `file` ('x')", ("file",)),
        ("SELECT * FROM `f\\x69le`('x')", ("file",)),
        ("SELECT 1 /* */ INTO /* */ OUTFILE 'x'", ("outfile",)),
        ("INSERT INTO t FROM INFILE 'x' FORMAT CSV", ("infile",)),
        ("CREATE TABLE t (a Int8) ENGINE = Executable('x')", ("executable",)),
        ("SELECT 'file(1)', file FROM t", ()),
    ],
)
def test_reach_for_files_is_seen(sql, names):
    """Quotes, comments and case hide nothing; a text or a column is no call."""
    assert parse_statement(sql).reaches_local == names


@given(st.text("INSERTO VALUESselect'`\"()/*-#\\,;. \nft", max_size=300))
def test_any_text_is_parsed(sql):
    """The engine's parser finds the mistakes; this one never fails."""
    assert parse_statement(sql).sql in sql or "SETTINGS" in sql.upper()


@pytest.mark.parametrize("opening", ["/*", "'", "`", '"', "\\'"])
def test_unfinished_openings_are_read_in_one_pass(opening):
    """Half a million openings that nothing closes take a second, not hours."""
    started = time.perf_counter()
    parse_statement("SELECT " + opening * 250_000)
    assert time.perf_counter() - started < 10
