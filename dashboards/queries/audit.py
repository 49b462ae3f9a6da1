"""Who did what, for admins."""

from collections.abc import Iterable
from typing import Final

from dashboards.queries.conditions import Query, Row
from schemas.audit import AUDIT_SQL, Deed

MAX_DEEDS: Final = 100


def audit_query() -> Query:
    """The question; its answer goes to `read_audit`."""
    return Query(AUDIT_SQL, {"most": MAX_DEEDS})


def read_audit(rows: Iterable[Row]) -> list[Deed]:
    """Rows of `audit_query`, the newest first."""
    return [Deed(at, *map(_text, words)) for at, *words in rows]


def _text(value: object) -> str:
    """The driver hands over bytes where a value is no UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
