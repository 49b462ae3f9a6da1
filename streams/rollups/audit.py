"""Finds what changed in the mentions without an insert: erasures, dropped partitions."""

from typing import Any, Final

from clickhouse_driver import Client

from schemas.mention import MENTIONS_TABLE
from schemas.rollups import (
    AUDITS_TABLE,
    MARKS_TABLE,
    MINUTE_OF_MENTION,
    MINUTES_TABLE,
    SENTIMENTS,
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
# Days that either table may have, from what each part keeps about itself.
_EXTENT_SQL: Final = f"""
SELECT toUInt32(intDiv(min(first), 86400)), toUInt32(intDiv(max(last), 86400))
FROM (
    SELECT toUnixTimestamp(min(posted_at)) AS first, toUnixTimestamp(max(posted_at)) AS last
    FROM {MENTIONS_TABLE} HAVING count() > 0
    UNION ALL
    SELECT toUnixTimestamp(min(minute)), toUnixTimestamp(max(minute))
    FROM {MINUTES_TABLE} HAVING count() > 0
)
HAVING count() > 0
"""  # noqa: S608 - constants only
_COUNTS: Final = ", ".join(
    f"toInt64(countIf(sentiment = '{name}')) AS {name}_more" for name in SENTIMENTS
)
_MARK_SQL: Final = f"""
INSERT INTO {MARKS_TABLE} (brand, minute, mark, sign)
SELECT brand, minute, generateUUIDv4(), 1
FROM (
    SELECT brand, {MINUTE_OF_MENTION} AS minute, model_version, {_COUNTS},
           toInt64(sum(length(arrayDistinct(topics)))) AS topics_more
    FROM {MENTIONS_TABLE} FINAL
    WHERE posted_at >= toDateTime(%(first_s)s, 'UTC') AND posted_at < toDateTime(%(end_s)s, 'UTC')
    GROUP BY brand, minute, model_version
    UNION ALL
    SELECT brand, minute, model_version, {", ".join(f"-toInt64({name})" for name in SENTIMENTS)},
           -toInt64({" + ".join(f"arraySum(`topic.{name}`)" for name in SENTIMENTS)})
    FROM {MINUTES_TABLE} FINAL
    WHERE minute >= toDateTime(%(first_s)s, 'UTC') AND minute < toDateTime(%(end_s)s, 'UTC')
      AND NOT latest
)
GROUP BY brand, minute, model_version
HAVING {" OR ".join(f"sum({name}_more) != 0" for name in (*SENTIMENTS, "topics"))}
"""  # noqa: S608 - constants only


class Audit:
    """Compares the rollups with the mentions, day by day, and marks each minute that differs.

    By counts of sentiments and topics, which is enough for rows that went.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._unseen: list[tuple[str]] = []
        self._days: list[int] = []

    @property
    def running(self) -> bool:
        """Whether days are left to compare."""
        return bool(self._days)

    def begin(self, *, due: bool) -> None:
        """Start, if `due` or if a mutation ended since, unless one is running."""
        if self._days:
            return
        self._unseen = self._client.execute(_UNSEEN_SQL)
        if not (self._unseen or due):
            return
        extent = self._client.execute(_EXTENT_SQL)
        self._days = list(range(extent[0][0], extent[0][1] + 1)) if extent else []
        if not self._days:
            self._record()

    def step(self) -> None:
        """Compare the newest day that is left.  Raises what the client does."""
        first_s = self._days[-1] * _DAY_S
        self._client.execute(
            _MARK_SQL, {"first_s": first_s, "end_s": first_s + _DAY_S}, settings=_SETTINGS
        )
        del self._days[-1]
        if not self._days:
            self._record()

    def _record(self) -> None:
        """Only at the end: until then readers ask the mentions themselves."""
        if self._unseen:
            self._client.execute(_RECORD_SQL, self._unseen, settings=_SETTINGS)
