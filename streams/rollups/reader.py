"""Reads counts by minute: of the minutes that have just closed, and of a long past."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from clickhouse_driver import Client

from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from streams.clickhouse.connection import CLICKHOUSE_ERRORS
from streams.rollups.counts import MinuteCounts

_MINUTE_S: Final = 60
_DAY_MIN: Final = 1440

# A post that several model versions scored counts as it was scored last.
_CLOSED_SQL: Final = f"""
SELECT brand, topic, spoken, item, minute, count() AS posts, countIf(negative) AS negatives
FROM (
    SELECT brand, arrayJoin(arrayConcat(
               [('', '', '')],
               arrayMap(name -> (name, '', ''), arrayDistinct(arrayFilter(t -> t != '', topics))),
               if(lang = '', [], [('', lang, '')]),
               if(product = '', [], [('', '', product)])
           )) AS part,
           part.1 AS topic, part.2 AS spoken, part.3 AS item,
           intDiv(toUnixTimestamp64Milli(posted_at), 60000) AS minute,
           sentiment = 'negative' AS negative
    FROM (
        SELECT brand, posted_at, lang, topics, product, sentiment
        FROM {MENTIONS_TABLE} FINAL
        WHERE posted_at >= fromUnixTimestamp64Milli(%(since)s * 60000, 'UTC')
          AND posted_at < fromUnixTimestamp64Milli(%(until)s * 60000, 'UTC')
          AND (empty(%(brands)s) OR brand IN %(brands)s)
        ORDER BY brand, posted_at, source, post_id, scored_at DESC
        LIMIT 1 BY brand, posted_at, source, post_id
    )
)
GROUP BY brand, topic, spoken, item, minute
"""  # noqa: S608 - the table's name is a constant


def closed_minutes(
    client: Client, since: datetime, until: datetime, *, brands: tuple[str, ...] = ()
) -> MinuteCounts:
    """What each series had in each minute from `since` (included) to `until` (not).

    In one query; exact, and fresh up to the last acknowledged insert. since, until: in UTC, cut to
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
    values = {"since": since, "until": until, "brands": list(brands)}
    try:
        columns: list[Any] = client.execute(_CLOSED_SQL, values, columnar=True)
    except CLICKHOUSE_ERRORS as error:
        client.disconnect()
        raise StoreError(f"counts by minute cannot be read ({error})") from error
    if not columns:
        return MinuteCounts.of(since, until, [], [[], [], []])
    return MinuteCounts.of(since, until, list(zip(*columns[:4], strict=True)), columns[4:])


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // _MINUTE_S
