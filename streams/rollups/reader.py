"""Reads counts by minute: of the minutes that have just closed, and of a long past."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from clickhouse_driver import Client

from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from schemas.rollups import MINUTE_OF_MENTION, MINUTES_TABLE, READY_SQL, UNSETTLED, unsettled_clause
from streams.clickhouse.connection import CLICKHOUSE_ERRORS
from streams.rollups.counts import MinuteCounts

_MINUTE_S: Final = 60
_DAY_MIN: Final = 1440

# Settled minutes come from the rollups; the others are counted now, as the roller will count them.
# A post that several model versions scored counts as it was scored last.
_BETWEEN: Final = (
    "minute >= toDateTime(%(since_s)s, 'UTC') AND minute < toDateTime(%(until_s)s, 'UTC') "
    "AND (empty(%(brands)s) OR brand IN %(brands)s)"
)
_SETTLED: Final = f"{_BETWEEN} AND shown AND (brand, minute) NOT IN {UNSETTLED}"


def _from_rollup(dimension: str, names: str) -> str:
    """SQL of one dimension's counts. names: the columns topic, spoken and item."""
    return f"""
    SELECT brand, {names}, intDiv(toUnixTimestamp(minute), 60) AS at,
           toUInt64(name_negative + name_neutral + name_positive) AS posts,
           toUInt64(name_negative) AS negatives
    FROM {MINUTES_TABLE} FINAL
    ARRAY JOIN `{dimension}.name` AS name, `{dimension}.negative` AS name_negative,
               `{dimension}.neutral` AS name_neutral, `{dimension}.positive` AS name_positive
    WHERE {_SETTLED} AND name != ''"""  # noqa: S608 - constants only


def _from_mentions(condition: str) -> str:
    """SQL of the counts of all dimensions."""
    return f"""
    SELECT brand, part.1 AS topic, part.2 AS spoken, part.3 AS item,
           intDiv(toUnixTimestamp64Milli(posted_at), 60000) AS at,
           count() AS posts, countIf(sentiment = 'negative') AS negatives
    FROM (
        SELECT brand, posted_at, sentiment, arrayJoin(arrayConcat(
                   [(''::String, ''::String, ''::String)],
                   arrayMap(name -> (name::String, ''::String, ''::String),
                            arrayDistinct(arrayFilter(name -> name != '', topics))),
                   if(lang = '', [], [(''::String, lang::String, ''::String)]),
                   if(product = '', [], [(''::String, ''::String, product::String)])
               )) AS part
        FROM (
            SELECT brand, posted_at, lang, topics, product, sentiment
            FROM {MENTIONS_TABLE} FINAL
            WHERE {condition}
            ORDER BY brand, posted_at, source, post_id, scored_at DESC
            LIMIT 1 BY brand, posted_at, source, post_id
        )
    )
    GROUP BY brand, part, at"""  # noqa: S608 - constants only


_COUNTS_SQL: Final = f"""
{unsettled_clause(_BETWEEN)}
SELECT brand, '' AS topic, '' AS spoken, '' AS item,
       intDiv(toUnixTimestamp(minute), 60) AS at,
       toUInt64(negative + neutral + positive) AS posts, toUInt64(negative) AS negatives
FROM {MINUTES_TABLE} FINAL
WHERE {_SETTLED} AND posts > 0
UNION ALL {_from_rollup("topic", "name, '', ''")}
UNION ALL {_from_rollup("lang", "'', name, ''")}
UNION ALL {_from_rollup("product", "'', '', name")}
UNION ALL {_from_mentions(f"(brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}")}
"""  # noqa: S608 - constants only
_UNREADY_SQL: Final = _from_mentions(
    "posted_at >= toDateTime(%(since_s)s, 'UTC') AND posted_at < toDateTime(%(until_s)s, 'UTC') "
    "AND (empty(%(brands)s) OR brand IN %(brands)s)"
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
    """The same over a long past, day by day (UTC), oldest first.  Raises StoreError."""
    start, end = _minute(since), _minute(until)
    while start < end:
        stop = min(end, (start // _DAY_MIN + 1) * _DAY_MIN)
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
        columns: list[Any] = client.execute(sql, values, columnar=True, settings=_SETTINGS)
    except CLICKHOUSE_ERRORS as error:
        client.disconnect()
        raise StoreError(f"counts by minute cannot be read ({error})") from error
    if not columns:
        return MinuteCounts.of(since, until, [], [[], [], []])
    return MinuteCounts.of(since, until, list(zip(*columns[:4], strict=True)), columns[4:])


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // _MINUTE_S
