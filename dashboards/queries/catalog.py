"""What there is to choose from, what period the table covers, and how fresh it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.queries.conditions import Query, Row, Value
from schemas.mention import MENTIONS_TABLE
from schemas.rollups import (
    MINUTE_OF_MENTION,
    QUARTER_S,
    QUARTERS_TABLE,
    UNSETTLED,
    VERSIONS_DIMENSION,
    counted_parts,
    shown_rows,
    unsettled_clause,
)

MAX_NAMES: Final = 1_000
MAX_TOPICS: Final = 200

# Names need no FINAL: a row that was replaced names the same brand.
_NAMES_SQL: Final = f"""
SELECT grouping(brand, lang, source) AS kind, brand, lang, source
FROM {MENTIONS_TABLE}
WHERE posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
  AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')
GROUP BY GROUPING SETS ((brand), (lang), (source))
ORDER BY kind, count() DESC
LIMIT %(max_names)s BY kind
"""  # noqa: S608 - the table's name is a constant
_VERSIONS_SQL: Final = f"""
SELECT DISTINCT model_version
FROM {MENTIONS_TABLE}
WHERE posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
  AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')
"""  # noqa: S608 - the table's name is a constant
_TOPICS_SQL: Final = f"""
SELECT arrayJoin(topics) AS topic
FROM {MENTIONS_TABLE}
WHERE posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
  AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')
GROUP BY topic
ORDER BY count() DESC
LIMIT %(max_topics)s
"""  # noqa: S608 - the table's name is a constant
_FURTHER_SQL: Final = f"""
SELECT kind, product, country
FROM (
    SELECT grouping(product, country) AS kind, product, country, count() AS mentions
    FROM {MENTIONS_TABLE}
    WHERE posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
      AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')
    GROUP BY GROUPING SETS ((product), (country))
)
WHERE product != '' OR country != ''
ORDER BY kind, mentions DESC
LIMIT %(max_names)s BY kind
"""  # noqa: S608 - the table's name is a constant
# A quarter that the period cuts is in it.
_PERIOD: Final = (
    "minute >= toDateTime(%(first_quarter_s)s, 'UTC') AND minute < toDateTime(%(end_s)s, 'UTC')"
)
# All kinds of names in one reading, where the rollups may be asked. No minute of the last quarters
# need be there: newer names are asked for apart.
_NAMED: Final = ("brand", "lang", "source", "topic", "product", "country")
_ROLLED_NAMES_SQL: Final = f"""
SELECT [{", ".join(f"'{kind}'" for kind in _NAMED)}][part + 1] AS kind, name
FROM (
    SELECT * FROM {QUARTERS_TABLE} FINAL
    WHERE {shown_rows()} AND {_PERIOD}
)
{counted_parts(_NAMED[1:], wholes=["brand"])}
GROUP BY part, name
ORDER BY part, sum(bad + mid + good) DESC
LIMIT %(max_names)s BY part
"""  # noqa: S608 - constants only
# May name one too many, of a row that was replaced, but leaves none out.
_ROLLED_VERSIONS_SQL: Final = f"""
{unsettled_clause(_PERIOD)}
SELECT DISTINCT arrayJoin(`{VERSIONS_DIMENSION}.name`)::String
FROM {QUARTERS_TABLE} WHERE model_version = '' AND {_PERIOD}
UNION DISTINCT
SELECT model_version::String FROM {MENTIONS_TABLE} WHERE (brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}
"""  # noqa: S608 - constants only
# Answered from what each part of the table keeps about itself, whatever its size.
_EXTENT_SQL: Final = f"SELECT count(), min(posted_at), max(posted_at) FROM {MENTIONS_TABLE}"  # noqa: S608
_FRESHNESS_SQL: Final = f"""
SELECT max(scored_at)
FROM {MENTIONS_TABLE}
WHERE posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
  AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')
"""  # noqa: S608 - the table's name is a constant


@dataclass(frozen=True, slots=True)
class Names:
    """What occurs in a period, with most mentions first."""

    brands: tuple[str, ...]
    langs: tuple[str, ...]
    sources: tuple[str, ...]

    def joined(self, other: "Names") -> "Names":
        """With what occurs in another period alone at the end."""
        return Names(
            *(
                tuple(dict.fromkeys([*getattr(self, name), *getattr(other, name)]))
                for name in self.__dataclass_fields__
            )
        )


@dataclass(frozen=True, slots=True)
class FurtherNames:
    """What else occurs in a period, with most mentions first."""

    topics: tuple[str, ...]
    products: tuple[str, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much the table holds, and from when to when; None where it is empty."""

    rows: int
    first: datetime | None
    last: datetime | None


