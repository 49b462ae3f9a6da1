"""Looks for what was erased in every column of text that the database has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from clickhouse_driver import Client

from schemas.erasure import SUPPRESSIONS_TABLE
from schemas.erasure_report import Check
from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.clickhouse.removal import ANSWER_S, forget_noted

# As many as one function call searches for at once.
MAX_NEEDLES: Final = 200
_NEEDLES: Final = "(SELECT groupArray(text) FROM erasure_work WHERE job = %(job)s)"
_COLUMNS: Final = """
SELECT table, name FROM system.columns
WHERE database = currentDatabase() AND type LIKE '%%String%%' AND table NOT IN %(skipped)s
  AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase()
                AND engine LIKE '%%MergeTree')
ORDER BY table, position
"""
_SKIPPED: Final = ("erasure_work", SUPPRESSIONS_TABLE)
_POST_COLUMNS: Final = ("post_id", "author", "url", "text")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SETTINGS: Final[dict[str, Any]] = {"async_insert": 0, "max_execution_time": 600}


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found. shared: needles that posts of other people have too; they were left out."""

    checks: tuple[Check, ...]
    shared: tuple[str, ...]


class Verification:
    """Asks ClickHouse. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client: Client = connect(url, answer_s=ANSWER_S)

    def look(self, job: UUID, needles: Sequence[str]) -> Looked:
        """Look for the needles, at most MAX_NEEDLES, in all columns. Raises StoreError.

        They go to the server as rows, not in a statement's text, and are removed afterwards.
        """
        own = uuid5(job, "needles")
        try:
            shared = self._shared(own, needles) if needles else ()
            told = [needle for needle in needles if needle not in shared]
            self._name(own, told)
            columns = self._client.execute(_COLUMNS, {"skipped": _SKIPPED}, settings=_SETTINGS)
            checks = tuple(self._check(own, *column) for column in columns) if told else ()
            forget_noted(self._client, own)
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(
                f"whether all is gone cannot be checked ({error}); run the same command again"
            ) from error
        return Looked(checks, shared)

    def _name(self, own: UUID, needles: Sequence[str]) -> None:
        forget_noted(self._client, own)
        rows = [(own, _EPOCH, needle) for needle in needles]
        if rows:
            sql = "INSERT INTO erasure_work (job, posted_at, text) VALUES"
            self._client.execute(sql, rows, settings=_SETTINGS)

    def _shared(self, own: UUID, needles: Sequence[str]) -> tuple[str, ...]:
        self._name(own, needles)
        found: set[str] = set()
        for column in _POST_COLUMNS:
            ((texts,),) = self._client.execute(
                f"WITH {_NEEDLES} AS needles "  # noqa: S608 - names only
                "SELECT groupUniqArrayArray(arrayFilter((needle, place) -> place > 0, needles, "
                f"multiSearchAllPositions({column}, needles))) FROM {MENTIONS_TABLE}",
                {"job": own},
                settings=_SETTINGS,
            )
            found |= set(texts)
        return tuple(needle for needle in needles if needle in found)

    def _check(self, own: UUID, table: str, column: str) -> Check:
        ((rows, found),) = self._client.execute(
            f"WITH {_NEEDLES} AS needles "  # noqa: S608 - names from the server's own list
            f"SELECT count(), countIf(multiSearchAny(toString(`{column}`), needles)) "
            f"FROM `{table}`",
            {"job": own},
            settings=_SETTINGS,
        )
        return Check(where=f"{table}.{column}", looked_at=int(rows), found=int(found))

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()
