"""Reads counts by minute: of the minutes that have just closed, and of a long past."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from clickhouse_driver import Client

from schemas.alert import SeriesName
from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from schemas.rollups import (
    MINUTE_OF_MENTION,
    MINUTES_TABLE,
    READY_SQL,
    UNSETTLED,
    unsettled_clause,
)
from streams.clickhouse.connection import CLICKHOUSE_ERRORS
from streams.rollups.counts import MinuteCounts

_MINUTE_S: Final = 60
# So much at once: a query and its answer stay far below their limits of memory.
_CHUNK_MIN: Final = 7 * 1440
# What a series is about, beside its brand; by their numbers in a query.
KINDS: Final = ("", "topic", "lang", "product")

# Settled minutes come from the rollups; the others are counted now, as the roller will count them.
# A post that several model versions scored counts as it was scored last.
_BRANDS: Final = "(empty(%(brands)s) OR brand IN %(brands)s)"
_BETWEEN: Final = (
    "minute >= toDateTime(%(since_s)s, 'UTC') AND minute < toDateTime(%(until_s)s, 'UTC') "
    f"AND {_BRANDS}"
)
_WHOLE: Final = KINDS.index("")


def _joined(column: str, whole: str) -> str:
    """SQL of an array: of the whole minute, then of each name of each dimension."""
    parts = (f"`{kind}.{column}`" for kind in KINDS if kind)
    return f"arrayConcat([{whole}], {', '.join(parts)})"


_KIND_OF_NAME: Final = ", ".join(
    f"arrayWithConstant(length(`{kind}.name`), {number}::UInt8)"
    for number, kind in enumerate(KINDS)
    if kind
)
# One reading for all dimensions: FINAL merges the table's parts as often as it is read.
_FROM_ROLLUPS: Final = f"""
    SELECT brand, kind, name, intDiv(toUnixTimestamp(minute), 60)::UInt32 AS at,
           (bad + mid + good)::UInt32 AS posts, bad AS negatives
    FROM {MINUTES_TABLE} FINAL
    ARRAY JOIN arrayConcat([{_WHOLE}::UInt8], {_KIND_OF_NAME}) AS kind,
               {_joined("name", "''::LowCardinality(String)")} AS name,
               {_joined("negative", "negative")} AS bad,
               {_joined("neutral", "neutral")} AS mid,
               {_joined("positive", "positive")} AS good
    WHERE {_BETWEEN} AND shown AND (brand, minute) NOT IN {UNSETTLED}"""  # noqa: S608


def _from_mentions(condition: str) -> str:
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
        FROM (
            SELECT brand, posted_at, lang, topics, product, sentiment
            FROM {MENTIONS_TABLE} FINAL
            WHERE {condition}
            ORDER BY brand, posted_at, source, post_id, scored_at DESC
            LIMIT 1 BY brand, posted_at, source, post_id
        )
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


_COUNTS_SQL: Final = f"""
{unsettled_clause(_BETWEEN)}
{
    _by_series(
        f"{_FROM_ROLLUPS} UNION ALL "
        + _from_mentions(f"(brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}")
    )
}"""
_UNREADY_SQL: Final = _by_series(
    _from_mentions(
        "posted_at >= toDateTime(%(since_s)s, 'UTC') "
        f"AND posted_at < toDateTime(%(until_s)s, 'UTC') AND {_BRANDS}"
    )
)
_SETTINGS: Final = {"do_not_merge_across_partitions_select_final": 1}


def closed_minutes(
    client: Client, since: datetime, until: datetime, *, brands: tuple[str, ...] = ()
) -> MinuteCounts:
    """What each series had in each minute from `since` (included) to `until` (not).

    Exact, and fresh up to the last acknowledged insert. since, until: in UTC, cut to
    full minutes. brands: only these; all without. Series: brand, brand x topic, brand x language
    and brand x product.  Raises StoreError.
    """
    return _asked(client, _minute(since), _minute(until), brands)


def history(
    client: Client, since: datetime, until: datetime, *, brands: tuple[str, ...] = ()
) -> Iterator[MinuteCounts]:
    """The same over a long past, week by week, oldest first.  Raises StoreError."""
    start, end = _minute(since), _minute(until)
    while start < end:
        stop = min(end, start + _CHUNK_MIN)
        yield _asked(client, start, stop, brands)
        start = stop


def _asked(client: Client, since: int, until: int, brands: tuple[str, ...]) -> MinuteCounts:
    values = {
        "since_s": since * _MINUTE_S,
        "until_s": until * _MINUTE_S,
        "brands": list(brands),
    }
    try:
        ((ready, _),) = client.execute(READY_SQL)
        sql = _COUNTS_SQL if ready else _UNREADY_SQL
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
