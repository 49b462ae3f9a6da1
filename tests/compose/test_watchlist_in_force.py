"""Which watchlist counts, and that parts take a newer one up while they run."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner

from compose.commands.watchlist import app
from compose.runtime.kafka import free_port
from compose.settings import Settings
from compose.watchlist_in_force import Lookout, in_force
from schemas.errors import StoreError, WatchlistError
from schemas.post import Post, encode_post
from schemas.watchlist_versions import SavedWatchlist
from tests.dashboards.mention_table import MentionTable

FILE = """
brands: [{name: Acme}]
alerts: {quiet: 5m}
routes: [{name: team, channel: slack, url: "env:HOOK"}]
"""
SAVED = "brands: [{name: Acme, aliases: [Zorro]}]"
# Generous: a busy machine loads and starts a part slowly.
PATIENCE_S = 240


@pytest.fixture
def table(clickhouse_server: str) -> MentionTable:
    """Tables of this test's own."""
    found = MentionTable.create(clickhouse_server, f"in_force_{uuid4().hex[:8]}")
    found.migrate()
    return found


@pytest.fixture
def settings(table: MentionTable, tmp_path: Path) -> Settings:
    """A file, and the database."""
    file = tmp_path / "watchlist.yaml"
    file.write_text(FILE)
    return Settings(clickhouse_url=table.url, watchlist=file, data_dir=tmp_path)