def rolled_names_query(*, since_ms: int, until_ms: int) -> Query:
    """All names of a period from the rollups; its answer goes to `read_rolled_names`."""
    period = _quarters(since_ms, until_ms)
    return Query(_ROLLED_NAMES_SQL, {**period, "max_names": MAX_NAMES})


def read_rolled_names(rows: Iterable[Row]) -> tuple[Names, FurtherNames]:
    """Rows of `rolled_names_query`; what is not given is no choice but of languages."""
    found: dict[str, list[str]] = {kind: [] for kind in _NAMED}
    for kind, name in rows:
        if name or kind not in {"topic", "product", "country"}:
            found[str(kind)].append(str(name))
    brands, langs, sources, topics, products, countries = map(tuple, found.values())
    return (
        Names(brands, langs, sources),
        FurtherNames(topics[:MAX_TOPICS], products, countries),
    )


def _quarters(since_ms: int, until_ms: int) -> dict[str, Value]:
    since_s = max(since_ms // 1000, 0)
    return {
        "first_quarter_s": since_s // QUARTER_S * QUARTER_S,
        "end_s": max(-(-until_ms // 1000), 0),
    }


def names_query(*, since_ms: int, until_ms: int) -> Query:
    """The question; its answer goes to `read_names`."""
    return Query(_NAMES_SQL, {"since_ms": since_ms, "until_ms": until_ms, "max_names": MAX_NAMES})


def read_names(rows: Iterable[Row]) -> Names:
    """Rows of `names_query`, told apart by the column that each was grouped by."""
    found: dict[int, list[str]] = {0b011: [], 0b101: [], 0b110: []}
    for kind, *names in rows:
        column = list(found).index(int(kind))
        found[int(kind)].append(str(names[column]))
    return Names(*(tuple(names) for names in found.values()))


def versions_query(*, since_ms: int, until_ms: int) -> Query:
    """The model versions that scored mentions of a period; one a row."""
    return Query(_VERSIONS_SQL, {"since_ms": since_ms, "until_ms": until_ms})


def rolled_versions_query(*, since_ms: int, until_ms: int) -> Query:
    """The same from the rollups, and from the mentions that these do not know yet."""
    return Query(_ROLLED_VERSIONS_SQL, _quarters(since_ms, until_ms))


def topic_names_query(*, since_ms: int, until_ms: int) -> Query:
    """The topics of a period, most frequent first; one name a row."""
    return Query(
        _TOPICS_SQL, {"since_ms": since_ms, "until_ms": until_ms, "max_topics": MAX_TOPICS}
    )


def further_names_query(*, since_ms: int, until_ms: int) -> Query:
    """Products and countries; its answer goes to `read_further_names`."""
    return Query(_FURTHER_SQL, {"since_ms": since_ms, "until_ms": until_ms, "max_names": MAX_NAMES})


def read_further_names(rows: Iterable[Row], topics: Iterable[str]) -> FurtherNames:
    """Rows of `further_names_query`, and the topics of the same period."""
    products: list[str] = []
    countries: list[str] = []
    for _, product, country in rows:
        (products if product else countries).append(str(product or country))
    return FurtherNames(tuple(topics), tuple(products), tuple(countries))


def extent_query() -> Query:
    """The question; its answer goes to `read_extent`."""
    return Query(_EXTENT_SQL)


def read_extent(rows: Sequence[Row]) -> Extent:
    """The one row of `extent_query`."""
    count, first, last = rows[0]
    if not count:
        return Extent(0, None, None)
    assert isinstance(count, int)
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    return Extent(count, first, last)


def freshness_query(*, since_ms: int, until_ms: int) -> Query:
    """When the newest mention of a period was scored; its answer goes to `read_freshness`."""
    return Query(_FRESHNESS_SQL, {"since_ms": since_ms, "until_ms": until_ms})


def read_freshness(rows: Sequence[Row]) -> datetime | None:
    """The time of the newest scoring; None where nothing was scored."""
    newest = rows[0][0]
    assert isinstance(newest, datetime)
    return newest if newest.year > 1970 else None
