"""`groundswell doctor` beside parts that somebody started one by one."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from compose.runtime.doctor import examine
from compose.runtime.findings import Verdict
from compose.settings import Settings, load_settings


class _Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def worker_port() -> Iterator[int]:
    """Where something says that it is ready."""
    with http.server.HTTPServer(("127.0.0.1", 0), _Ready) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def settings_of(folder: Path, **flags: str) -> Settings:
    return load_settings({"data_dir": str(folder), "model": "stub", **flags}, environment={})


def test_a_worker_of_a_cluster_is_no_stranger_at_its_port(tmp_path: Path, worker_port: int):
    """It is asked, and its port is not called taken."""
    flags = {"kafka": "127.0.0.1:1,127.0.0.1:2", "worker_port": str(worker_port)}
    found = {each.what: each for each in examine(settings_of(tmp_path, **flags))}
    assert found["worker"].verdict is Verdict.OK
    assert str(worker_port) not in found["ports"].detail
    assert "monitor" not in found


def test_on_one_machine_it_is_one(tmp_path: Path, worker_port: int):
    """`up` could not have the port."""
    found = {
        each.what: each for each in examine(settings_of(tmp_path, worker_port=str(worker_port)))
    }
    assert f"port {worker_port}" in found["ports"].detail


def test_a_server_that_is_away_is_told_once(tmp_path: Path):
    """What could be asked of it is not asked."""
    flags = {"kafka": "127.0.0.1:1,127.0.0.1:2"}
    found = {each.what: each for each in examine(settings_of(tmp_path, **flags))}
    assert found["kafka"].verdict is Verdict.FAIL
    assert "lag" not in found
