"""The whole `groundswell up`: real Kafka, ClickHouse, worker and page, started and ended."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from compose.runtime.kafka import free_port
from compose.runtime.lock import read_holder
from schemas.topics import ALERTS_TOPIC, DEAD_LETTER_TOPIC, INPUT_TOPICS

_READY = "Groundswell is up"


@dataclass
class Machine:
    """One installation in a folder, on free ports."""

    folder: Path
    user: str = ""
    ports: list[int] = field(default_factory=lambda: [free_port() for _ in range(5)])

    @property
    def flags(self) -> list[str]:
        kafka, clickhouse, dashboard, worker, monitor = self.ports
        return [
            *("--data-dir", str(self.folder), "--model", "stub", "--kafka-heap-mb", "256"),
            *("--kafka", f"localhost:{kafka}"),
            *("--clickhouse-url", f"clickhouse://{self.user}localhost:{clickhouse}/groundswell"),
            *("--dashboard-port", str(dashboard), "--worker-port", str(worker)),
            *("--monitor-port", str(monitor)),
        ]

    def command(self, name: str) -> list[str]:
        return [sys.executable, "-m", "compose", name, *self.flags]

    def up(self) -> "subprocess.Popen[bytes]":
        """Start and wait until all is ready."""
        output = self.folder.parent / "up.txt"
        with output.open("wb") as file:
            process = subprocess.Popen(
                self.command("up"), stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            _wait_for(
                lambda: _READY in output.read_text() or process.poll() is not None, timeout_s=120
            )
            assert process.poll() is None
        except AssertionError:
            process.kill()
            raise AssertionError(output.read_text()) from None
        return process

    def run(self, name: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(name), capture_output=True, text=True, timeout=120, check=False
        )

    def processes(self) -> list[psutil.Process]:
        """Everything that runs on this folder."""
        found = []
        for process in psutil.process_iter(["cmdline", "status"]):
            words = " ".join(process.info["cmdline"] or ())
            if str(self.folder) in words and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found


@pytest.fixture
def machine(tmp_path: Path):
    here = Machine(tmp_path / "data")
    yield here
    for process in here.processes():
        process.kill()


def _wait_for(condition: Callable[[], bool], *, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def _get(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return int(answer.status)


def _topics(port: int) -> set[str]:
    async def read() -> set[str]:
        admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}")
        await admin.start()
        try:
            return set(await admin.list_topics())
        finally:
            await admin.close()

    return asyncio.run(read())


def _listening_elsewhere(processes: list[psutil.Process]) -> set[str]:
    """Addresses other than loopback that these processes listen on."""
    pids = {process.pid for process in processes}
    return {
        str(connection.laddr)
        for connection in psutil.net_connections("inet")
        if connection.pid in pids
        and connection.status == psutil.CONN_LISTEN
        and "127.0.0.1" not in str(connection.laddr)
    }


def test_everything_starts_answers_and_stops_without_a_trace(machine: Machine):
    """Parts are ready, loopback only; a second `up` is refused; SIGTERM leaves nothing behind."""
    process = machine.up()
    kafka, clickhouse, dashboard, worker, monitor = machine.ports
    assert _get(dashboard, "/_stcore/health") == 200
    assert _get(worker, "/ready") == _get(monitor, "/ready") == 200
    assert {*INPUT_TOPICS, DEAD_LETTER_TOPIC, ALERTS_TOPIC} <= _topics(kafka)
    with Client("127.0.0.1", port=clickhouse, database="groundswell") as client:
        assert client.execute("SELECT count() FROM mentions") == [(0,)]
    assert _listening_elsewhere(machine.processes()) == set()

    second = machine.run("up")
    assert second.returncode == 1
    assert f"process {process.pid}" in second.stderr
    assert f"http://localhost:{dashboard}" in second.stderr
    doctor = machine.run("doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert "migrations are applied" in doctor.stdout

    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert machine.processes() == []
    assert read_holder(machine.folder) is None


def test_a_killed_up_leaves_nothing_and_loses_nothing(machine: Machine):
    """SIGKILL of `up` itself, and of single parts before: the data are there at the next start.

    Here ClickHouse lets in only the user of its URL.
    """
    machine.user = "me:s3cr%40t@"
    process = machine.up()
    clickhouse = machine.ports[1]
    login = {"user": "me", "password": "s3cr@t", "database": "groundswell"}
    with Client("127.0.0.1", port=clickhouse) as client, pytest.raises(ServerException):
        client.execute("SELECT 1")
    with Client("127.0.0.1", port=clickhouse, **login) as client:
        client.execute("CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a")
        client.execute("INSERT INTO kept VALUES", [(7,)])
    for name in ("clickhouse_server", "compose worker"):
        for victim in machine.processes():
            if name in " ".join(victim.cmdline()):
                victim.kill()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _wait_for(lambda: machine.processes() == [], timeout_s=40)
    _wait_for(lambda: read_holder(machine.folder) is None, timeout_s=10)

    process = machine.up()
    with Client("127.0.0.1", port=clickhouse, **login) as client:
        assert client.execute("SELECT a FROM kept") == [(7,)]
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert machine.processes() == []
