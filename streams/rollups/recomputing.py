"""The SQL that counts touched minutes again. No I/O.

It writes one row for each brand, minute and model version of what it is asked for: those that have
mentions, and those that once had and now have none, with zeros, so that an erasure restates too.
"""

from typing import Final

from schemas.mention import MENTIONS_TABLE
from schemas.rollups import (
    DIMENSIONS,
    MARKS_TABLE,
    MINUTE_OF_MENTION,
    MINUTES_TABLE,
    SENTIMENTS,
    UNSETTLED,
    unsettled_clause,
)

# A stretch of the table's order, both ends included; the minutes in seconds since 1970.
_STRETCH: Final = (
    "(brand, minute) >= (%(first_brand)s, toDateTime(%(first_minute)s, 'UTC')) "
    "AND (brand, minute) <= (%(last_brand)s, toDateTime(%(last_minute)s, 'UTC'))"
)
_WITH_TOUCHED: Final = unsettled_clause(_STRETCH)
# What a mention counts in: the whole (0), and each dimension by its number.
_PARTS: Final = """
    arrayConcat(
        [(0::UInt8, ''::String), (1::UInt8, lang::String), (2::UInt8, source::String)],
        arrayMap(name -> (3::UInt8, name::String), arrayDistinct(topics)),
        if(product = '', [], [(4::UInt8, product::String)])
    )"""
_ARRAYS: Final = tuple(
    (f"`{dimension}.{column}`", f"groupArrayIf({found}, part = {number})")
    for number, dimension in enumerate(DIMENSIONS, start=1)
    for column, found in (("name", "name"), *((name, f"{name}_posts") for name in SENTIMENTS))
)
_COUNTS: Final = ", ".join(
    f"toUInt32(countIf(sentiment = '{name}')) AS {name}_posts" for name in SENTIMENTS
)


def _counted(rows: str, *, latest: int, version: str) -> str:
    """SQL of counts by part of the mentions that `rows` selects."""
    return f"""
    SELECT brand, minute, {latest}::UInt8 AS latest, {version} AS version,
           counted.1 AS part, counted.2 AS name, {_COUNTS}
    FROM (
        SELECT brand, {MINUTE_OF_MENTION} AS minute, model_version, sentiment,
               arrayJoin({_PARTS}) AS counted
        FROM ({rows})
    )
    GROUP BY brand, minute, version, part, name"""  # noqa: S608 - constants only


_EACH_VERSION: Final = _counted(
    f"SELECT * FROM {MENTIONS_TABLE} FINAL WHERE (brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}",  # noqa: S608
    latest=0,
    version="model_version::String",
)
# Of minutes that several versions scored: each post as it was scored last.
_LATEST: Final = _counted(
    f"""
    SELECT * FROM {MENTIONS_TABLE} FINAL
    WHERE (brand, {MINUTE_OF_MENTION}) IN (
        SELECT brand, {MINUTE_OF_MENTION} AS minute FROM {MENTIONS_TABLE}
        WHERE (brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}
        GROUP BY brand, minute HAVING uniqExact(model_version) > 1
    )
    ORDER BY brand, posted_at, source, post_id, scored_at DESC
    LIMIT 1 BY brand, posted_at, source, post_id
    """,  # noqa: S608 - constants only
    latest=1,
    version="''",
)
_WRITTEN_BEFORE: Final = f"""
    SELECT brand, minute, latest, model_version::String AS version, 0::UInt8 AS part, '' AS name,
           0::UInt32 AS negative_posts, 0::UInt32 AS neutral_posts, 0::UInt32 AS positive_posts
    FROM {MINUTES_TABLE} FINAL
    WHERE (brand, minute) IN {UNSETTLED}"""  # noqa: S608 - constants only

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
# of two rollers at once, the one that saw less then never wins over a settled mark.
COMPUTED_SQL: Final = f"""
{_WITH_TOUCHED}
SELECT greatest(toUnixTimestamp64Micro(now64(6)), max(computed) + 1)
FROM {MINUTES_TABLE} WHERE (brand, minute) IN {UNSETTLED}
"""  # noqa: S608 - constants only

RECOMPUTE_SQL: Final = f"""
INSERT INTO {MINUTES_TABLE} (
    brand, minute, latest, model_version, {", ".join(SENTIMENTS)},
    {", ".join(column for column, _ in _ARRAYS)}, computed, shown
)
{_WITH_TOUCHED}
SELECT brand, minute, latest, version, {", ".join(f"whole_{name}" for name in SENTIMENTS)},
       {", ".join(f"array_{number}" for number, _ in enumerate(_ARRAYS))},
       %(computed)s, posts > 0 AND (latest OR versions = 1)
FROM (
    SELECT brand, minute, latest, version,
           {", ".join(f"sumIf({name}_posts, part = 0) AS whole_{name}" for name in SENTIMENTS)},
           {", ".join(f"{sql} AS array_{number}" for number, (_, sql) in enumerate(_ARRAYS))},
           {" + ".join(f"whole_{name}" for name in SENTIMENTS)} AS posts,
           countIf(posts > 0 AND NOT latest) OVER (PARTITION BY brand, minute) AS versions
    FROM ({_EACH_VERSION} UNION ALL {_LATEST} UNION ALL {_WRITTEN_BEFORE})
    GROUP BY brand, minute, latest, version
)
"""  # noqa: S608 - constants only
