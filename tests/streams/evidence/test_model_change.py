"""World or model: what both versions say of an incident's posts, on a real ClickHouse."""

from datetime import timedelta

import pytest
from clickhouse_driver import Client

from schemas.alert import Kind
from schemas.evidence import ModelChange
from streams.evidence.collector import Collector
from streams.versions.promotions import Promotions
from tests.dashboards.mention_table import MentionTable, mention
from tests.streams.evidence.builders import SINCE, alert, signal

UNTIL = SINCE + timedelta(minutes=17)
CHANGED_AT = SINCE - timedelta(minutes=5)


@pytest.fixture(scope="module")
def table(clickhouse_server: str) -> MentionTable:
    """Twelve posts: the old version calls two negative and misses the last, the new one nine."""
    found = MentionTable.create(clickhouse_server, "model_change")
    found.migrate()
    for version, negative, posts in (("old", 2, 11), ("new", 9, 12)):
        found.insert(
            mention(
                brand="Tuskbook",
                post_id=str(number),
                posted_at=SINCE + timedelta(minutes=number),
                model_version=version,
                sentiment="negative" if number < negative else "neutral",
            )
            for number in range(posts)
        )
    return found


def test_a_change_at_the_time_of_an_incident_is_weighed(table: MentionTable):
    """Only where another version became visible at that time, and of what both scored."""
    turned = alert(signal(kind=Kind.NEGATIVE, at=UNTIL, seen=9.0, expected=2.0))
    with Client.from_url(table.url) as client, Collector(table.url) as collector:
        assert collector.collect(turned).model_change is None
        times = iter((SINCE - timedelta(days=9), CHANGED_AT, UNTIL + timedelta(days=1)))
        promotions = Promotions(client, lambda: next(times))
        promotions.promote("old", who="test")
        assert collector.collect(turned).model_change is None
        promotions.promote("new", who="test")
        weighed = ModelChange(
            at=CHANGED_AT,
            before="old",
            after="new",
            posts=11,
            negative_before=2,
            negative_after=9,
        )
        found = collector.collect(turned)
        assert (found.model_change, found.posts, found.negative) == (weighed, 12, 9)
        promotions.roll_back(who="test")
        again = collector.collect(turned)
        assert (again.model_change, again.negative) == (weighed, 2)
