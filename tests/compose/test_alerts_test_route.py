"""`groundswell alerts test --route`: the receiver has it, and its answer is shown."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from compose.commands.alerts_test_route import try_route
from compose.settings import Settings
from schemas.errors import SettingsError

WATCHLIST = """
brands: [{name: Acme}]
routes:
  - {name: own, channel: webhook, url: "%s", allow_private: true}
  - {name: outside, channel: slack, url: env:NO_SUCH_VARIABLE}
"""


@pytest.fixture
def bodies() -> list[bytes]:
    return []


@pytest.fixture
def settings(bodies: list[bytes], tmp_path: Path) -> Iterator[Settings]:
    """A watchlist with a route to a real receiver."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text(WATCHLIST % f"http://127.0.0.1:{server.server_port}/")
    yield Settings(watchlist=watchlist)
    server.shutdown()
    server.server_close()


def test_message_goes_and_its_answer_is_shown(
    settings: Settings, bodies: list[bytes], capsys: pytest.CaptureFixture[str]
):
    """It says that it is a test."""
    try_route(settings, "own")
    assert capsys.readouterr().out == "delivered: HTTP 204\n"
    assert b"TEST: this is no incident" in bodies[0]


def test_failure_is_shown_and_exits_with_1(settings: Settings, capsys: pytest.CaptureFixture[str]):
    """What to mend stands there."""
    with pytest.raises(SystemExit) as caught:
        try_route(settings, "outside")
    assert caught.value.code == 1
    assert "env:NO_SUCH_VARIABLE is not set" in capsys.readouterr().out


def test_unknown_route_is_told_with_those_that_there_are(settings: Settings):
    """Field, value, remedy."""
    with pytest.raises(SettingsError, match=r"'other'.*it has: 'own', 'outside'"):
        try_route(settings, "other")
