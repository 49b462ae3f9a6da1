"""Which model version people see, and when that changed: charts mark it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.queries.conditions import Query, Row
from schemas.versions import ACTIVE_VERSION, PROMOTIONS_TABLE

# More than that nobody could tell apart.
MAX_PROMOTIONS: Final = 50
_ACTIVE_SQL: Final = f"SELECT {ACTIVE_VERSION}"
_CHANGES_SQL: Final = f"""
SELECT toUnixTimestamp64Milli(at), model_version
FROM {PROMOTIONS_TABLE} FINAL
WHERE action != 'first' AND at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
  AND at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')
ORDER BY number DESC
LIMIT {MAX_PROMOTIONS}
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class VersionChange:
    """From `at_ms` on, milliseconds since 1970, people see this model version."""

    at_ms: int
    version: str


def active_query() -> Query:
    """The question; its answer goes to `read_active`."""
    return Query(_ACTIVE_SQL)


def read_active(rows: Sequence[Row]) -> str:
    """The version that people see; "" where none is active."""
    return str(rows[0][0])


def changes_query(*, since_ms: int, until_ms: int) -> Query:
    """The changes of a period; its answer goes to `read_changes`."""
    return Query(_CHANGES_SQL, {"since_ms": since_ms, "until_ms": until_ms})


def read_changes(rows: Iterable[Row]) -> list[VersionChange]:
    """Rows of `changes_query`, the latest last."""
    return [VersionChange(int(at_ms), str(version)) for at_ms, version in rows][::-1]
