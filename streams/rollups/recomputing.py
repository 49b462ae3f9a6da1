"""The SQL that counts touched minutes again. No I/O.

It writes one row for each brand and minute of what it is asked for, and, where several model
versions scored the minute, one more for each: what is seen while that version is active. What once
had mentions and now has none gets zeros, so that an erasure restates too. The quarters of an hour
are then added up from their minutes.
"""

from typing import Final

from schemas.mention import MENTIONS_TABLE
from schemas.rollups import (
    DIMENSIONS,
    MARKS_TABLE,
    MINUTE_OF_MENTION,
    MINUTES_TABLE,
    QUARTER_OF_MINUTE,
    QUARTERS_TABLE,
    SENTIMENTS,
    UNSETTLED,
    UNSETTLED_QUARTERS,
    VERSIONS_DIMENSION,
    counted_parts,
    unsettled_clause,
)
from schemas.seen import POST_KEY, preference, seen_mentions

# A stretch of the table's order, both ends included; the minutes in seconds since 1970.
_STRETCH: Final = (
    "(brand, minute) >= (%(first_brand)s, toDateTime(%(first_minute)s, 'UTC')) "
    "AND (brand, minute) <= (%(last_brand)s, toDateTime(%(last_minute)s, 'UTC'))"
)
_WITH_TOUCHED: Final = unsettled_clause(_STRETCH)
_NAMED: Final = (*DIMENSIONS, VERSIONS_DIMENSION)
_VERSION: Final = len(_NAMED)
_LISTS: Final = {
    "topic": "arrayDistinct(topics)",
    "rating": "if(isNull(rating), [], [toString(rating)])",
    "emotion": "arrayDistinct(emotions)",
}
# What a mention counts in: the whole (0), and each dimension by its number from 1 on.
_PARTS: Final = "arrayConcat([(0::UInt8, ''::String)], {})".format(
    ", ".join(
        f"arrayMap(name -> ({number}::UInt8, assumeNotNull(name::String)), "
        f"{_LISTS.get(dimension, f'[{dimension}]')})"
        for number, dimension in enumerate(DIMENSIONS, start=1)
    )
)
_ARRAYS: Final = tuple(
    (f"`{dimension}.{column}`", f"groupArrayIf({found}, part = {number})")
    for number, dimension in enumerate(_NAMED, start=1)
    for column, found in (("name", "name"), *((name, f"{name}_posts") for name in SENTIMENTS))
)
_COUNTS: Final = ", ".join(
    f"toUInt32(countIf(sentiment = '{name}')) AS {name}_posts" for name in SENTIMENTS
)
_TOUCHED: Final = f"(brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}"
# Each post as it is seen while no version that scored it is active (view ''), and, where several
# scored the minute, while each of them is.
_VIEWS: Final = """
    if(length(versions) > 1, arrayConcat([''], arrayFilter(name -> name != '', versions)), [''])"""
_COLUMNS: Final = (
    f"{POST_KEY}, model_version, scored_at, lang, product, country, rating, topics, emotions, "
    "sentiment"
)
_SEEN: Final = f"""
    SELECT brand, minute, view, counted.1 AS part, counted.2 AS name, {_COUNTS}
    FROM (
        SELECT brand, {MINUTE_OF_MENTION} AS minute, view, sentiment, arrayJoin({_PARTS}) AS counted
        FROM (
            SELECT *, view FROM (
                SELECT *, groupUniqArray(model_version::String)
                              OVER (PARTITION BY brand, {MINUTE_OF_MENTION}) AS versions
                FROM {seen_mentions(_TOUCHED, columns=_COLUMNS, several_versions=False)}
            )
            ARRAY JOIN {_VIEWS} AS view
            ORDER BY {POST_KEY}, view, {preference("view")}
            LIMIT 1 BY {POST_KEY}, view
        )
    )
    GROUP BY brand, minute, view, part, name"""  # noqa: S608 - constants only
# What each version said, whether it is seen or not.
_SAID: Final = f"""
    SELECT brand, {MINUTE_OF_MENTION} AS minute, '' AS view, {_VERSION},
           model_version::String AS name, {_COUNTS}
    FROM {MENTIONS_TABLE} FINAL WHERE {_TOUCHED}
    GROUP BY brand, minute, name"""  # noqa: S608 - constants only

# A minute's row of a version holds while that one is active. In a quarter that it scored part of,
# the other minutes are seen as while none is.
_OWN_ROWS: Final = f"length(`{VERSIONS_DIMENSION}.name`) > 1"
_QUARTER_VIEWS: Final = f"""
    if(model_version != '', [model_version::String], arrayConcat([''], arrayFilter(
        name -> length(versions) > 1 AND name != ''
                AND NOT ({_OWN_ROWS} AND has(`{VERSIONS_DIMENSION}.name`, name)),
        versions)))"""
