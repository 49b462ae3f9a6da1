"""Retention by age: ClickHouse blanks texts and drops counts by itself, while it merges parts."""

import re
from dataclasses import dataclass
from typing import Final

from clickhouse_driver import Client

from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from schemas.migrations import Deployment
from schemas.rollups import MINUTES_TABLE, QUARTERS_TABLE
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.erasure.text_policy import BLANKED

# The day is long enough: what is too old is looked for about as often.
_MERGE_SETTING: Final = "merge_with_ttl_timeout = 43200"
_CREATED: Final = (
    "SELECT create_table_query FROM system.tables "
    "WHERE database = currentDatabase() AND name = %(table)s"
)
# By what a row's age is told.
_MOMENTS: Final = {
    MENTIONS_TABLE: "toDateTime(posted_at)",
    MINUTES_TABLE: "minute",
    QUARTERS_TABLE: "minute",
}
_TYPES: Final = {"text": "String CODEC(ZSTD(3))"}


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept, in days; 0 for ever.

    texts: texts, authors and addresses of posts; their numbers stay. rollups: the counts, and the
    mentions that they count.
    """

    texts_days: int = 0
    rollups_days: int = 0


def apply_retention(url: str, retention: Retention, *, cluster: str = "") -> list[str]:
    """Bring the tables' rules in line with the settings; what is in line already is left alone.

    Returns what was changed, a line each, for people. A change is carried out on what is stored
    too, in the background. Raises StoreError.
    """
    on_cluster = Deployment(cluster).on_cluster
    changes: list[str] = []
    try:
        with connect(url) as client:
            changes += [
                _said(f"{MENTIONS_TABLE}.{column}", retention.texts_days)
                for column in BLANKED
                if _set_column(client, column, retention.texts_days, on_cluster)
            ]
            changes += [
                _said(table, retention.rollups_days)
                for table, moment in _MOMENTS.items()
                if _set_rows(client, table, moment, retention.rollups_days, on_cluster)
            ]
    except CLICKHOUSE_ERRORS as error:
        raise StoreError(
            f"retention_texts_days={retention.texts_days}, retention_rollups_days="
            f"{retention.rollups_days} cannot be set ({error}); may the user alter tables?"
        ) from error
    return changes


def _said(what: str, days: int) -> str:
    return f"{what} is kept for {days} days" if days else f"{what} is kept for ever"


def _rule(moment: str, days: int) -> str:
    """As the server writes it back."""
    return f"TTL {moment} + toIntervalDay({days})"


def _set_column(client: Client, column: str, days: int, on_cluster: str) -> bool:
    ((created,),) = client.execute(_CREATED, {"table": MENTIONS_TABLE})
    found = re.search(rf"`{column}` (.*?)(?:, `|\) ENGINE)", created)
    line = found[1] if found else ""
    rule = _rule("toDateTime(posted_at)", days)
    if (rule in line) if days else ("TTL" not in line):
        return False
    kind = _TYPES.get(column, "String")
    change = (
        f"MODIFY COLUMN {column} {kind} {rule}" if days else f"MODIFY COLUMN {column} REMOVE TTL"
    )
    client.execute(f"ALTER TABLE {MENTIONS_TABLE} {on_cluster} {change}")
    client.execute(f"ALTER TABLE {MENTIONS_TABLE} {on_cluster} MODIFY SETTING {_MERGE_SETTING}")
    return True


def _set_rows(client: Client, table: str, moment: str, days: int, on_cluster: str) -> bool:
    ((created,),) = client.execute(_CREATED, {"table": table})
    tail = created[created.rindex("ORDER BY") :]
    rule = _rule(moment, days)
    if (rule in tail) if days else ("TTL" not in tail):
        return False
    change = f"MODIFY {rule}" if days else "REMOVE TTL"
    client.execute(f"ALTER TABLE {table} {on_cluster} {change}")
    client.execute(f"ALTER TABLE {table} {on_cluster} MODIFY SETTING {_MERGE_SETTING}")
    return True
