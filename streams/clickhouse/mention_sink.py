"""Writes mentions to ClickHouse, by column."""

import logging
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Protocol, Self
from uuid import uuid4

from schemas.correction import APPLY_SQL
from schemas.errors import StoreError
from schemas.mention import COLUMN_NAMES, MENTIONS_TABLE
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.clickhouse.removal import forget_noted, note_places, remove_noted
from streams.clickhouse.standing_rules import RulesReader, StandingRules
from streams.erasure.suppressing import suppressed_rows, without_rows
from streams.erasure.text_policy import KEEP_ALL, TextPolicy
from streams.rows import Columns

logger = logging.getLogger(__name__)

_INSERT: Final = f"INSERT INTO {MENTIONS_TABLE} ({', '.join(COLUMN_NAMES)}) VALUES"
_SETTINGS: Final = {
    # Acknowledged must mean written: the engine's default hands the rows to a later flush.
    "async_insert": 0,
    # A year of history in one batch touches a part for each month of it.
    "max_partitions_per_insert_block": 0,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}
# Where a mention lies.
_PLACE_NAMES: Final = ("brand", "posted_at", "source", "post_id")
_PLACE: Final = tuple(COLUMN_NAMES.index(name) for name in _PLACE_NAMES)
# By brand and time alone: a statement's text stays in the server's logs.
_THERE: Final = f"""
SELECT DISTINCT brand, toUnixTimestamp64Milli(posted_at), source, post_id FROM {MENTIONS_TABLE}
WHERE (brand, posted_at) IN (
    SELECT moment.1, fromUnixTimestamp64Milli(moment.2::Int64, 'UTC')
    FROM (SELECT arrayJoin(%(moments)s) AS moment)
)
"""  # noqa: S608 - constants only


class MentionSink(Protocol):
    """Where mentions go."""

    def insert(self, columns: Columns) -> None:
        """Write rows, by column in the order of COLUMN_NAMES; return once they are safe.

        Writing the same rows again changes nothing.  Raises StoreError; the rows may then have
        been written or not.
        """


class ClickHouseMentionSink:
    """The table `mentions`: the one way in, for live posts and replays alike.

    texts: what may be kept of them; applied last, for erased authors are known by their names.

    Guarantees: after `insert` returns, the rows are in ClickHouse, with the labels that people gave
    in place of the model's, and without what was erased.  That holds for labels and erasures of the
    same moment too: whoever writes one down does so before looking for the rows that it is about,
    and here it is looked for once more after the rows are there.
    Not guaranteed: that a failed insert left nothing behind; the table's key makes a repeat
    harmless.
    One thread at a time.
    """

    def __init__(self, url: str, *, texts: TextPolicy = KEEP_ALL) -> None:
        self._url = url
        self._texts = texts
        self._client = connect(url)
        self._rules = RulesReader(self._client)

    def insert(self, columns: Columns) -> None:
        """Write rows, by column; see MentionSink."""
        try:
            rules = self._rules.current()
            gone = suppressed_rows(columns, rules.suppressions)
            if gone:
                self._leave_out(columns, gone)
            kept = rules.corrections.applied(without_rows(columns, gone))
            kept = self._texts.applied(kept, now=datetime.now(UTC))
            if not kept[0]:
                return
            # The driver replaces values in the lists as it writes: a retry needs the originals.
            self._client.execute(
                _INSERT, [list(column) for column in kept], columnar=True, settings=_SETTINGS
            )
            now = self._rules.current()
            if now is not rules:
                self._catch_up(kept, rules, now)
        except CLICKHOUSE_ERRORS as error:
            # Whatever went wrong, this connection's protocol may be out of step.
            self._client.disconnect()
            raise StoreError(f"{len(columns[0])} mentions were not stored ({error})") from error

    def _catch_up(self, columns: Columns, before: StandingRules, now: StandingRules) -> None:
        """Do to rows that were just written what was laid down while they were on their way."""
        gone = suppressed_rows(columns, now.suppressions)
        if gone:
            self._leave_out(columns, gone)
        corrected = now.corrections.changed_since(before.corrections, columns)
        if corrected:
            places = list(zip(*_places(columns, corrected), strict=True))
            self._client.execute(APPLY_SQL, {"places": places}, settings=_SETTINGS)

    def _leave_out(self, columns: Columns, rows: list[int]) -> None:
        """See to it that these rows are not there: they belong to posts that were erased.

        They may be, by an insert of this worker, or of one that died, which did not know it yet.
        """
        logger.info("%d mentions were left out: their posts were erased", len(rows))
        places = set(zip(*_places(columns, rows), strict=True))
        moments = sorted({place[:2] for place in places})
        found = self._client.execute(_THERE, {"moments": moments}, settings=_SETTINGS)
        there = [place for place in found if place in places]
        if there:
            job = uuid4()
            note_places(self._client, job, [list(column) for column in zip(*there, strict=True)])
            remove_noted(self._client, job)
            forget_noted(self._client, job)

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _places(columns: Columns, rows: list[int]) -> list[list[Any]]:
    """Brand, time, source and id of these rows, by column."""
    return [[columns[index][row] for row in rows] for index in _PLACE]
