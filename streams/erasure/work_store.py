"""An erasure's work in ClickHouse: which posts, what of them is where, and their removal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from clickhouse_driver import Client

from schemas.correction import CORRECTIONS_TABLE
from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.clickhouse.removal import ANSWER_S, forget_noted, remove_noted

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COPIED: Final = (
    *("brand", "posted_at", "source", "post_id", "author", "url", "text"),
    *("kafka_topic", "kafka_partition", "kafka_offset", "received_at"),
)
_NAMED: Final = (
    "SELECT source, {name} FROM erasure_work WHERE job = %(job)s AND brand = '' AND {name} != ''"
)
_MATCHES: Final = " OR ".join(
    f"(source, {name}) IN ({_NAMED.format(name=name)})" for name in ("author", "post_id")
)
_NOTE: Final = (
    f"INSERT INTO erasure_work (job, {', '.join(_COPIED)}) "  # noqa: S608 - names only
    f"SELECT %(job)s, {', '.join(_COPIED)} FROM {MENTIONS_TABLE} WHERE {_MATCHES}"
)
_NOTED: Final = "FROM erasure_work WHERE job = %(job)s AND brand != ''"
# Literal-free: which labels go is said by the work table.
_OF_POSTS: Final = f"(brand, source, post_id) IN (SELECT brand, source, post_id {_NOTED})"
_SETTINGS: Final[dict[str, Any]] = {
    "async_insert": 0,
    "max_partitions_per_insert_block": 0,
    "mutations_sync": 2,
    "allow_nondeterministic_mutations": 1,
}


@dataclass(frozen=True, slots=True)
class ErasedPost:
    """A post that goes, with what it can be known again by."""

    source: str
    post_id: str
    author: str
    url: str
    text: str
    kafka_topic: str
    kafka_partition: int
    kafka_offset: int
    received_at: datetime


class WorkStore:
    """The table `erasure_work`, and what it says of the others. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client: Client = connect(url, answer_s=ANSWER_S)

    def authors(self, matches: Callable[[str, str], bool]) -> list[tuple[str, str]]:
        """The (source, author) in the mentions that match. Raises StoreError.

        They are compared here: a name in a statement would stay in the server's logs.
        """
        sql = f"SELECT DISTINCT source, author FROM {MENTIONS_TABLE} WHERE author != ''"  # noqa: S608
        return [pair for pair in self._execute(sql) if matches(*pair)]

    def splits(self, reference: str) -> list[tuple[str, str]]:
        """The (source, post id) that SOURCE/ID may mean, of which each part may have slashes."""
        places = [place for place, letter in enumerate(reference) if letter == "/"]
        return [
            (reference[:place], reference[place + 1 :])
            for place in places
            if 0 < place < len(reference) - 1
        ]

    def look_for(
        self,
        job: UUID,
        *,
        authors: Iterable[tuple[str, str]] = (),
        posts: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Name what is to be removed, by (source, author) and (source, post id)."""
        rows = [
            *((job, "", _EPOCH, source, "", author) for source, author in authors),
            *((job, "", _EPOCH, source, post_id, "") for source, post_id in posts),
        ]
        if rows:
            sql = "INSERT INTO erasure_work (job, brand, posted_at, source, post_id, author) VALUES"
            self._execute(sql, rows)

    def note(self, job: UUID) -> None:
        """Copy the mentions that match to the job's work. Again, it changes nothing."""
        self._execute(_NOTE, {"job": job})

    def posts(self, job: UUID) -> list[ErasedPost]:
        """The posts that were noted, each once, also those that have been removed since."""
        names = ErasedPost.__slots__
        rows = self._execute(
            f"SELECT {', '.join(names)} {_NOTED} "
            "ORDER BY source, post_id, text = '' LIMIT 1 BY source, post_id",
            {"job": job},
        )
        return [ErasedPost(*row) for row in rows]

    def mentions(self, job: UUID) -> int:
        """How many mentions were noted: of each brand, whatever versions scored it."""
        sql = f"SELECT uniqExact(brand, posted_at, source, post_id) {_NOTED}"
        return int(self._execute(sql, {"job": job})[0][0])

    def left(self, job: UUID) -> int:
        """How many rows of `mentions` match and are still there."""
        sql = f"SELECT count() FROM {MENTIONS_TABLE} WHERE {_MATCHES}"  # noqa: S608 - names only
        return int(self._execute(sql, {"job": job})[0][0])

    def remove(self, job: UUID) -> None:
        """Remove the mentions that were noted, and wait until their parts are written anew."""
        try:
            remove_noted(self._client, job)
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error

    def corrections(self, job: UUID) -> list[tuple[str, str, str]]:
        """Which mentions that were noted have labels: brand, source, post id."""
        return [
            tuple(row)
            for row in self._execute(
                f"SELECT DISTINCT brand, source, post_id FROM {CORRECTIONS_TABLE} "  # noqa: S608
                f"WHERE {_OF_POSTS}",
                {"job": job},
            )
        ]

    def remove_corrections(self, job: UUID) -> None:
        """Remove their labels."""
        self._execute(f"ALTER TABLE {CORRECTIONS_TABLE} DELETE WHERE {_OF_POSTS}", {"job": job})

    def forget(self, job: UUID) -> None:
        """Remove the job's work: it is done."""
        try:
            forget_noted(self._client, job)
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error

    def _execute(self, sql: str, values: Any = None) -> list[Any]:  # noqa: ANN401 - the driver's own
        try:
            found: list[Any] = self._client.execute(sql, values, settings=_SETTINGS)
        except CLICKHOUSE_ERRORS as error:
            raise self._failed(error) from error
        return found

    def _failed(self, error: BaseException) -> StoreError:
        self._client.disconnect()
        return StoreError(
            f"the posts cannot be removed from ClickHouse ({error}); run the same command again"
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()
