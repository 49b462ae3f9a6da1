"""One question for the whole picture: by time, brand, language, source, topic and product.

Reading a table with FINAL merges it as it reads; grouping it six ways in one pass merges it once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dashboards.filters import Scope
from dashboards.measures import Counts
from dashboards.queries.conditions import Query, Row, mentions_in
from dashboards.queries.rollups import Rolled, part_rows, rolled_window
from dashboards.time_range import Window, milliseconds

# Of each kind: by bucket, by brand and so on.
MAX_ROWS: Final = 20_000
_KINDS: Final = ("bucket", "brand", "lang", "source", "topic", "product")

_SQL: Final = """
{with_unsettled}
SELECT kind, now, bucket, name, sum(negative), sum(neutral), sum(positive)
FROM ({rows})
GROUP BY kind, now, bucket, name
ORDER BY kind, sum(negative + neutral + positive) DESC
LIMIT %(max_rows)s BY kind
"""
# Counted from mentions; `grouping` tells by a 0 bit which column a row was grouped by.
_MENTIONS: Final = """
SELECT [{kinds}][indexOf([0b011111, 0b101111, 0b110111, 0b111011, 0b111101, 0b111110],
                         grouping(bucket, brand, lang, source, topics, product))] AS kind,
       now, bucket,
       arrayJoin(if(kind = 'topic', arrayMap(topic -> topic::String, arrayDistinct(topics)),
                    [concat(brand, lang, source, product)])) AS name,
       countIf(sentiment = 'negative') AS negative, countIf(sentiment = 'neutral') AS neutral,
       countIf(sentiment = 'positive') AS positive
FROM (
    SELECT posted_at >= fromUnixTimestamp64Milli(%(start_ms)s, 'UTC') AS now,
           if(now, roundDown(toUnixTimestamp64Milli(posted_at), %(edges)s), 0)::Int64 AS bucket,
           brand, lang, source, topics, product, sentiment
    FROM {table}
)
GROUP BY GROUPING SETS
    ((now, bucket), (now, brand), (now, lang), (now, source), (now, topics), (now, product))
"""
_NOW: Final = "minute >= toDateTime(intDiv(%(start_ms)s, 1000), 'UTC')"
_AT: Final = "toUnixTimestamp(minute)::Int64 * 1000"


@dataclass(frozen=True, slots=True)
class Group:
    """Mentions of one brand, language, source, topic or product, in the period and before it."""

    name: str
    now: Counts
    before: Counts


@dataclass(frozen=True, slots=True)
class Others:
    """Groups that are not told one by one: how many, and their mentions in the period."""

    names: int = 0
    now: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Mentions from `start_ms` (included) to `end_ms` (not)."""

    start_ms: int
    end_ms: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole picture of a scope and a window; groups come with most mentions first.

    A mention about two topics counts in both.
    """

    now: Counts
    before: Counts
    buckets: tuple[Bucket, ...]
    brands: tuple[Group, ...]
    langs: tuple[Group, ...]
    sources: tuple[Group, ...]
    topics: tuple[Group, ...]
    products: tuple[Group, ...] = ()


def overview_query(
    scope: Scope, window: Window, *, several_versions: bool, use_rollups: bool = False
) -> Query:
    """The question; its answer goes to `read_overview`.

    use_rollups: whether they are ready; they are used where they can give the answer.
    """
    roll = rolled_window(scope, window) if use_rollups else None
    selected = mentions_in(
        scope,
        since_ms=milliseconds(window.before),
        until_ms=milliseconds(window.until),
        several_versions=several_versions,
        also=roll.mentions if roll else "",
    )
    kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
    rows = _MENTIONS.format(table=selected.table, kinds=kinds)
    return Query(
        _SQL.format(
            with_unsettled=roll.with_unsettled if roll else "",
            rows=" UNION ALL ".join([rows, *(_rolled_rows(roll) if roll else ())]),
        ),
        {
            **selected.parameters,
            **(roll.parameters if roll else {}),
            "start_ms": milliseconds(window.since),
            "edges": list(window.edges),
            "max_rows": MAX_ROWS,
        },
    )


def _rolled_rows(roll: Rolled) -> list[str]:
    """SQL of the same columns from the rollups."""
    kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
    is_bucket = f"part = {_KINDS.index('bucket')}"
    columns = (
        f"[{kinds}][part + 1] AS kind, {_NOW} AS now, "
        f"if({is_bucket} AND now, roundDown({_AT}, %(edges)s), 0)::Int64 AS bucket, "
        "name::String, sum(bad), sum(mid), sum(good)"
    )
    wholes = {"bucket": "''", "brand": "brand"}
    dimensions = [kind for kind in _KINDS if kind not in wholes]
    return [
        f"{rows} GROUP BY part, now, bucket, name"
        for rows in part_rows(roll, columns, dimensions, wholes=list(wholes.values()))
    ]


def read_overview(rows: Iterable[Row], window: Window) -> Overview:
    """Rows of `overview_query` as numbers; buckets without mentions are there, with zeros."""
    times: dict[tuple[bool, int], Counts] = {}
    groups: dict[str, dict[tuple[bool, str], Counts]] = {kind: {} for kind in _KINDS}
    for kind, now, bucket, name, *counts in rows:
        found = Counts(*map(int, counts))
        if kind == "bucket":
            times[bool(now), int(bucket)] = found
        # Most mentions are of no product; the rollups do not count these.
        elif kind != "product" or name:
            groups[kind][bool(now), str(name)] = found
    buckets = tuple(
        Bucket(start, end, times.get((True, start), Counts()))
        for start, end in zip(window.edges, window.ends, strict=True)
    )
    return Overview(
        now=sum((bucket.counts for bucket in buckets), Counts()),
        before=times.get((False, 0), Counts()),
        buckets=buckets,
        brands=_groups(groups["brand"]),
        langs=_groups(groups["lang"]),
        sources=_groups(groups["source"]),
        topics=_groups(groups["topic"]),
        products=_groups(groups["product"]),
    )


def _groups(found: Mapping[tuple[bool, str], Counts]) -> tuple[Group, ...]:
    """Counts by (in the period?, name) as groups; most mentions first, then by name."""
    names = dict.fromkeys(name for _, name in found)
    groups = (
        Group(name, found.get((True, name), Counts()), found.get((False, name), Counts()))
        for name in names
    )
    return tuple(sorted(groups, key=lambda group: (-group.now.total, group.name)))
