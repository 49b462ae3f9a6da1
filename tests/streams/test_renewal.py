"""A part whose task dies, however it dies, leaves no process behind that does nothing."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compose.runtime.kafka import free_port
from schemas.errors import RuntimePartError, StoreError
from streams.batching import BatchLimits
from streams.renewal import run_to_its_end
from streams.worker.config import WorkerConfig
from streams.worker.main import WorkerParts, run_worker
from tests.end_to_end.forked import Forked

# Importing on a machine that is busy takes most of it.
_ENDED_S = 120


async def _cancelled() -> int:
    raise asyncio.CancelledError


async def _broken() -> int:
    raise ValueError("nobody expected this")


async def _refused() -> int:
    raise StoreError("refused")


_LIVES = {life.__name__: life for life in (_cancelled, _broken, _refused)}


def _hang_beside() -> None:
    """What keeps an interpreter from ending: a thread that waits for ever, as Faust's does."""
    threading.Thread(target=time.sleep, args=(600,)).start()


def _live(name: str) -> None:
    _hang_beside()
    run_to_its_end(_LIVES[name]())


class _Follower:
    def __init__(self, name: str) -> None:
        self._life = _LIVES[name]

    async def run(self, synced: asyncio.Event) -> None:
        synced.clear()
        await asyncio.sleep(0.2)
        await self._life()


def _work(name: str) -> None:
    _hang_beside()
    anything: Any = None
    follower: Any = _Follower(name)
    limits = BatchLimits(max_rows=1, linger_s=1)
    config = WorkerConfig(
        kafka=f"127.0.0.1:{free_port()}",
        clickhouse_url="clickhouse://127.0.0.1:1/none",
        input_topics=("posts",),
        consumer_group="group",
        scoring=limits,
        storing=limits,
        web_port=free_port(),
        max_poison=1,
    )
    parts = WorkerParts(
        match=anything,
        detect_languages=anything,
        scorer=anything,
        mentions=[anything],
        dead_letters=anything,
        follower=follower,
    )
    run_worker(config, parts)


@pytest.mark.parametrize("run", [_live, _work])
@pytest.mark.parametrize("life", _LIVES)
def test_the_process_ends(run: Callable[[str], None], life: str, tmp_path: Path):
    """With 1, so that whoever watches over it starts it again; the log says why."""
    log = tmp_path / "log"
    process = Forked(run, life, log)
    try:
        assert process.wait(_ENDED_S) == 1, log.read_text()
    finally:
        process.kill()
    assert {
        "_cancelled": "ancelled",
        "_broken": "nobody expected this",
        "_refused": "refused",
    }[life] in log.read_text()


def test_what_could_not_begin_says_so_to_whoever_started_it():
    """A port that is taken, say: the command line prints that without a traceback."""

    async def life() -> int:
        raise RuntimePartError("taken")

    with pytest.raises(RuntimePartError, match="taken"):
        run_to_its_end(life())