_SUMS: Final = ", ".join(
    f"toUInt32(sum({short})) AS {name}_posts"
    for name, short in zip(SENTIMENTS, ("bad", "mid", "good"), strict=True)
)
_OF_MINUTES: Final = f"""
    SELECT brand, quarter AS minute, view, part, name::String AS name, {_SUMS}
    FROM (
        SELECT *, view FROM (
            SELECT *, {QUARTER_OF_MINUTE} AS quarter,
                   arrayMap(one -> one::String, groupUniqArrayArray(`{VERSIONS_DIMENSION}.name`)
                       OVER (PARTITION BY brand, {QUARTER_OF_MINUTE})) AS versions
            FROM {MINUTES_TABLE} FINAL
            WHERE (brand, {QUARTER_OF_MINUTE}) IN {UNSETTLED_QUARTERS}
              AND negative + neutral + positive > 0
        )
        ARRAY JOIN {_QUARTER_VIEWS} AS view
    )
    {counted_parts(_NAMED)}
    WHERE view = '' OR part != {_VERSION}
    GROUP BY brand, quarter, view, part, name"""  # noqa: S608 - constants only


def _written_before(table: str, touched: str) -> str:
    return f"""
    SELECT brand, minute, model_version::String, 0::UInt8, '',
           0::UInt32, 0::UInt32, 0::UInt32
    FROM {table} FINAL
    WHERE (brand, minute) IN {touched}"""  # noqa: S608 - constants only


def _computed_sql(table: str, touched: str) -> str:
    return f"""
{_WITH_TOUCHED}
SELECT greatest(toUnixTimestamp64Micro(now64(6)), max(computed) + 1)
FROM {table} WHERE (brand, minute) IN {touched}
"""  # noqa: S608 - constants only


def _recompute_sql(table: str, *rows: str) -> str:
    return f"""
INSERT INTO {table} (
    brand, minute, model_version, {", ".join(SENTIMENTS)},
    {", ".join(column for column, _ in _ARRAYS)}, computed
)
{_WITH_TOUCHED}
SELECT brand, minute, view, {", ".join(f"sumIf({name}_posts, part = 0)" for name in SENTIMENTS)},
       {", ".join(f"{sql} AS array_{number}" for number, (_, sql) in enumerate(_ARRAYS))},
       %(computed)s
FROM ({" UNION ALL ".join(rows)})
GROUP BY brand, minute, view
"""  # noqa: S608 - constants only


# Marks that are not settled, in the table's order, after a place in it.
MARKS_SQL: Final = f"""
SELECT brand, toUnixTimestamp(minute) AS minute_s, mark
FROM {MARKS_TABLE}
WHERE (brand, minute) > (%(brand)s, toDateTime(%(minute)s, 'UTC')) OR %(from_start)s
GROUP BY brand, minute, mark HAVING sum(sign) > 0
ORDER BY brand, minute
LIMIT %(limit)s WITH TIES
"""  # noqa: S608 - the tables' names are constants
SETTLE_SQL: Final = f"INSERT INTO {MARKS_TABLE} (brand, minute, mark, sign) VALUES"
# Rows that a merge would remove.
PAIRED_SQL: Final = f"SELECT toInt64(count()) - sum(sign) FROM {MARKS_TABLE}"  # noqa: S608
TIDY_SQL: Final = f"OPTIMIZE TABLE {MARKS_TABLE} FINAL"

# The number that the rows of a stretch carry when they are computed: above those that they replace,
# also when the clock was set back. To be asked for after the marks were read and before the rest:
# of two rollers at once, the one that saw less then never wins over a settled mark. The quarters'
# own is asked for once the minutes are written, for the same reason.
COMPUTED_SQL: Final = _computed_sql(MINUTES_TABLE, UNSETTLED)
QUARTERS_COMPUTED_SQL: Final = _computed_sql(QUARTERS_TABLE, UNSETTLED_QUARTERS)
RECOMPUTE_SQL: Final = _recompute_sql(
    MINUTES_TABLE, _SEEN, _SAID, _written_before(MINUTES_TABLE, UNSETTLED)
)
RECOMPUTE_QUARTERS_SQL: Final = _recompute_sql(
    QUARTERS_TABLE, _OF_MINUTES, _written_before(QUARTERS_TABLE, UNSETTLED_QUARTERS)
)
