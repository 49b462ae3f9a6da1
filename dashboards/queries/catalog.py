"""What there is to choose from, what period the table covers, and how fresh it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.queries.conditions import Query, Row
from schemas.mention import MENTIONS_TABLE

MAX_NAMES: Final = 1_000
MAX_TOPICS: Final = 200

# Names need no FINAL: a row that was replaced names the same brand.
_NAMES_SQL: Final = f"""
SELECT grouping(brand, lang, source, model_version) AS kind, brand, lang, source, model_version
FROM {MENTIONS_TABLE}
WHERE posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')
  AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')
GROUP BY GROUPING SETS ((brand), (lang), (source), (model_version))
ORDER BY kind, count() DESC
LIMIT %(max_names)s BY kind
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
    model_versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much the table holds, and from when to when; None where it is empty."""

    rows: int
    first: datetime | None
    last: datetime | None


def names_query(*, since_ms: int, until_ms: int) -> Query:
    """The question; its answer goes to `read_names`."""
    return Query(_NAMES_SQL, {"since_ms": since_ms, "until_ms": until_ms, "max_names": MAX_NAMES})


def read_names(rows: Iterable[Row]) -> Names:
    """Rows of `names_query`, told apart by the column that each was grouped by."""
    found: dict[int, list[str]] = {0b0111: [], 0b1011: [], 0b1101: [], 0b1110: []}
    for kind, *names in rows:
        column = list(found).index(int(kind))
        found[int(kind)].append(str(names[column]))
    return Names(*(tuple(names) for names in found.values()))


def topic_names_query(*, since_ms: int, until_ms: int) -> Query:
    """The topics of a period, most frequent first; one name a row."""
    return Query(
        _TOPICS_SQL, {"since_ms": since_ms, "until_ms": until_ms, "max_topics": MAX_TOPICS}
    )


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
