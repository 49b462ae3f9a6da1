"""Finds what changed without an insert: erasures, dropped partitions, rows that were lost."""

from typing import Any, Final

from clickhouse_driver import Client

from schemas.mention import MENTIONS_TABLE
from schemas.rollups import (
    AUDITS_TABLE,
    MARKS_TABLE,
    MINUTE_OF_MENTION,
    MINUTES_TABLE,
    QUARTER_OF_MINUTE,
    QUARTERS_TABLE,
    SENTIMENTS,
    VERSIONS_DIMENSION,
)

# The first audit's name among those of mutations.
FIRST: Final = ""
_DAY_S: Final = 86_400
_SETTINGS: Final[dict[str, Any]] = {
    "async_insert": 0,
    "do_not_merge_across_partitions_select_final": 1,
    "max_bytes_before_external_group_by": 300_000_000,
}
_UNSEEN_SQL: Final = f"""
SELECT mutation_id FROM system.mutations
WHERE database = currentDatabase() AND table = '{MENTIONS_TABLE}' AND is_done
  AND mutation_id NOT IN (SELECT mutation FROM {AUDITS_TABLE})
UNION ALL
SELECT '{FIRST}' WHERE '{FIRST}' NOT IN (SELECT mutation FROM {AUDITS_TABLE})
"""  # noqa: S608 - constants only
_RECORD_SQL: Final = f"INSERT INTO {AUDITS_TABLE} (mutation) VALUES"
# Days that any of the tables may have, from what each part keeps about itself.
_EXTENT_SQL: Final = f"""
SELECT toUInt32(intDiv(min(first), 86400)), toUInt32(intDiv(max(last), 86400))
FROM (
    SELECT toUnixTimestamp(min(posted_at)) AS first, toUnixTimestamp(max(posted_at)) AS last
    FROM {MENTIONS_TABLE} HAVING count() > 0
    UNION ALL
    SELECT toUnixTimestamp(min(minute)), toUnixTimestamp(max(minute))
    FROM {MINUTES_TABLE} HAVING count() > 0
    UNION ALL
    SELECT toUnixTimestamp(min(minute)), toUnixTimestamp(max(minute))
    FROM {QUARTERS_TABLE} HAVING count() > 0
)
HAVING count() > 0
"""  # noqa: S608 - constants only
_COUNTS: Final = ", ".join(
    f"toInt64(countIf(sentiment = '{name}')) AS {name}_more" for name in SENTIMENTS
)


def _of_rollup(table: str, minute: str, sign: str) -> str:
    """SQL of what each version said, as a rollup has it."""
    said = ", ".join(f"`{VERSIONS_DIMENSION}.{name}` AS said_{name}" for name in SENTIMENTS)
    return f"""
    SELECT brand, {minute} AS at, name,
           {", ".join(f"{sign}toInt64(said_{name}) AS {name}_more" for name in SENTIMENTS)}
    FROM {table} FINAL
    ARRAY JOIN `{VERSIONS_DIMENSION}.name` AS name, {said}
    WHERE minute >= toDateTime(%(first_s)s, 'UTC') AND minute < toDateTime(%(end_s)s, 'UTC')
      AND model_version = ''"""  # noqa: S608 - constants only


def _mark_sql(*rows: str) -> str:
    """SQL that marks each minute in which these do not add up to nothing."""
    return f"""
INSERT INTO {MARKS_TABLE} (brand, minute, mark, sign)
SELECT brand, minute, generateUUIDv4(), 1
FROM (
    SELECT DISTINCT brand, at AS minute
    FROM ({" UNION ALL ".join(rows)})
    GROUP BY brand, at, name
    HAVING {" OR ".join(f"sum({name}_more) != 0" for name in SENTIMENTS)}
)
"""  # noqa: S608 - constants only


_OF_MENTIONS: Final = f"""
    SELECT brand, {MINUTE_OF_MENTION} AS at, model_version AS name, {_COUNTS}
    FROM {MENTIONS_TABLE} FINAL
    WHERE posted_at >= toDateTime(%(first_s)s, 'UTC') AND posted_at < toDateTime(%(end_s)s, 'UTC')
    GROUP BY brand, at, name"""  # noqa: S608 - constants only
_MARK_MINUTES_SQL: Final = _mark_sql(_OF_MENTIONS, _of_rollup(MINUTES_TABLE, "minute", "-"))
# A quarter that differs from its minutes is marked by its first one, which is enough.
_MARK_QUARTERS_SQL: Final = _mark_sql(
    _of_rollup(MINUTES_TABLE, QUARTER_OF_MINUTE, ""), _of_rollup(QUARTERS_TABLE, "minute", "-")
)
# Both are small: so many days fit into one question.
_QUARTERS_DAYS: Final = 7


class Audit:
    """Compares the rollups with the mentions, day by day, and marks each minute that differs.

    By what each model version said, which is enough for rows that went.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._unseen: list[tuple[str]] = []
        # SQL, the first day, and the day after the last.
        self._steps: list[tuple[str, int, int]] = []

    @property
    def running(self) -> bool:
        """Whether days are left to compare."""
        return bool(self._steps)

    def begin(self, *, due: bool) -> None:
        """Start, if `due` or if a mutation ended since, unless one is running."""
        if self._steps:
            return
        self._unseen = self._client.execute(_UNSEEN_SQL)
        if not (self._unseen or due):
            return
        extent = self._client.execute(_EXTENT_SQL)
        first, end = (extent[0][0], extent[0][1] + 1) if extent else (0, 0)
        self._steps = [
            (sql, day, min(day + days, end))
            for sql, days in ((_MARK_QUARTERS_SQL, _QUARTERS_DAYS), (_MARK_MINUTES_SQL, 1))
            for day in range(first, end, days)
        ]
        if not self._steps:
            self._record()

    def step(self) -> None:
        """Compare the newest days that are left.  Raises what the client does."""
        sql, first, end = self._steps[-1]
        values = {"first_s": first * _DAY_S, "end_s": end * _DAY_S}
        self._client.execute(sql, values, settings=_SETTINGS)
        del self._steps[-1]
        if not self._steps:
            self._record()

    def _record(self) -> None:
        """Only at the end: until then readers ask the mentions themselves."""
        if self._unseen:
            self._client.execute(_RECORD_SQL, self._unseen, settings=_SETTINGS)
