"""A promotion opens no incident: the monitor first learns the past as the new version sees it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import pytest

from schemas.alert import Alert
from schemas.alert_rules import AlertRules
from streams.alerts import relearning
from streams.alerts.core import Core
from streams.alerts.counts import StoredCounts
from streams.alerts.minute import moment
from streams.alerts.relearning import Relearner, Teacher
from streams.clickhouse.connection import connect
from streams.versions.promotions import Promotions
from tests.dashboards.mention_table import MentionTable

HOURS = 10
START_S = 1_790_000_040
END_S = START_S + HOURS * 3600
# One post of twenty is negative to the first version, eight are to the second.
_FILL_SQL = """
INSERT INTO mentions (brand, posted_at, source, post_id, model_version, lang, sentiment, scored_at)
SELECT 'Acme', toDateTime(%(start)s, 'UTC') + number * 6 AS at, 'forum', toString(number),
       %(version)s, 'en',
       if(cityHash64(number) %% 100 < %(negative)s, 'negative', 'neutral'), at
FROM numbers(%(posts)s)
"""


@dataclass
class Watching:
    """What a session is to the relearner, and the minutes that it takes in."""

    core: Core
    kept: list[str] = field(default_factory=list)

    async def keep(self, now: datetime) -> None:
        self.kept.append(self.core.model_version)


@pytest.fixture(scope="module")
def table(clickhouse_server: str) -> MentionTable:
    """Fourteen hours of posts that two versions scored; the first is active."""
    found = MentionTable.create(clickhouse_server, f"promotion_{uuid4().hex[:10]}")
    found.migrate()
    posts = (HOURS + 4) * 600
    for version, negative in (("first", 5), ("second", 40)):
        values = {"start": START_S, "version": version, "negative": negative, "posts": posts}
        found.execute(_FILL_SQL, values)
    with connect(found.url) as client:
        Promotions(client).promote("first", who="test")
    return found


def taken(core: Core, counts: StoredCounts, until_s: int) -> list[Alert]:
    """Take minutes in as a session does, each when it is over."""
    minutes = counts.minutes(core.end_s, until_s, version=core.model_version)
    return [event for minute in minutes for event in core.take_minute(minute, minute.end).events]


def test_a_promotion_opens_nothing(table: MentionTable, monkeypatch: pytest.MonkeyPatch):
    """Before it, while it is learned, after it, and after the rollback; the other way it would."""
    monkeypatch.setattr(relearning, "HISTORY_DAYS", 1)
    counts = StoredCounts(table.url, ("Acme",))
    teacher = Teacher(table.url, ("Acme",), lambda: Core(AlertRules(), ("Acme",)))
    watching, relearner = Watching(teacher.taught(END_S, "first")), Relearner(teacher)
    deaf = teacher.new_core()
    deaf.unpack(watching.core.pack())
    events: list[Alert] = []

    async def turns(until_s: int) -> None:
        waited = 0
        while watching.core.end_s < until_s:
            await relearner.attend(watching, moment(watching.core.end_s))  # type: ignore[arg-type]
            if relearner.waits_for:
                waited += 1
                await asyncio.sleep(0.05)
            else:
                step_s = min(until_s, watching.core.end_s + 600)
                events.extend(taken(watching.core, counts, step_s))
        assert waited < 10_000

    async def play() -> None:
        with connect(table.url) as client:
            promotions = Promotions(client)
            await turns(END_S + 1800)
            promotions.promote("second", who="test")
            await turns(END_S + 2 * 3600)
            assert watching.core.model_version == "second"
            promotions.roll_back(who="test")
            await turns(END_S + 3 * 3600)
            assert watching.core.model_version == "first"
            promotions.promote("second", who="test")

    asyncio.run(play())
    assert events == []
    assert watching.kept == ["second", "first"]
    # Whoever takes the new labels in as if they were news calls them an incident.
    deaf.model_version = "second"
    assert taken(deaf, counts, END_S + 2 * 3600)
    counts.close()


def test_the_memory_says_under_which_version_it_was_counted():
    """So that a monitor that starts after a promotion learns anew; an older memory names none."""
    core = Core(AlertRules(), ("Acme",))
    core.model_version = "first"
    again = Core(AlertRules(), ("Acme",))
    again.unpack(core.pack())
    assert again.model_version == "first"
