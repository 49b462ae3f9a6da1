"""Probes against the real parts."""

from pathlib import Path

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from compose.runtime.probe import ClickHouseProbe
from tests.clickhouse_server import ClickHouseServer


def test_looking_whether_clickhouse_answers_leaves_no_line_in_its_log(tmp_path: Path):
    """It is done every five seconds; what a stranger is refused is still told."""
    server = ClickHouseServer(tmp_path)
    server.start()
    try:
        for _ in range(3):
            assert ClickHouseProbe("127.0.0.1", server.port).problem() is None
        quiet = server.log_file.read_text()
        url = server.url.replace("/default", "/nowhere")
        with Client.from_url(url) as client, pytest.raises(ServerException):
            client.execute("SELECT 1")
        assert "refused" not in quiet
        assert server.log_file.read_text().count("refused") == 1
    finally:
        server.kill()
