"""How the parts are, as ClickHouse knows: rates, delays, places on Kafka, routes, replays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from dashboards.queries.conditions import Query, Row
from schemas.mention import MENTIONS_TABLE
from schemas.replay import ReplayPlan

MAX_PLACES: Final = 200
MAX_REPLAYS: Final = 20
MAX_MINUTES: Final = 60
_HOUR_MS: Final = 3_600_000
# What was scored in the last hour is mostly new; a replay scores old posts, which are left out.
_REACH_MS: Final = 24 * _HOUR_MS

_RECENT: Final = f"""
FROM {MENTIONS_TABLE}
WHERE posted_at >= fromUnixTimestamp64Milli(%(reach_ms)s, 'UTC')
  AND scored_at >= fromUnixTimestamp64Milli(%(hour_ms)s, 'UTC')
  AND scored_at < fromUnixTimestamp64Milli(%(now_ms)s, 'UTC')
"""
_FLOW_SQL: Final = f"""
SELECT count(), countIf(scored_at >= fromUnixTimestamp64Milli(%(now_ms)s - 300000, 'UTC')),
       max(posted_at), max(scored_at),
       quantiles(0.5, 0.95)(greatest(dateDiff('millisecond', received_at, scored_at), 0)),
       quantiles(0.5, 0.95)(greatest(dateDiff('millisecond', posted_at, received_at), 0))
{_RECENT}
"""
_MINUTES_SQL: Final = f"""
SELECT toUnixTimestamp(toStartOfMinute(scored_at)) * 1000 AS minute, count()
{_RECENT}
GROUP BY minute
ORDER BY minute
"""
_PLACES_SQL: Final = f"""
SELECT kafka_topic::String, kafka_partition, max(kafka_offset), max(received_at), count()
FROM {MENTIONS_TABLE}
WHERE posted_at >= fromUnixTimestamp64Milli(%(reach_ms)s, 'UTC')
  AND posted_at < fromUnixTimestamp64Milli(%(now_ms)s, 'UTC')
GROUP BY kafka_topic, kafka_partition
ORDER BY kafka_topic, kafka_partition
LIMIT %(most)s
"""  # noqa: S608 - the table's name is a constant
_ROUTES_SQL: Final = """
SELECT route::String, count(), countIf(status = 'delivered'),
       countIf(status IN ('planned', 'retrying')),
       countIf(status IN ('refused', 'gave_up', 'gone')),
       maxIf(written_at, status = 'delivered'),
       argMaxIf(detail, written_at, status != 'delivered' AND detail != '')
FROM notifications FINAL
WHERE written_at >= fromUnixTimestamp64Milli(%(reach_ms)s, 'UTC')
GROUP BY route
ORDER BY route
LIMIT %(most)s
"""
_REPLAYS_SQL: Final = """
SELECT jobs.id, jobs.created_at, jobs.plan, events.event, events.last_at, events.detail,
       progress.positions, progress.read, progress.mentions, progress.bad
FROM (SELECT id, created_at, plan FROM replay_jobs FINAL
      ORDER BY created_at DESC LIMIT %(most)s) AS jobs
LEFT JOIN (SELECT id, argMax(event, at)::String AS event, max(at) AS last_at,
                  argMax(detail, at) AS detail
           FROM replay_events FINAL GROUP BY id) AS events ON events.id = jobs.id
LEFT JOIN (SELECT id, groupArray((topic, partition, position)) AS positions, sum(read) AS read,
                  sum(mentions) AS mentions, sum(bad) AS bad
           FROM (SELECT id, topic, partition, max(position) AS position, max(read) AS read,
                        max(mentions) AS mentions, max(bad) AS bad
                 FROM replay_progress GROUP BY id, topic, partition)
           GROUP BY id) AS progress ON progress.id = jobs.id
ORDER BY jobs.created_at DESC
"""


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds that half of all took at most, and 95 of 100."""

    median_s: float
    p95_s: float


@dataclass(frozen=True, slots=True)
class Flow:
    """What was scored in the last hour, of posts of the last day. last_five: in 5 minutes.

    scoring: from a worker's receipt to the score. arrival: from the post's time to the receipt.
    """

    last_hour: int
    last_five: int
    newest_post: datetime | None
    newest_score: datetime | None
    scoring: Delay | None
    arrival: Delay | None


