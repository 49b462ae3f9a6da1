"""What a SQL text asks for, found by its tokens alone: the engine does the real parsing.

The server has to know four things before it hands a text to the engine: whether rows are
streamed out, whether blocks of rows are about to come in, whether a clause is meant for the
client (FORMAT), and whether the text reaches outside the database.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

# An unfinished comment or text reaches to the end, so no text makes the search start over.
TOKEN = re.compile(
    r"""
    (?P<space> \s+ | --[^\n]* | \#[ !][^\n]* | /\*.*?(?:\*/|\Z) )
  | (?P<text> '(?:[^'\\]|\\.|'')*(?:'|\Z) )
  | (?P<quoted> `(?:[^`\\]|\\.|``)*(?:`|\Z) | "(?:[^"\\]|\\.|"")*(?:"|\Z) )
  | (?P<word> [^\W\d]\w* )
  | (?P<number> \d[\w.]* )
  | (?P<mark> . )
    """,
    re.VERBOSE | re.DOTALL,
)

STREAMED_WORDS = frozenset({"SELECT", "WITH", "FROM", "("})
READING_WORDS = STREAMED_WORDS | {"SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "SET", "USE"}
# Functions and engines that act with this process's own rights on this machine.
LOCAL_FUNCTIONS = frozenset(
    {
        "file", "filecluster", "executable", "executablepool", "python", "sqlite", "filesystem",
        "filelog", "iceberglocal", "deltalakelocal", "hudilocal", "paimonlocal", "infile",
        "outfile",
    }
)  # fmt: skip
# Functions and engines that connect to other machines.
REMOTE_FUNCTIONS = frozenset(
    {
        "url", "urlcluster", "s3", "s3cluster", "s3queue", "gcs", "oss", "cosn", "remote",
        "remotesecure", "cluster", "clusterallreplicas", "mysql", "postgresql", "mongodb", "redis",
        "hdfs", "hdfscluster", "azureblobstorage", "azureblobstoragecluster", "odbc", "jdbc",
        "iceberg", "icebergs3", "icebergazure", "iceberghdfs", "icebergcluster", "deltalake",
        "deltalakes3", "deltalakeazure", "deltalakecluster", "hudi", "hudicluster", "paimon",
        "arrowflight", "ytsaurus", "kafka", "rabbitmq", "nats", "distributed",
    }
)  # fmt: skip


class StatementKind(StrEnum):
    """How a statement is run."""

    STREAMED = "streamed"  # rows come out, block by block
    INSERT_BLOCKS = "insert_blocks"  # the client sends the rows as blocks
    PLAIN = "plain"  # everything else, INSERT ... SELECT among it


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    sql: the text for the engine, without clauses that are the client's.
    target: of INSERT_BLOCKS, what follows INSERT INTO, such as `db.t` or `FUNCTION null('a Int8')`.
    column_names: of INSERT_BLOCKS, the listed columns; empty when none are listed.
    writes: whether a read-only user must not run it.
    reaches_local, reaches_remote: names of functions and clauses that leave the database.
    """

    kind: StatementKind
    sql: str
    writes: bool = False
    target: str = ""
    column_names: tuple[str, ...] = ()
    reaches_local: tuple[str, ...] = ()
    reaches_remote: tuple[str, ...] = ()


class Token(NamedTuple):
    """A word (in upper case), a mark or a quoted name, its place, and how many brackets hold it."""

    text: str
    kind: str
    start: int
    end: int
    depth: int


def parse_statement(sql: str) -> Statement:
    """Find out how to run a SQL text.  Never fails: what is odd goes to the engine's parser."""
    tokens = tokens_of(sql)
    if not tokens:
        return Statement(kind=StatementKind.PLAIN, sql=sql)
    calls = called_names(tokens)
    if tokens[0].text == "INSERT":
        statement = _parse_insert(sql, tokens)
    else:
        first = tokens[0].text
        statement = Statement(
            kind=StatementKind.STREAMED if first in STREAMED_WORDS else StatementKind.PLAIN,
            sql=_without_format(sql, tokens),
            writes=first not in READING_WORDS,
        )
    return replace(
        statement,
        reaches_local=tuple(sorted(calls & LOCAL_FUNCTIONS)),
        reaches_remote=tuple(sorted(calls & REMOTE_FUNCTIONS)),
    )


def tokens_of(sql: str) -> list[Token]:
    """Split a text into tokens, without spaces and comments."""
    tokens: list[Token] = []
    depth = 0
    for match in TOKEN.finditer(sql):
        kind = match.lastgroup or "mark"
        if kind == "space":
            continue
        text = match.group()
        if kind == "mark" and text == ")":
            depth -= 1
        text = text.upper() if kind == "word" else text
        tokens.append(Token(text, kind, match.start(), match.end(), depth))
        if kind == "mark" and text == "(":
            depth += 1
    return tokens


def called_names(tokens: list[Token]) -> set[str]:
    """Return, in lower case, every name before an opening bracket, and INFILE and OUTFILE."""
    names: set[str] = set()
    for token, following in pairwise(tokens):
        if (token.text, following.text) in {("FROM", "INFILE"), ("INTO", "OUTFILE")}:
            names.add(following.text.lower())
        if following.text != "(":
            continue
        if token.kind == "word":
            names.add(token.text.lower())
        elif token.kind == "quoted":
            # An escape could spell any name, and no function's name needs one.
            names.add("file" if "\\" in token.text else token.text[1:-1].lower())
    return names


def _without_format(sql: str, tokens: list[Token]) -> str:
    """Drop a final FORMAT clause: over this protocol the client formats the rows."""
    outer = [token for token in tokens if token.depth == 0 and token.text != ";"]
    for index in range(1, len(outer) - 1):
        word, name = outer[index], outer[index + 1]
        if word.text != "FORMAT" or name.kind != "word":
            continue
        after = outer[index + 2] if index + 2 < len(outer) else None
        if after is None:
            return sql[: word.start]
        if after.text == "SETTINGS":
            return sql[: word.start] + sql[after.start :]
    return sql


def _parse_insert(sql: str, tokens: list[Token]) -> Statement:
    plain = Statement(kind=StatementKind.PLAIN, sql=sql, writes=True)
    while tokens[-1].text == ";":
        tokens = tokens[:-1]
    outer = [token for token in tokens if token.depth == 0]
    words = [token.text for token in outer]
    from_query = any(token.text in {"SELECT", "WITH", "WATCH", "INFILE"} for token in tokens)
    if words[1:2] != ["INTO"] or len(words) < 3 or from_query:
        return plain
    stop = next((i for i, word in enumerate(words) if word in {"VALUES", "FORMAT"}), len(words))
    clause_words = 1 if words[stop : stop + 1] == ["VALUES"] else 2
    if len(words) > stop + clause_words:
        return plain  # the rows stand in the text itself
    target, column_names = _insert_target(sql, outer[2:stop])
    return Statement(
        kind=StatementKind.INSERT_BLOCKS,
        sql=sql[: outer[stop - 1].end],
        writes=True,
        target=target,
        column_names=column_names,
    )


def _insert_target(sql: str, outer: list[Token]) -> tuple[str, tuple[str, ...]]:
    """Split what follows INSERT INTO into the table and the listed columns."""
    if outer and outer[0].text == "TABLE":
        outer = outer[1:]
    settings = next((i for i, token in enumerate(outer) if token.text == "SETTINGS"), len(outer))
    outer = outer[:settings]
    if not outer:
        return "", ()
    brackets = [i for i, token in enumerate(outer) if token.text == "("]
    # A table function has brackets of its own before those of the columns.
    own = 1 if outer[0].text == "FUNCTION" else 0
    if len(brackets) <= own:
        return sql[outer[0].start : outer[-1].end], ()
    opening, closing = outer[brackets[own]], outer[brackets[own] + 1]
    target = sql[outer[0].start : opening.start].strip()
    return target, _column_names(sql[opening.end : closing.start])


def _column_names(listed: str) -> tuple[str, ...]:
    """Split "a, `b c`, d.e" into names without quotes."""
    names = [""]
    for token in tokens_of(listed):
        raw = listed[token.start : token.end]
        if token.text == ",":
            names.append("")
        elif token.kind == "quoted":
            names[-1] += re.sub(r"\\(.)|([`\"])\2", r"\1\2", raw[1:-1])
        else:
            names[-1] += raw
    return tuple(names)
