"""What a limited user may send: one SELECT over named tables.

Grants and row policies are the engine's.  What they do not cover in the engine of one process, and
a server of ClickHouse does, is kept out here: other roles, several statements in a text, and the
tables of `system`, which tell of other people's questions.  What is odd is refused.
"""

import re

from compose.clickhouse_server.statements import Token, called_names, tokens_of

# Functions that are tables, and read none.
HARMLESS = frozenset({"numbers", "numbers_mt", "zeros", "zeros_mt", "generate_series", "view"})
_SYSTEM = frozenset({"system", "information_schema"})
# Marks outside of texts and quoted names. Others begin texts of a kind that tokens do not know.
_MARKS = re.compile(r"[()\[\],.*+\-/%=<>!|?:~;]")


def beyond_limits(sql: str, table_functions: frozenset[str]) -> str:
    """Why a limited user may not run this text; "" if they may.

    table_functions: names of the engine's functions that are tables, in lower case.
    """
    tokens = tokens_of(sql)
    while tokens and tokens[-1].text == ";":
        tokens = tokens[:-1]
    if not tokens or tokens[0].text not in {"SELECT", "WITH"}:
        return "only SELECT is allowed"
    for token in tokens:
        if token.kind == "mark" and (token.text == ";" or not _MARKS.fullmatch(token.text)):
            return f"{token.text!r} is not allowed outside of texts"
        if _name(token) in _SYSTEM or (token.kind == "quoted" and "\\" in token.text):
            return "tables of the system are not allowed"
    called = called_names(tokens)
    if refused := sorted(called & (table_functions - HARMLESS)):
        return f"{', '.join(refused)}: not allowed"
    return ""


def _name(token: Token) -> str:
    if token.kind == "quoted":
        return token.text[1:-1].lower()
    return token.text.lower() if token.kind == "word" else ""
