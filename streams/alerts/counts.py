"""Reads closed minutes from ClickHouse."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

from clickhouse_driver import Client

from schemas.alert import SeriesName
from schemas.errors import StoreError
from schemas.seen import seen_mentions
from streams.alerts.minute import MINUTE_S, Minute, SourceCount, moment
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.rollups.counts import MinuteCounts
from streams.rollups.reader import closed_minutes

_PERIOD: Final = (
    "posted_at >= fromUnixTimestamp64Milli(%(since)s, 'UTC') "
    "AND posted_at < fromUnixTimestamp64Milli(%(until)s, 'UTC')"
)
_SOURCES_SQL: Final = f"""
SELECT intDiv(toUnixTimestamp64Milli(posted_at), 60000) AS minute, brand, source,
       count() AS posts, sum(reach) AS people
FROM {seen_mentions(_PERIOD, columns="brand, posted_at, source, reach")}
GROUP BY minute, brand, source
ORDER BY minute, brand, source
"""  # noqa: S608 - names only
_DAY_S: Final = 86_400


class CountReader(Protocol):
    """Where minutes come from."""

    def minutes(self, since_s: int, until_s: int, *, version: str = "") -> Iterator[Minute]:
        """Every minute from `since_s` (included) to `until_s` (not), in order, empty ones too.

        Times in seconds since 1970, at full minutes. version: as people see them while that model
        version is active; "" for as they do now. Raises StoreError.
        """


class StoredCounts:
    """Counts of the mentions that are stored. One thread at a time.

    brands: those that are watched.
    """

    def __init__(self, url: str, brands: Sequence[str]) -> None:
        self._client = connect(url)
        self._brands = tuple(brands)

    def minutes(self, since_s: int, until_s: int, *, version: str = "") -> Iterator[Minute]:
        """See CountReader; read day by day."""
        while since_s < until_s:
            stop_s = min(until_s, (since_s // _DAY_S + 1) * _DAY_S)
            yield from self._read(since_s, stop_s, version)
            since_s = stop_s

    def _read(self, since_s: int, until_s: int, version: str) -> list[Minute]:
        counts = closed_minutes(
            self._client,
            moment(since_s),
            moment(until_s),
            brands=self._brands,
            version=version or None,
        )
        return joined(counts, read_sources(self._client, since_s, until_s))

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()


def read_sources(client: Client, since_s: int, until_s: int) -> list[tuple[Any, ...]]:
    """Minute since 1970, brand, source, posts and reach, by minute. Raises StoreError."""
    values = {"since": since_s * 1000, "until": until_s * 1000}
    try:
        rows: list[tuple[Any, ...]] = client.execute(_SOURCES_SQL, values)
    except CLICKHOUSE_ERRORS as error:
        client.disconnect()
        raise StoreError(f"the sources of posts cannot be read ({error})") from error
    return rows


def joined(counts: MinuteCounts, sources: Iterable[Sequence[Any]]) -> list[Minute]:
    """Every minute of the period with what it held."""
    series: dict[int, dict[SeriesName, tuple[int, int]]] = {}
    entries = zip(
        counts.minute.tolist(),
        counts.row.tolist(),
        counts.posts.tolist(),
        counts.negative.tolist(),
        strict=True,
    )
    for minute, row, posts, negative in entries:
        series.setdefault(minute, {})[counts.series[row]] = (posts, negative)
    by_source: dict[int, list[SourceCount]] = {}
    reach: dict[int, dict[str, int]] = {}
    for minute, brand, source, posts, people in sources:
        by_source.setdefault(minute, []).append(SourceCount(brand, source, posts))
        of_minute = reach.setdefault(minute, {})
        of_minute[brand] = of_minute.get(brand, 0) + people
    return [
        Minute(
            minute * MINUTE_S,
            series.get(minute, {}),
            tuple(by_source.get(minute, ())),
            reach.get(minute, {}),
        )
        for minute in range(counts.since, counts.until)
    ]
