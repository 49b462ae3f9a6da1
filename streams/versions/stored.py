"""What each model version has in the store, and how it is removed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from clickhouse_driver import Client

from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from schemas.seen import POST_KEY
from streams.clickhouse.connection import CLICKHOUSE_ERRORS

# Somebody still writes a version whose last score is not older than this.
LIVE: Final = timedelta(minutes=15)
_SETTINGS: Final[dict[str, Any]] = {
    "do_not_merge_across_partitions_select_final": 1,
    # Rows of a post lie beside each other: they are grouped as they are read.
    "optimize_aggregation_in_order": 1,
    "async_insert": 0,
}
_ALL_SQL: Final = f"""
SELECT toString(model_version), count(), min(posted_at), max(posted_at), min(scored_at),
       max(scored_at), groupUniqArray(5)(toString(model_sha256)),
       countIf(sentiment = 'negative'), countIf(sentiment = 'neutral'),
       countIf(sentiment = 'positive')
FROM {MENTIONS_TABLE} FINAL
GROUP BY model_version
ORDER BY max(scored_at) DESC, model_version
"""  # noqa: S608 - names only
# A repeated row does not change whether a version scored the post.
_COVERAGE_SQL: Final = f"""
SELECT count(), countIf(scored), countIf(scored AND alone)
FROM (
    SELECT max(model_version = %(version)s) AS scored, min(model_version = %(version)s) AS alone
    FROM {MENTIONS_TABLE}
    WHERE posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
    GROUP BY {POST_KEY}
)
"""  # noqa: S608 - names only
# A mutation, so that the rollups' audit hears of it.
_PRUNE_SQL: Final = "ALTER TABLE {table} {on_cluster} DELETE WHERE model_version = %(version)s"
_LEFT_SQL: Final = f"""
SELECT count() FROM {MENTIONS_TABLE} WHERE model_version = %(version)s
"""  # noqa: S608 - names only


class StoredVersion(msgspec.Struct, frozen=True):
    """What one version scored. first, last: of the posts. sha256: of the models' manifests."""

    version: str
    mentions: int
    first: datetime
    last: datetime
    scored_first: datetime
    scored_last: datetime
    sha256: tuple[str, ...]
    negative: int
    neutral: int
    positive: int

    def is_live(self, now: datetime) -> bool:
        """Whether it scored something a short while ago."""
        return now - self.scored_last <= LIVE


class Coverage(msgspec.Struct, frozen=True):
    """Of how many mentions a version scored how many. alone: those that no other version scored."""

    mentions: int
    scored: int
    alone: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where there are none."""
        return self.scored / self.mentions if self.mentions else 1.0


@dataclass(frozen=True, slots=True)
class StoredVersions:
    """The versions in `mentions`, on a client of one thread. cluster: of ClickHouse, or ""."""

    client: Client
    on_cluster: str = ""

    def all(self) -> list[StoredVersion]:
        """Every version, the one that scored last first. Raises StoreError."""
        return [
            StoredVersion(*(*row[:6], tuple(sorted(row[6])), *row[7:]))
            for row in self._ask(_ALL_SQL, {})
        ]

    def coverage(self, version: str, *, since: datetime | None = None) -> Coverage:
        """Of the mentions posted since then, or of all. Raises StoreError."""
        since_ms = int(since.timestamp() * 1000) if since else -(2**40)
        values = {"version": version, "since_ms": since_ms}
        return Coverage(*self._ask(_COVERAGE_SQL, values)[0])

    def prune(self, version: str, *, pause: Callable[[float], None] = time.sleep) -> Iterator[int]:
        """Delete a version's rows; yields how many are left, at last 0. Raises StoreError.

        Broken off in between it goes on at the server, and doing it again does the rest.
        """
        sql = _PRUNE_SQL.format(table=MENTIONS_TABLE, on_cluster=self.on_cluster)
        self._ask(sql, {"version": version})
        left, pause_s = self._left(version), 0.1
        while left:
            yield left
            pause(pause_s)
            pause_s = min(2 * pause_s, 2.0)
            left = self._left(version)
        yield 0

    def _left(self, version: str) -> int:
        return int(self._ask(_LEFT_SQL, {"version": version})[0][0])

    def _ask(self, sql: str, values: dict[str, Any]) -> list[Any]:
        try:
            rows: list[Any] = self.client.execute(sql, values, settings=_SETTINGS)
        except CLICKHOUSE_ERRORS as error:
            self.client.disconnect()
            raise StoreError(f"the model versions cannot be read or pruned ({error})") from error
        return rows
