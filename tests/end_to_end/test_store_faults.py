"""ClickHouse dies, is out of reach, has no room: what it acknowledged stays, the rest waits."""

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clickhouse_server import ClickHouseServer
from tests.end_to_end.black_hole import BlackHole
from tests.end_to_end.conftest import Stage, ending, new_stage
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.faulty_worker import Faults
from tests.end_to_end.lengths import seconds, within

pytestmark = [pytest.mark.slow_fault, pytest.mark.timeout(1200)]


@pytest.fixture
def on_own_clickhouse(
    kafka: str, own_clickhouse: ClickHouseServer, tmp_path: Path
) -> Iterator[Stage]:
    """A stage with a ClickHouse of its own."""
    with ending(new_stage(kafka, own_clickhouse.url, tmp_path)) as found:
        yield found


def clickhouse_kill(
    stage: Stage, server: ClickHouseServer, *, kills: int = 8, mutation: str = ""
) -> tuple[int, list[float], list[float]]:
    """SIGKILL it again and again while rows come in.

    Returns how many acknowledged rows were not there afterwards, the seconds from each start of
    the server until it answered, and from then until the worker was ready.
    """
    rng = random.Random(1)
    faults = Faults(journal=stage.journal(), mutation=mutation)
    worker = stage.worker(faults, insert_linger_s=0.05)
    missing, back_s, ready_s = 0, [], []
    with worker.supervised(), stage.feeding(rate=200):
        worker.await_ready()
        for _ in range(kills):
            known = len(stage.journaled())
            deadline = time.monotonic() + 300
            while len(stage.journaled()) < known + 500:
                assert time.monotonic() < deadline, worker.tail()
                time.sleep(0.05)
            time.sleep(rng.uniform(0, 0.5))
            server.kill()
            acknowledged = set(stage.journaled())
            begun = time.monotonic()
            server.start()
            answered = time.monotonic()
            worker.await_ready()
            back_s.append(answered - begun)
            ready_s.append(time.monotonic() - answered)
            missing += len(acknowledged - stage.stored())
    if not worker.alive:
        worker.start()
    assert stage.drained(timeout_s=120), worker.tail()
    return missing, back_s, ready_s


@pytest.mark.scenario("clickhouse-kill")
def test_clickhouse_kill(
    on_own_clickhouse: Stage, own_clickhouse: ClickHouseServer, figure: Figure
):
    """No acknowledged row is missing; the worker is ready within 15 s of the server's return."""
    missing, back_s, ready_s = clickhouse_kill(on_own_clickhouse, own_clickhouse)
    verdict = on_own_clickhouse.verdict()
    assert missing == 0
    assert verdict.clean, verdict
    figure(f"8 SIGKILLs in {len(on_own_clickhouse.ledger.good):,} posts, {missing} rows missing")
    figure(
        f"ClickHouse answers after at most {max(back_s):.1f} s, ready {max(ready_s):.1f} s later"
    )
    assert max(ready_s) < within(15)


@pytest.mark.scenario("clickhouse-kill")
def test_clickhouse_kill_bites(
    on_own_clickhouse: Stage, own_clickhouse: ClickHouseServer, figure: Figure
):
    """A worker that goes on after a failed insert loses its rows."""
    clickhouse_kill(on_own_clickhouse, own_clickhouse, kills=2, mutation="give_up_on_errors")
    assert on_own_clickhouse.verdict().lost > 0
    figure("bites: going on after a failed insert")


def batches(worker_metrics: str) -> str:
    """Name of the metric that counts the batches which a stage has begun."""
    return f'groundswell_batch_rows_count{{stage="{worker_metrics}"}}'


@pytest.mark.scenario("clickhouse-blackhole")
def test_clickhouse_black_hole(stage: Stage, figure: Figure):
    """No packet comes through for ten minutes, and no refusal: little is held, nothing lost."""
    hole_s = seconds(600)
    with BlackHole(stage.clickhouse_url) as hole:
        worker = stage.worker(clickhouse_url=hole.url)
        worker.start()
        worker.await_ready()
        with stage.feeding(rate=200) as feed:
            time.sleep(10)
            assert worker.get("ready")[0] == 200, worker.tail()
            hole.swallow()
            begun = time.monotonic()
            time.sleep(1)  # what ClickHouse had answered by then is counted
            counted = worker.metric(batches("store"))
            base = worker.memory_mb()
            while worker.get("ready")[0] == 200:
                assert time.monotonic() < begun + 300, worker.tail()
                time.sleep(0.1)
            told_s = time.monotonic() - begun
            assert "store" in worker.get("ready")[1]
            while "store failed" not in worker.tail():
                assert time.monotonic() < begun + 300, worker.tail()
                time.sleep(0.2)
            error_s = time.monotonic() - begun
            while time.monotonic() < begun + hole_s:
                assert worker.alive, worker.tail()
                time.sleep(1)
            held = worker.metric(batches("store")) - counted
            grown = worker.memory_mb() - base
            assert feed.sent > 0
            hole.release()
            begun = time.monotonic()
        assert stage.drained(timeout_s=120), worker.tail()
        later_s = time.monotonic() - begun
    assert worker.alive
    verdict = stage.verdict()
    assert verdict.clean, verdict
    figure(f"{hole_s:.0f} s without packets, {len(stage.ledger.good):,} posts")
    figure(f"not ready after {told_s:.1f} s, error after {error_s:.1f} s")
    figure(f"{held:.0f} batches held, {grown:+.0f} MB, caught up {later_s:.0f} s later")
    assert told_s < within(30)
    assert held <= 2
    assert grown < 50


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB, if this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here; run it as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room; the file that takes it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


@pytest.mark.scenario("disk-full")
def test_disk_full(kafka: str, small_disk: Path, tmp_path: Path, figure: Figure):
    """No room for ClickHouse: the worker says so and commits nothing until there is some."""
    server = ClickHouseServer(small_disk / "clickhouse")
    server.start()
    try:
        with ending(new_stage(kafka, server.url, tmp_path)) as stage:
            worker = stage.worker()
            worker.start()
            worker.await_ready()
            stage.produce(2_000)
            assert stage.drained(), worker.tail()
            ballast = fill(small_disk)
            stage.produce(2_000, first=2_000)
            begun = time.monotonic()
            while worker.get("ready")[0] == 200:
                assert time.monotonic() < begun + 200, worker.tail()
                time.sleep(0.1)
            told_s = time.monotonic() - begun
            done = stage.committed()
            time.sleep(seconds(20))
            assert stage.committed() == done
            assert sum(done.values()) < 4_000
            kept = stage.stored()
            assert {f"p{number}" for number in range(2_000)} <= kept
            ballast.unlink()
            assert stage.drained(timeout_s=60), worker.tail()
            verdict = stage.verdict()
            assert verdict.clean, verdict
            assert worker.alive
    finally:
        server.kill()
    figure(f"64 MB full: not ready after {told_s:.1f} s, {len(kept) - 2_000} posts stored since")
    figure("no commit, clean after space")
    assert told_s < within(10)
