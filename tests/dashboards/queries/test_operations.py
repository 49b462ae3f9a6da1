"""How the parts are: rates, delays, places, routes and replays."""

from datetime import timedelta

import msgspec
import pytest

from dashboards.queries import operations
from dashboards.store import Store
from dashboards.time_range import milliseconds
from schemas.replay import LaneRange, ReplayPlan
from tests.dashboards.mention_table import NOON, MentionTable, mention

NOW_MS = milliseconds(NOON)


def test_an_empty_store_is_told_as_such(store: Store):
    """Nothing is made up where nothing is known."""
    flow = operations.read_flow(store.rows(operations.flow_query(NOW_MS)))
    assert flow == operations.Flow(0, 0, None, None, None, None)
    minutes = operations.read_minutes(store.rows(operations.minutes_query(NOW_MS)), now_ms=NOW_MS)
    assert minutes == [(NOW_MS - (60 - n) * 60_000, 0) for n in range(60)]
    assert operations.read_routes(store.rows(operations.routes_query(NOW_MS))) == []
    assert operations.read_replays(store.rows(operations.replays_query())) == []


@pytest.fixture
def filled(table: MentionTable) -> None:
    """Ten posts of the last minutes, and an old one that a replay scored just now."""
    table.insert(
        mention(
            posted_at=NOON - timedelta(minutes=2 * n + 1),
            received_at=NOON - timedelta(minutes=2 * n + 1) + timedelta(seconds=2),
            scored_at=NOON - timedelta(minutes=2 * n + 1) + timedelta(seconds=3),
            kafka_partition=n % 2,
            kafka_offset=100 + n,
        )
        for n in range(10)
    )
    table.insert([mention(posted_at=NOON - timedelta(days=9), scored_at=NOON)])


@pytest.mark.usefixtures("filled")
def test_rates_delays_and_places(store: Store):
    """Of new posts alone."""
    flow = operations.read_flow(store.rows(operations.flow_query(NOW_MS)))
    assert (flow.last_hour, flow.last_five) == (10, 3)
    assert flow.newest_post == NOON - timedelta(minutes=1)
    assert flow.scoring == operations.Delay(1.0, 1.0)
    assert flow.arrival == operations.Delay(2.0, 2.0)
    places = operations.read_places(store.rows(operations.places_query(NOW_MS)))
    assert [(place.partition, place.offset, place.mentions) for place in places] == [
        (0, 108, 5),
        (1, 109, 5),
    ]
    minutes = operations.read_minutes(store.rows(operations.minutes_query(NOW_MS)), now_ms=NOW_MS)
    assert sum(count for _, count in minutes) == 10


def test_routes_and_replays(store: Store, table: MentionTable):
    """What became of notifications, and how far a replay is."""
    table.execute(
        "INSERT INTO notifications (id, route, status, attempts, next_attempt_at, detail, address, "
        "payload, written_at) VALUES",
        [
            ("1", "team", "delivered", 1, NOON, "", "", "", NOON - timedelta(minutes=5)),
            ("2", "team", "retrying", 3, NOON, "HTTP 503", "", "", NOON - timedelta(minutes=1)),
            ("3", "old", "gave_up", 9, NOON, "refused", "", "", NOON - timedelta(hours=2)),
        ],
    )
    old, team = operations.read_routes(store.rows(operations.routes_query(NOW_MS)))
    assert (old.name, old.failed, old.last_delivered) == ("old", 1, None)
    assert (team.delivered, team.waiting, team.failed, team.detail) == (1, 1, 0, "HTTP 503")
    plan = ReplayPlan(
        id="r1",
        created_at=NOON,
        who="ann",
        asked="--since 1d",
        source="kafka",
        ranges=(LaneRange("posts", 0, 100, 200), LaneRange("posts", 1, 0, 100)),
        model="shipped",
        model_version="first",
        model_sha256="",
        watched=(),
        topics=(),
    )
    table.execute(
        "INSERT INTO replay_jobs (id, created_at, plan) VALUES",
        [("r1", NOON, msgspec.json.encode(plan).decode()), ("r2", NOON - timedelta(1), "{}")],
    )
    table.execute(
        "INSERT INTO replay_events (id, at, event, who, detail) VALUES",
        [("r1", NOON, "started", "ann", ""), ("r1", NOON + timedelta(1), "failed", "", "why")],
    )
    table.execute(
        "INSERT INTO replay_progress (id, topic, partition, next_offset, position, read, mentions) "
        "VALUES",
        [("r1", "posts", 0, 150, 150, 50, 40), ("r1", "posts", 1, 100, 100, 100, 90)],
    )
    first, second = operations.read_replays(store.rows(operations.replays_query()))
    assert (first.asked, first.who, first.event, first.detail) == (
        "--since 1d",
        "ann",
        "failed",
        "why",
    )
    assert (first.done, first.read, first.mentions) == (0.75, 150, 130)
    assert (second.id, second.asked, second.event, second.done) == ("r2", "", "", 0.0)
