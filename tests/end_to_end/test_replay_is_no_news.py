"""A replay teaches the detector what was usual, and tells nobody about the past."""

import asyncio
import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from compose.replay_parts import Wanted
from streams.clickhouse.connection import connect
from streams.clickhouse.migrate import migrate
from streams.rollups.roller import Roller
from tests.end_to_end.conftest import Stage
from tests.end_to_end.replays import Replays, is_done
from tests.end_to_end.test_alert_once import HISTORY_MIN, Watchpost, produce

pytestmark = [pytest.mark.fault, pytest.mark.scenario("replay-week")]

# The monitor leads at this minute, counted from its first.
NOW = 100


def posts_file(folder: Path, name: str, times_s: Iterable[int]) -> Path:
    """Posts about the watched brand at these times, in a file."""
    file = folder / f"{name}.jsonl"
    lines = [
        {
            "post_id": f"{name}-{number}",
            "text": "I hate Acme",
            "source": "test",
            "posted_at": datetime.fromtimestamp(time_s, UTC).isoformat(),
            "lang": "en",
        }
        for number, time_s in enumerate(times_s)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def roll(url: str) -> None:
    """Bring the counts by minute up to date, as a leading monitor does beside."""
    with connect(url) as client:
        roller = Roller(client)
        while roller.behind:
            roller.roll()


@pytest.mark.timeout(1500)
def test_no_incident_opens_from_a_replay(stage: Stage, tmp_path: Path):
    """Surges of the past and another version's scores of what is there open nothing.

    The same posts in a minute of the present do: the rule is awake.
    """
    stage.clickhouse_url = f"{stage.clickhouse_url.rpartition('/')[0]}/news_{uuid4().hex[:12]}"
    migrate(stage.clickhouse_url)
    replays = Replays.of(stage.kafka, stage.clickhouse_url, tmp_path)
    start_s = (int(time.time()) // 60 - 240) * 60
    quiet = [start_s + 60 * minute + 7 for minute in range(-HISTORY_MIN, 130)]
    asyncio.run(produce(stage.kafka, stage.ledger.topic, quiet))
    # By a replay, whose version then is the one that people see; the worker only commits.
    assert is_done(replays.begin(Wanted(topics=(stage.ledger.topic,))))
    worker = stage.worker()
    worker.start()
    assert stage.drained(), worker.tail()
    worker.kill()
    watchpost = Watchpost.over(stage, tmp_path, start_s)
    try:
        watchpost.begins(NOW)
        watchpost.reaches(NOW + 1)
        surge = [start_s + 60 * minute + second for minute in range(20, 32) for second in range(40)]
        days = [start_s - 2 * 86_400 + 30 * number for number in range(5_000)]
        past = posts_file(tmp_path, "past", [*surge, *days])
        assert is_done(replays.begin(Wanted(files=(past,))))
        assert is_done(replays.begin(Wanted(topics=(stage.ledger.topic,)), other=True))
        roll(stage.clickhouse_url)
        for minute in range(NOW + 2, NOW + 11):
            watchpost.reaches(minute)
        deadline = time.monotonic() + 600
        while "learned the history" not in watchpost.log():
            assert time.monotonic() < deadline, watchpost.log()
            time.sleep(0.2)
        assert watchpost.stored() == {}, watchpost.stored()
        assert watchpost.told() == []
    finally:
        watchpost.stop()
