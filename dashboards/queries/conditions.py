"""The parts that every question shares: which mentions, in which period.

Values never stand in the SQL text: they are parameters, `%(name)s`, that the driver writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards.filters import Scope
from dashboards.queries.authors import without_authors
from schemas.seen import seen_mentions

# The driver writes a tuple as the right side of IN, and a list as an array.
Value = (
    int | float | str | tuple[str, ...] | list[str] | list[int] | tuple[tuple[str | int, ...], ...]
)
Row = Sequence[Any]


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
    has a row for each, and one counts (see schemas.seen); without that the plain and faster
    reading does. also: a further condition, without values in its text.
    """
    wanted = {"brand": scope.brands, "lang": scope.langs, "source": scope.sources}
    chosen = {name: values for name, values in wanted.items() if values}
    terms = [
        "posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')",
        "posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')",
        *(f"{name} IN %({name}_in)s" for name in chosen),
        *([also] if also else []),
    ]
    table, hiding = without_authors(
        seen_mentions(" AND ".join(terms), several_versions=several_versions)
    )
    return Selected(
        table,
        {
            **hiding,
            "since_ms": since_ms,
            "until_ms": until_ms,
            **{f"{name}_in": values for name, values in chosen.items()},
        },
    )


def grouped_kind(kinds: Sequence[str], columns: Sequence[str]) -> str:
    """SQL of the kind that a row of GROUPING SETS stands for: that of the column it was grouped by.

    kinds, columns: in the same order. `grouping` tells by a 0 bit which column it was.
    """
    everything = 2 ** len(kinds) - 1
    bits = ", ".join(str(everything ^ (1 << bit)) for bit in reversed(range(len(kinds))))
    return f"{kinds_array(kinds)}[indexOf([{bits}], grouping({', '.join(columns)}))]"


def kinds_array(kinds: Sequence[str]) -> str:
    """SQL of an array of kinds; they are names of ours."""
    return "[" + ", ".join(f"'{kind}'" for kind in kinds) + "]"