@dataclass(frozen=True, slots=True)
class Place:
    """How far a partition is stored, of posts of the last day. received: the newest record."""

    topic: str
    partition: int
    offset: int
    received: datetime
    mentions: int


@dataclass(frozen=True, slots=True)
class Route:
    """What became of a route's notifications in the last day. detail: what went wrong last."""

    name: str
    planned: int
    delivered: int
    waiting: int
    failed: int
    last_delivered: datetime | None
    detail: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay and where it stands. event: what happened last, "" if nothing. done: from 0 to 1."""

    id: str
    created_at: datetime
    asked: str
    who: str
    event: str
    detail: str
    done: float
    read: int
    mentions: int
    bad: int


def flow_query(now_ms: int) -> Query:
    """The question; its answer goes to `read_flow`."""
    return Query(_FLOW_SQL, _span(now_ms))


def read_flow(rows: Sequence[Row]) -> Flow:
    """The one row of `flow_query`."""
    last_hour, last_five, newest_post, newest_score, scoring, arrival = rows[0]
    if not last_hour:
        return Flow(0, 0, None, None, None, None)
    return Flow(
        int(last_hour), int(last_five), newest_post, newest_score, _delay(scoring), _delay(arrival)
    )


def minutes_query(now_ms: int) -> Query:
    """Mentions scored in each minute of the last hour; rows of milliseconds and number."""
    return Query(_MINUTES_SQL, _span(now_ms))


def read_minutes(rows: Iterable[Row], *, now_ms: int) -> list[tuple[int, int]]:
    """Start in milliseconds and mentions of each full minute, those without any too."""
    found = {int(minute): int(count) for minute, count in rows}
    last = now_ms // 60_000 * 60_000
    starts = range(last - MAX_MINUTES * 60_000, last, 60_000)
    return [(start, found.get(start, 0)) for start in starts]


def places_query(now_ms: int) -> Query:
    """The question; its answer goes to `read_places`."""
    return Query(_PLACES_SQL, {**_span(now_ms), "most": MAX_PLACES})


def read_places(rows: Iterable[Row]) -> list[Place]:
    """Rows of `places_query`, by topic and partition."""
    return [Place(*row) for row in rows]


def routes_query(now_ms: int) -> Query:
    """The question; its answer goes to `read_routes`."""
    return Query(_ROUTES_SQL, {**_span(now_ms), "most": MAX_PLACES})


def read_routes(rows: Iterable[Row]) -> list[Route]:
    """Rows of `routes_query`, by name."""
    return [
        Route(name, planned, delivered, waiting, failed, last if delivered else None, str(detail))
        for name, planned, delivered, waiting, failed, last, detail in rows
    ]


def replays_query() -> Query:
    """The question; its answer goes to `read_replays`."""
    return Query(_REPLAYS_SQL, {"most": MAX_REPLAYS})


def read_replays(rows: Iterable[Row]) -> list[Replay]:
    """Rows of `replays_query`, newest first. A plan that cannot be read has no words."""
    return [_replay(*row) for row in rows]


def _replay(  # noqa: PLR0913, PLR0917 - the columns of one row
    key: str,
    created_at: datetime,
    plan_json: str,
    event: str,
    _at: datetime,
    detail: str,
    positions: Sequence[tuple[str, int, int]],
    read: int,
    mentions: int,
    bad: int,
) -> Replay:
    try:
        plan = msgspec.json.decode(plan_json, type=ReplayPlan)
    except msgspec.MsgspecError:
        return Replay(key, created_at, "", "", event, detail, 0.0, read, mentions, bad)
    at = {(topic, partition): position for topic, partition, position in positions}
    gone = sum(
        min(max(at.get((each.topic, each.partition), each.first) - each.first, 0), each.size)
        for each in plan.ranges
    )
    done = gone / plan.size if plan.size else 1.0
    return Replay(key, created_at, plan.asked, plan.who, event, detail, done, read, mentions, bad)


def _delay(quantiles: Sequence[float]) -> Delay:
    return Delay(quantiles[0] / 1000, quantiles[1] / 1000)


def _span(now_ms: int) -> dict[str, int]:
    return {"now_ms": now_ms, "hour_ms": now_ms - _HOUR_MS, "reach_ms": now_ms - _REACH_MS}
