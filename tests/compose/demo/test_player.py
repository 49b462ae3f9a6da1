"""The player: live posts on time, the past beside them, nothing lost by a restart."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose.demo import progress
from compose.demo.player import STATE_FILE, Player
from compose.demo.posts import demo_posts
from compose.demo.programme import Programme
from compose.demo.progress import Played, resume
from schemas.errors import InvalidPostError
from schemas.post import decode_post
from tests.streams.ingest.test_ingestion import new_topic, records_of

NOW = 29_500_000


def test_first_start_fills_the_past():
    """Without a last run, all of the wanted past is to be filled."""
    assert resume(None, now=NOW, history=60) == Played(NOW, NOW, ((NOW - 60, NOW),))
    assert resume(None, now=NOW, history=0).gaps == ()


def test_restart_goes_on():
    """A restart fills what was missed first and keeps the show's start; a long pause ends it."""
    last = Played(NOW - 50, NOW - 5, ((NOW - 300, NOW - 100),))
    assert resume(last, now=NOW, history=200) == Played(
        NOW - 50, NOW, ((NOW - 5, NOW), (NOW - 200, NOW - 100))
    )
    assert resume(last, now=NOW + 60, history=10).start == NOW + 60


@given(
    runs=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40)), max_size=8),
    history=st.integers(0, 60),
)
def test_every_minute_is_played_once(runs, history):
    """However often it is stopped, no minute of the past is filled twice, none left out."""
    minute, played, filled, live = NOW, None, [], []
    for length, pause in runs:
        played = resume(played, now=minute, history=history)
        for _ in range(length):
            if played.gaps:
                filled.append(played.gaps[0][1] - 1)
                played = played.without_last_gap_minute()
            live.append(played.live_from)
            played = played.reached(played.live_from + 1)
        minute += length + pause
    done = filled + live
    open_minutes = {
        m for first, until in (played.gaps if played else ()) for m in range(first, until)
    }
    assert len(set(done)) == len(done)
    assert not open_minutes & set(done)


def test_past_waits_for_the_workers(tmp_path):
    """While the workers have much before them only the present is played."""
    now = [NOW * 60.0 + 30]
    sent = []

    async def play(backlog: int) -> None:
        stop = asyncio.Event()

        async def send(posts):
            sent.extend(posts)
            now[0] += 1
            if now[0] > (NOW + 1) * 60:
                stop.set()

        async def posts_waiting():
            return backlog

        player = Player(
            Programme(demo_posts(), 3.0), send, posts_waiting, tmp_path / "s", lambda: now[0]
        )
        await player.play(stop, history_minutes=5)

    asyncio.run(play(backlog=10_000))
    assert all(post.posted_at.timestamp() >= NOW * 60 for post in sent)
    now[0] = NOW * 60.0 + 30
    asyncio.run(play(backlog=0))
    assert any(post.posted_at.timestamp() < NOW * 60 for post in sent)


def test_plays_to_kafka_and_stops_in_order(kafka, tmp_path):
    """A killed player is started again and stopped: its minutes are whole, each post is one."""
    topic = new_topic(kafka)
    environment = {
        **os.environ,
        "GROUNDSWELL_KAFKA": kafka,
        "GROUNDSWELL_INPUT_TOPICS": topic,
        "GROUNDSWELL_DATA_DIR": str(tmp_path),
        "GROUNDSWELL_CONSUMER_GROUP": topic,
    }
    command = [
        sys.executable,
        "-m",
        "compose.demo.player",
        "--rate",
        "20",
        "--history-hours",
        "0.2",
    ]
    state = tmp_path / STATE_FILE
    for how, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)):
        # What the killed one had sent last is counted before the next one starts.
        before, deadline = len(records_of(kafka, topic)), time.monotonic() + 60
        process = subprocess.Popen(command, env=environment)
        while len(records_of(kafka, topic)) < before + 60:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        process.send_signal(how)
        assert process.wait(timeout=20) == code
    records = records_of(kafka, topic)
    good = {(key, value) for key, value, _ in records if is_a_post(value)}
    played = progress.load(state)
    assert played is not None
    assert len(good) > 60
    assert len({key for key, _ in good}) == len(good)
    # The minute before the start was the past to fill, and it is there whole.
    minute = played.start - 1
    past = {post.post_id for post in Programme(demo_posts(), 20.0).usual(minute)}
    is_open = any(first <= minute < until for first, until in played.gaps)
    assert is_open or past <= {key for key, _, _ in records}


def is_a_post(record: bytes) -> bool:
    """Whether a record was left as it should be."""
    try:
        decode_post(record)
    except InvalidPostError:
        return False
    return True


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_unreadable_state_is_a_first_start(tmp_path, content):
    """A state that cannot be read costs a repetition, not the show."""
    (tmp_path / "s").write_bytes(content)
    assert progress.load(tmp_path / "s") is None
    assert progress.load(tmp_path / "none") is None
