"""What the page knows of promotions, asked of a real ClickHouse."""

from datetime import timedelta

from clickhouse_driver import Client

from dashboards import charts
from dashboards.measures import Counts
from dashboards.queries.overview import Bucket
from dashboards.queries.promotions import (
    VersionChange,
    active_query,
    changes_query,
    read_active,
    read_changes,
)
from dashboards.store import Store
from dashboards.time_range import milliseconds
from streams.versions.promotions import Promotions
from tests.dashboards.mention_table import NOON, MentionTable

BUCKETS = [
    Bucket(start, start + 60_000, Counts(1, 2, 3 * (start > 0))) for start in (0, 60_000, 120_000)
]


def test_changes_of_a_period_and_what_is_active(store: Store, table: MentionTable):
    """The first version is no change; a rollback is one."""
    assert read_active(store.rows(active_query())) == ""
    times = [NOON + timedelta(hours=hour) for hour in range(4)]
    clock = iter(times)
    with Client.from_url(table.url) as client:
        promotions = Promotions(client, lambda: next(clock))
        promotions.begin("one", who="worker")
        promotions.promote("two", who="test")
        promotions.roll_back(who="test")
        promotions.promote("three", who="test")
    assert read_active(store.rows(active_query())) == "three"
    asked = changes_query(since_ms=milliseconds(times[0]), until_ms=milliseconds(times[3]))
    assert read_changes(store.rows(asked)) == [
        VersionChange(milliseconds(times[1]), "two"),
        VersionChange(milliseconds(times[2]), "one"),
    ]


def test_a_change_is_a_row_of_the_chart_and_not_of_its_specification():
    """A specification that stays the same lets the browser keep the chart."""
    plain = charts.net_over_time(BUCKETS)
    marked = charts.net_over_time(BUCKETS, [VersionChange(90_000, "two")])
    assert marked.spec == plain.spec
    assert marked.rows == [*plain.rows, {"at": 90_000, "version": "two"}]
    assert marked.told == plain.told
