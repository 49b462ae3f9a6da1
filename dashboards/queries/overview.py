"""One question for the whole picture: by time, brand, language, source and topic, now and before.

Reading a table with FINAL merges it as it reads; grouping it five ways in one pass merges it once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dashboards.filters import Scope
from dashboards.measures import Counts
from dashboards.queries.conditions import Query, Row, mentions_in
from dashboards.time_range import Window, milliseconds

# Of each kind: by bucket, by brand and so on.
MAX_ROWS: Final = 20_000
# `grouping(bucket, brand, lang, source, topics)`: a 0 bit stands for the column grouped by.
_BY_BUCKET, _BY_BRAND, _BY_LANG, _BY_SOURCE = 0b01111, 0b10111, 0b11011, 0b11101

_SQL: Final = """
SELECT grouping(bucket, brand, lang, source, topics) AS kind,
       now, bucket, brand, lang, source, topics,
       countIf(sentiment = 'negative'), countIf(sentiment = 'neutral'),
       countIf(sentiment = 'positive')
FROM (
    SELECT posted_at >= fromUnixTimestamp64Milli(%(start_ms)s, 'UTC') AS now,
           if(now, roundDown(toUnixTimestamp64Milli(posted_at), %(edges)s), 0) AS bucket,
           brand, lang, source, topics, sentiment
    FROM {table}
)
GROUP BY GROUPING SETS ((now, bucket), (now, brand), (now, lang), (now, source), (now, topics))
ORDER BY kind, count() DESC
LIMIT %(max_rows)s BY kind
"""


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


def overview_query(scope: Scope, window: Window, *, several_versions: bool) -> Query:
    """The question; its answer goes to `read_overview`."""
    selected = mentions_in(
        scope,
        since_ms=milliseconds(window.before),
        until_ms=milliseconds(window.until),
        several_versions=several_versions,
    )
    return Query(
        _SQL.format(table=selected.table),
        {
            **selected.parameters,
            "start_ms": milliseconds(window.since),
            "edges": list(window.edges),
            "max_rows": MAX_ROWS,
        },
    )


def read_overview(rows: Iterable[Row], window: Window) -> Overview:
    """Rows of `overview_query` as numbers; buckets without mentions are there, with zeros."""
    times: dict[tuple[bool, int], Counts] = {}
    groups: dict[int, dict[tuple[bool, str], Counts]] = {
        _BY_BRAND: {},
        _BY_LANG: {},
        _BY_SOURCE: {},
    }
    by_topic: dict[tuple[bool, str], Counts] = defaultdict(Counts)
    for kind, now, bucket, brand, lang, source, topics, *counts in rows:
        found = Counts(*map(int, counts))
        if kind == _BY_BUCKET:
            times[bool(now), int(bucket)] = found
        elif int(kind) in groups:
            name = {_BY_BRAND: brand, _BY_LANG: lang, _BY_SOURCE: source}[int(kind)]
            groups[int(kind)][bool(now), str(name)] = found
        else:
            for topic in set(topics):
                by_topic[bool(now), str(topic)] += found
    buckets = tuple(
        Bucket(start, end, times.get((True, start), Counts()))
        for start, end in zip(window.edges, window.ends, strict=True)
    )
    return Overview(
        now=sum((bucket.counts for bucket in buckets), Counts()),
        before=times.get((False, 0), Counts()),
        buckets=buckets,
        brands=_groups(groups[_BY_BRAND]),
        langs=_groups(groups[_BY_LANG]),
        sources=_groups(groups[_BY_SOURCE]),
        topics=_groups(by_topic),
    )


def _groups(found: Mapping[tuple[bool, str], Counts]) -> tuple[Group, ...]:
    """Counts by (in the period?, name) as groups; most mentions first, then by name."""
    names = dict.fromkeys(name for _, name in found)
    groups = (
        Group(name, found.get((True, name), Counts()), found.get((False, name), Counts()))
        for name in names
    )
    return tuple(sorted(groups, key=lambda group: (-group.now.total, group.name)))
