"""The parts that every question shares: which mentions, in which period.

Values never stand in the SQL text: they are parameters, `%(name)s`, that the driver writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dashboards.filters import Scope
from schemas.mention import MENTIONS_TABLE

# The driver writes a tuple as the right side of IN, and a list as an array.
Value = int | str | tuple[str, ...] | list[str] | list[int]
Row = Sequence[Any]

_KEY: Final = "brand, posted_at, source, post_id"


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and the values of its parameters."""

    sql: str
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selected:
    """A set of mentions to ask about: `FROM {table}` and the parameters in it."""

    table: str
    parameters: Mapping[str, Value]


def mentions_in(
    scope: Scope, *, since_ms: int, until_ms: int, several_versions: bool = False, also: str = ""
) -> Selected:
    """Mentions of the scope from `since_ms` (included) to `until_ms` (not).

    several_versions: whether mentions were scored by more than one model version. A post then
    has a row for each, and the one that was scored last counts; without that the plain and
    faster reading does. also: a further condition, without values in its text.
    """
    wanted = {"brand": scope.brands, "lang": scope.langs, "source": scope.sources}
    chosen = {name: values for name, values in wanted.items() if values}
    terms = [
        "posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')",
        "posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')",
        *(f"{name} IN %({name}_in)s" for name in chosen),
        *([also] if also else []),
    ]
    rows = f"{MENTIONS_TABLE} FINAL WHERE {' AND '.join(terms)}"
    latest = f"ORDER BY {_KEY}, scored_at DESC LIMIT 1 BY {_KEY}" if several_versions else ""
    return Selected(
        f"(SELECT * FROM {rows} {latest})",  # noqa: S608 - names of columns and parameters only
        {
            "since_ms": since_ms,
            "until_ms": until_ms,
            **{f"{name}_in": values for name, values in chosen.items()},
        },
    )
