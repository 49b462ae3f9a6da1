"""Reads counts by minute: of the minutes that have just closed, and of a long past."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final

from clickhouse_driver import Client

from schemas.alert import SeriesName
from schemas.errors import StoreError
from schemas.rollups import (
    MINUTE_OF_MENTION,
    MINUTES_TABLE,
    READY_SQL,
    UNSETTLED,
    counted_parts,
    shown_rows,
    unsettled_clause,
)
from schemas.seen import seen_mentions
from schemas.versions import ACTIVE_VERSION
from streams.clickhouse.connection import CLICKHOUSE_ERRORS
from streams.rollups.counts import MinuteCounts

_MINUTE_S: Final = 60
# So much at once: a query and its answer stay far below their limits of memory.
_CHUNK_MIN: Final = 7 * 1440
# What a series is about, beside its brand; by their numbers in a query.
KINDS: Final = ("", "topic", "lang", "product")

# Settled minutes come from the rollups; the others are counted now, as the roller will count them.
_BRANDS: Final = "(empty(%(brands)s) OR brand IN %(brands)s)"
_BETWEEN: Final = (
    "minute >= toDateTime(%(since_s)s, 'UTC') AND minute < toDateTime(%(until_s)s, 'UTC') "
    f"AND {_BRANDS}"
)
_WHOLE: Final = KINDS.index("")
_COLUMNS: Final = "brand, posted_at, lang, topics, product, sentiment"


# One reading for all dimensions: FINAL merges the table's parts as often as it is read.
def _from_rollups(active: str) -> str:
    return f"""
    SELECT brand, part AS kind, name, intDiv(toUnixTimestamp(minute), 60)::UInt32 AS at,
           (bad + mid + good)::UInt32 AS posts, bad AS negatives
    FROM {MINUTES_TABLE} FINAL {counted_parts(KINDS[1:])}
    WHERE {_BETWEEN} AND {shown_rows(active)}
      AND (brand, minute) NOT IN {UNSETTLED}"""  # noqa: S608 - constants only


def _from_mentions(condition: str, active: str) -> str:
    """SQL of the same columns."""
    return f"""
    SELECT brand, counted.1 AS kind, counted.2::LowCardinality(String) AS name,
           intDiv(toUnixTimestamp64Milli(posted_at), 60000)::UInt32 AS at,
           count()::UInt32 AS posts, countIf(sentiment = 'negative')::UInt32 AS negatives
    FROM (
        SELECT brand, posted_at, sentiment, arrayJoin(arrayConcat(
                   [({_WHOLE}::UInt8, ''::String), ({KINDS.index("lang")}::UInt8, lang::String),
                    ({KINDS.index("product")}::UInt8, product::String)],
                   arrayMap(name -> ({KINDS.index("topic")}::UInt8, name::String),
                            arrayDistinct(topics)))) AS counted
        FROM {seen_mentions(condition, columns=_COLUMNS, active=active)}
    )
    GROUP BY brand, counted, at"""  # noqa: S608 - constants only


def _by_series(rows: str) -> str:
    """SQL of a row for each series, with arrays, so that a number costs the driver little.

    It gives brand, kind, name, minutes, and posts and negative posts, both in one number.
    """
    return f"""
    SELECT brand, kind, name, groupArray(at),
           groupArray(bitOr(bitShiftLeft(negatives::UInt64, 32), posts))
    FROM ({rows})
    WHERE posts > 0 AND (kind = {_WHOLE} OR name != '')
    GROUP BY brand, kind, name"""  # noqa: S608 - constants only


@cache
def _counts_sql(active: str) -> str:
    rows = _from_mentions(f"(brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}", active)
    series = _by_series(f"{_from_rollups(active)} UNION ALL {rows}")
    return f"{unsettled_clause(_BETWEEN)} {series}"


@cache
def _unready_sql(active: str) -> str:
    period = (
        "posted_at >= toDateTime(%(since_s)s, 'UTC') "
        f"AND posted_at < toDateTime(%(until_s)s, 'UTC') AND {_BRANDS}"
    )
    return _by_series(_from_mentions(period, active))


_SETTINGS: Final = {"do_not_merge_across_partitions_select_final": 1}


def closed_minutes(
    client: Client,
    since: datetime,
    until: datetime,
    *,
    brands: tuple[str, ...] = (),
    version: str | None = None,
) -> MinuteCounts:
    """What each series had in each minute from `since` (included) to `until` (not).

    Exact, and fresh up to the last acknowledged insert. since, until: in UTC, cut to
    full minutes. brands: only these; all without. version: as people would see it while that model
    version is active; without it as they do now. Series: brand, brand x topic, brand x language
    and brand x product.  Raises StoreError.
    """
    return _asked(client, (_minute(since), _minute(until)), brands, version)


def history(
    client: Client,
    since: datetime,
    until: datetime,
    *,
    brands: tuple[str, ...] = (),
    version: str | None = None,
) -> Iterator[MinuteCounts]:
    """The same over a long past, week by week, oldest first.  Raises StoreError."""
    start, end = _minute(since), _minute(until)
    while start < end:
        stop = min(end, start + _CHUNK_MIN)
        yield _asked(client, (start, stop), brands, version)
        start = stop


def _asked(
    client: Client, period: tuple[int, int], brands: tuple[str, ...], version: str | None
) -> MinuteCounts:
    since, until = period
    values: dict[str, Any] = {
        "since_s": since * _MINUTE_S,
        "until_s": until * _MINUTE_S,
        "brands": list(brands),
        "version": version,
    }
    active = ACTIVE_VERSION if version is None else "%(version)s"
    try:
        ((ready, _),) = client.execute(READY_SQL)
        sql = _counts_sql(active) if ready else _unready_sql(active)
        rows: list[tuple[Any, ...]] = client.execute(sql, values, settings=_SETTINGS)
    except CLICKHOUSE_ERRORS as error:
        client.disconnect()
        raise StoreError(f"counts by minute cannot be read ({error})") from error
    names = [_series(*row[:3]) for row in rows]
    return MinuteCounts.of(
        since, until, names, minutes=[row[3] for row in rows], counts=[row[4] for row in rows]
    )


def _series(brand: str, kind: int, name: str) -> SeriesName:
    return SeriesName(brand=brand, **({KINDS[kind]: name} if KINDS[kind] else {}))


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // _MINUTE_S
