"""Which topics the mentions are about, with their sentiment, now and before."""

from collections.abc import Iterable
from typing import Final

from dashboards.filters import Scope
from dashboards.measures import Counts
from dashboards.queries.conditions import Query, Row, mentions_in
from dashboards.queries.overview import Group, read_groups
from dashboards.time_range import Window, milliseconds

MAX_ROWS: Final = 4_000

_SQL: Final = """
SELECT posted_at >= fromUnixTimestamp64Milli(%(start_ms)s, 'UTC') AS now,
       arrayJoin(topics) AS topic,
       countIf(sentiment = 'negative'), countIf(sentiment = 'neutral'),
       countIf(sentiment = 'positive')
FROM {table}
GROUP BY now, topic
ORDER BY count() DESC
LIMIT %(max_rows)s
"""


def topics_query(scope: Scope, window: Window, *, several_versions: bool) -> Query:
    """The question; its answer goes to `read_topics`."""
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
            "max_rows": MAX_ROWS,
        },
    )


def read_topics(rows: Iterable[Row]) -> tuple[Group, ...]:
    """Rows of `topics_query` as groups; a post about two topics counts in both."""
    return read_groups(
        {(bool(now), str(topic)): Counts(*map(int, counts)) for now, topic, *counts in rows}
    )
