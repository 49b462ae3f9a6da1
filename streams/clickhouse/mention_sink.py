"""Writes mentions to ClickHouse, by column."""

from types import TracebackType
from typing import Final, Protocol, Self

from schemas.errors import StoreError
from schemas.mention import COLUMN_NAMES, MENTIONS_TABLE
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.rows import Columns

_INSERT: Final = f"INSERT INTO {MENTIONS_TABLE} ({', '.join(COLUMN_NAMES)}) VALUES"
_SETTINGS: Final = {
    # Acknowledged must mean written: the engine's default hands the rows to a later flush.
    "async_insert": 0,
    # A year of history in one batch touches a part for each month of it.
    "max_partitions_per_insert_block": 0,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}


class MentionSink(Protocol):
    """Where mentions go."""

    def insert(self, columns: Columns) -> None:
        """Write rows, by column in the order of COLUMN_NAMES; return once they are safe.

        Writing the same rows again changes nothing.  Raises StoreError; the rows may then have
        been written or not.
        """


class ClickHouseMentionSink:
    """The table `mentions`.

    Guarantees: after `insert` returns, the rows are in ClickHouse.  Not guaranteed: that a
    failed insert left nothing behind; the table's key makes a repeat harmless.
    One thread at a time.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = connect(url)

    def insert(self, columns: Columns) -> None:
        """Write rows, by column; see MentionSink."""
        try:
            # The driver replaces values in the lists as it writes: a retry needs the originals.
            self._client.execute(
                _INSERT, [list(column) for column in columns], columnar=True, settings=_SETTINGS
            )
        except CLICKHOUSE_ERRORS as error:
            # Whatever went wrong, this connection's protocol may be out of step.
            self._client.disconnect()
            raise StoreError(f"{len(columns[0])} mentions were not stored ({error})") from error

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
