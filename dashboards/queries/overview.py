"""One question for the whole picture: by time, brand, language, source and topic, now and before.

Reading a table with FINAL merges it as it reads; grouping it five ways in one pass merges it once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dashboards.filters import Scope
from dashboards.measures import Counts
from dashboards.queries.conditions import Query, Row, mentions_in
from dashboards.queries.rollups import Rolled, part_rows, rolled_window, whole_rows
from dashboards.time_range import Window, milliseconds
from schemas.rollups import SENTIMENTS

# Of each kind: by bucket, by brand and so on.
MAX_ROWS: Final = 20_000
_KINDS: Final = ("bucket", "brand", "lang", "source", "topic")

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
SELECT [{kinds}][indexOf([0b01111, 0b10111, 0b11011, 0b11101, 0b11110],
                         grouping(bucket, brand, lang, source, topics))] AS kind,
       now, bucket,
       arrayJoin(if(kind = 'topic', arrayMap(topic -> topic::String, arrayDistinct(topics)),
                    [concat(brand, lang, source)])) AS name,
       countIf(sentiment = 'negative') AS negative, countIf(sentiment = 'neutral') AS neutral,
       countIf(sentiment = 'positive') AS positive
FROM (
    SELECT posted_at >= fromUnixTimestamp64Milli(%(start_ms)s, 'UTC') AS now,
           if(now, roundDown(toUnixTimestamp64Milli(posted_at), %(edges)s), 0)::Int64 AS bucket,
           brand, lang, source, topics, sentiment
    FROM {table}
)
GROUP BY GROUPING SETS ((now, bucket), (now, brand), (now, lang), (now, source), (now, topics))
"""
_NOW: Final = "minute >= toDateTime(intDiv(%(start_ms)s, 1000), 'UTC')"
_AT: Final = "toUnixTimestamp(minute)::Int64 * 1000"


@dataclass(frozen=True, slots=True)
class Group:
    """Mentions of one brand, language, source or topic, in the period and in the one before."""

    name: str
    now: Counts
    before: Counts


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
    bucket = f"if({_NOW}, roundDown({_AT}, %(edges)s), 0)::Int64"
    whole = ", ".join(f"sum({name}) AS {name}_sum" for name in SENTIMENTS)
    named = ", ".join(f"sum(name_{name}) AS {name}_sum" for name in SENTIMENTS)
    by_bucket = f"'bucket' AS kind, {_NOW} AS now, {bucket} AS bucket, '' AS name, {whole}"
    by_brand = f"'brand' AS kind, {_NOW} AS now, 0::Int64 AS bucket, brand::String, {whole}"
    return [
        f"{whole_rows(by_bucket, roll.minutes)} GROUP BY now, bucket",
        f"{whole_rows(by_brand, roll.minutes)} GROUP BY now, brand",
        *(
            part_rows(
                kind,
                f"'{kind}' AS kind, {_NOW} AS now, 0::Int64 AS bucket, name::String, {named}",
                roll.minutes,
            )
            + " GROUP BY now, name"
            for kind in ("lang", "source", "topic")
        ),
    ]


def read_overview(rows: Iterable[Row], window: Window) -> Overview:
    """Rows of `overview_query` as numbers; buckets without mentions are there, with zeros."""
    times: dict[tuple[bool, int], Counts] = {}
    groups: dict[str, dict[tuple[bool, str], Counts]] = {kind: {} for kind in _KINDS}
    for kind, now, bucket, name, *counts in rows:
        found = Counts(*map(int, counts))
        if kind == "bucket":
            times[bool(now), int(bucket)] = found
        else:
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
    )


def _groups(found: Mapping[tuple[bool, str], Counts]) -> tuple[Group, ...]:
    """Counts by (in the period?, name) as groups; most mentions first, then by name."""
    names = dict.fromkeys(name for _, name in found)
    groups = (
        Group(name, found.get((True, name), Counts()), found.get((False, name), Counts()))
        for name in names
    )
    return tuple(sorted(groups, key=lambda group: (-group.now.total, group.name)))