def save(table: MentionTable, text: str, *, ago_s: int = 0) -> SavedWatchlist:
    """What the page does."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=ago_s)
    saved = SavedWatchlist(id=uuid4(), at=at, who="ana", why="new", changes=("+ x",), text=text)
    row = (saved.id, saved.at, saved.who, saved.why, list(saved.changes), saved.text)
    columns = "id, at, who, why, changes, text"
    table.execute(f"INSERT INTO watchlist_versions ({columns}) VALUES", [row])
    return saved


def test_the_newest_version_counts_and_routes_are_the_files(
    settings: Settings, table: MentionTable
):
    """Without one, and with one that has no text, the file does."""
    assert in_force(settings).saved is None
    save(table, "brands: [{name: Old}]", ago_s=60)
    saved = save(table, SAVED, ago_s=30)
    found = in_force(settings)
    assert found.saved == saved
    assert found.watchlist.brands[0].aliases == ("Acme", "Zorro")
    assert found.watchlist.alerts.quiet_min == 10
    assert [route.name for route in found.watchlist.routes] == ["team"]
    save(table, "")
    assert in_force(settings).watchlist.alerts.quiet_min == 5


def test_what_counts_is_shown(settings: Settings, table: MentionTable):
    """With whose it is; the routes stay out."""
    save(table, SAVED)
    flags = ["--clickhouse-url", settings.clickhouse_url, "--watchlist", str(settings.watchlist)]
    result = CliRunner().invoke(app, ["show", *flags])
    assert result.exit_code == 0, result.output
    assert "by ana (new)" in result.output
    assert "Zorro" in result.output
    assert "HOOK" not in result.output


def test_without_clickhouse_nothing_is_guessed(settings: Settings, tmp_path: Path):
    """A table that is not there yet is something else: nothing can have been saved."""
    away = Settings(clickhouse_url="clickhouse://127.0.0.1:1/x", watchlist=settings.watchlist)
    with pytest.raises(StoreError):
        in_force(away)
    nowhere = settings.clickhouse_url.replace("/in_force_", "/missing_")
    assert in_force(Settings(clickhouse_url=nowhere, watchlist=settings.watchlist)).saved is None


def looks(lookout: Lookout) -> list[bool]:
    """What it says until it has read the file, which it leaves alone while it may be written."""
    return [lookout.differs() for _ in range(3)]


def test_an_edited_file_is_noticed(settings: Settings, table: MentionTable):
    """Where it says something else; a version that was saved keeps all but the routes from it."""
    settings.watchlist.write_text(FILE + "# while the part was loading\n")
    lookout = Lookout(settings, in_force(settings))
    assert not any(looks(lookout))
    settings.watchlist.write_text(FILE.replace("5m", "6m"))
    assert any(looks(lookout))
    save(table, SAVED)
    lookout = Lookout(settings, in_force(settings))
    settings.watchlist.write_text(FILE.replace("5m", "7m"))
    assert not any(looks(lookout))
    settings.watchlist.write_text(FILE.replace("HOOK", "OTHER"))
    assert any(looks(lookout))


def test_a_version_that_says_the_same_changes_nothing(settings: Settings, table: MentionTable):
    """And one that says something else does."""
    lookout = Lookout(settings, in_force(settings))
    save(table, "brands: [{name: Acme}]\nalerts: {quiet: 5m}", ago_s=60)
    assert not any(looks(lookout))
    save(table, SAVED)
    assert any(looks(lookout))


def test_what_cannot_be_read_is_not_taken_up(settings: Settings, table: MentionTable):
    """Neither is what was saved meanwhile: a part that began anew could not read the file."""
    lookout = Lookout(settings, in_force(settings))
    assert not any(looks(lookout))
    settings.watchlist.write_text("brands: [{nam: Acme}]")
    assert not lookout.differs()
    for _ in range(2):
        with pytest.raises(WatchlistError):
            lookout.differs()
    save(table, SAVED)
    settings.watchlist.unlink()
    with pytest.raises(WatchlistError):
        lookout.differs()
    settings.watchlist.write_text(FILE)
    assert any(looks(lookout))


@contextmanager
def running(
    part: str, settings: Settings, kafka: str, port: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`groundswell worker` or `monitor`, until the block ends."""
    environment = {
        **os.environ,
        "GROUNDSWELL_CLICKHOUSE_URL": settings.clickhouse_url,
        "GROUNDSWELL_WATCHLIST": str(settings.watchlist),
        "GROUNDSWELL_DATA_DIR": str(settings.data_dir),
        "GROUNDSWELL_KAFKA": kafka,
        "GROUNDSWELL_MODEL": "stub",
        "GROUNDSWELL_CONSUMER_GROUP": f"in-force-{uuid4().hex[:8]}",
        port: str(free_port()),
    }
    log = (settings.data_dir / f"{part}.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "compose", part], env=environment, stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        log.close()


def wait_for_log(settings: Settings, part: str, words: str, *, times: int = 1) -> None:
    log = settings.data_dir / f"{part}.log"
    deadline = time.monotonic() + PATIENCE_S
    while log.read_text("utf-8", "replace").count(words) < times:
        assert time.monotonic() < deadline, log.read_text("utf-8", "replace")[-3000:]
        time.sleep(0.2)


async def send(kafka: str, text: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        post = Post(text=text, posted_at=datetime.now(UTC), source="test", post_id=uuid4().hex)
        await producer.send_and_wait("social-posts", encode_post(post))
    finally:
        await producer.stop()


def send_until_stored(table: MentionTable, kafka: str, text: str) -> None:
    """Posts of that text, until one is stored as a mention."""
    deadline = time.monotonic() + PATIENCE_S
    while not table.execute("SELECT count() FROM mentions WHERE text = %(t)s", {"t": text})[0][0]:
        assert time.monotonic() < deadline
        asyncio.run(send(kafka, text))
        time.sleep(1)


def test_worker_takes_up_what_was_saved(settings: Settings, table: MentionTable, kafka: str):
    """The same process goes on: a post that names the new alias is stored."""
    with running("worker", settings, kafka, "GROUNDSWELL_WORKER_PORT") as worker:
        send_until_stored(table, kafka, "I met Acme")
        save(table, SAVED)
        wait_for_log(settings, "worker", "watching what ana saved")
        send_until_stored(table, kafka, "I met Zorro")
        assert worker.poll() is None
    assert worker.returncode == 0


def test_monitor_takes_up_what_was_saved(settings: Settings, table: MentionTable, kafka: str):
    """Likewise, and what the file says of routes, once it can be read."""
    with running("monitor", settings, kafka, "GROUNDSWELL_MONITOR_PORT") as monitor:
        wait_for_log(settings, "monitor", "leading, with")
        save(table, SAVED, ago_s=1)
        wait_for_log(settings, "monitor", "watching what ana saved")
        wait_for_log(settings, "monitor", "leading, with", times=2)
        settings.watchlist.write_text(FILE + "!")
        wait_for_log(settings, "monitor", "what is watched stays as it was")
        settings.watchlist.write_text(FILE.replace("HOOK", "OTHER"))
        wait_for_log(settings, "monitor", "leading, with", times=3)
        assert monitor.poll() is None
    assert monitor.returncode == 0
