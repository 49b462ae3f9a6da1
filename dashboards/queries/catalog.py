"""What there is to choose from, what period the table covers, and how fresh it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.filters import Scope
from dashboards.queries.conditions import Query, Row, Value
from dashboards.queries.rollups import part_rows, rolled, whole_rows
from schemas.mention import MENTIONS_TABLE
from schemas.rollups import SENTIMENTS

MAX_NAMES: Final = 1_000
MAX_TOPICS: Final = 200

_KINDS: Final = ("brand", "lang", "source", "model_version")
_PERIOD: Final = (
    "posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC') "
    "AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')"
)
# Names need no FINAL: a row that was replaced names the same brand. `grouping` tells by a 0 bit
# which column a row was grouped by.
_NAMES: Final = f"""
SELECT {list(_KINDS)}[indexOf([0b0111, 0b1011, 0b1101, 0b1110],
                              grouping(brand, lang, source, model_version))] AS kind,
       concat(brand, lang, source, model_version) AS text, count() AS posts
FROM {MENTIONS_TABLE}
WHERE {{condition}}
GROUP BY GROUPING SETS ((brand), (lang), (source), (model_version))
"""  # noqa: S608 - constants only
_TOPICS: Final = f"""
SELECT 'topic' AS kind, arrayJoin(topics)::String AS text, count() AS posts
FROM {MENTIONS_TABLE}
WHERE {{condition}}
GROUP BY text
"""  # noqa: S608 - constants only
_SQL: Final = """
{clause}
SELECT kind, text
FROM ({rows})
GROUP BY kind, text
ORDER BY kind, sum(posts) DESC
LIMIT %(limit)s BY kind
"""
# From the rollups; the lists are short, so each is grouped once more with the others.
_WHOLE: Final = f"sum({' + '.join(SENTIMENTS)}) AS posts"
_PART: Final = f"sum({' + '.join(f'name_{name}' for name in SENTIMENTS)}) AS posts"
# Answered from what each part of the table keeps about itself, whatever its size.
_EXTENT_SQL: Final = f"SELECT count(), min(posted_at), max(posted_at) FROM {MENTIONS_TABLE}"  # noqa: S608
_FRESHNESS_SQL: Final = f"SELECT max(scored_at) FROM {MENTIONS_TABLE} WHERE {_PERIOD}"  # noqa: S608


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


def names_query(*, since_ms: int, until_ms: int, use_rollups: bool = False) -> Query:
    """The question; its answer goes to `read_names`. use_rollups: whether they are ready."""

    def from_rollups(minutes: str) -> list[str]:
        version = f"'model_version', model_version::String AS text, {_WHOLE}"
        return [
            whole_rows(f"'brand', brand::String AS text, {_WHOLE}", minutes) + " GROUP BY text",
            whole_rows(version, minutes, of="NOT latest") + " GROUP BY text HAVING posts > 0",
            _named("lang", minutes),
            _named("source", minutes),
        ]

    return _query(
        _NAMES,
        from_rollups if use_rollups else None,
        since_ms=since_ms,
        until_ms=until_ms,
        limit=MAX_NAMES,
    )


def read_names(rows: Iterable[Row]) -> Names:
    """Rows of `names_query`, told apart by the column that each was grouped by."""
    found: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for kind, name in rows:
        found[kind].append(str(name))
    return Names(*(tuple(names) for names in found.values()))


def topic_names_query(*, since_ms: int, until_ms: int, use_rollups: bool = False) -> Query:
    """The topics of a period, most frequent first; the rows go to `read_topic_names`."""

    def from_rollups(minutes: str) -> list[str]:
        return [_named("topic", minutes)]

    return _query(
        _TOPICS,
        from_rollups if use_rollups else None,
        since_ms=since_ms,
        until_ms=until_ms,
        limit=MAX_TOPICS,
    )


def read_topic_names(rows: Iterable[Row]) -> tuple[str, ...]:
    """Rows of `topic_names_query`."""
    return tuple(str(name) for _, name in rows)


def _named(dimension: str, minutes: str) -> str:
    columns = f"'{dimension}', name::String AS text, {_PART}"
    return part_rows(dimension, columns, minutes) + " GROUP BY text"


def _query(
    mentions: str,
    from_rollups: Callable[[str], list[str]] | None,
    *,
    since_ms: int,
    until_ms: int,
    limit: int,
) -> Query:
    """From mentions alone, or from the rollups and those mentions that they lack."""
    parameters: dict[str, Value] = {"since_ms": since_ms, "until_ms": until_ms, "limit": limit}
    roll = rolled(Scope(), since_ms=since_ms, until_ms=until_ms) if from_rollups else None
    if not (roll and from_rollups):
        return Query(_SQL.format(clause="", rows=mentions.format(condition=_PERIOD)), parameters)
    parts = [
        mentions.format(condition=f"{_PERIOD} AND {roll.mentions}"),
        *from_rollups(roll.minutes),
    ]
    return Query(
        _SQL.format(clause=roll.with_unsettled, rows=" UNION ALL ".join(parts)),
        {**parameters, **roll.parameters},
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
