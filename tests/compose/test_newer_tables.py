"""Tables that a newer version made: an older one keeps its hands off, and says what to do."""

from uuid import uuid4

import pytest
from clickhouse_driver import Client

from compose.runtime import doctor
from compose.runtime.doctor import examine
from compose.runtime.findings import Verdict
from compose.settings import load_settings
from schemas.errors import StoreError
from streams.clickhouse.migrate import migrate


@pytest.fixture
def url(clickhouse_server: str) -> str:
    url = clickhouse_server.replace("/default", f"/newer_{uuid4().hex[:8]}")
    migrate(url)
    with Client.from_url(url) as client:
        client.execute("INSERT INTO migrations (number, name) VALUES", [(9001, "things_to_come")])
    return url


def test_an_older_version_refuses_newer_tables(url: str):
    """It would not fill what the newer one reads, and nobody would see it."""
    with pytest.raises(
        StoreError, match=r"newer Groundswell made .*9001_things_to_come.*; install"
    ):
        migrate(url)


def test_doctor_says_so(url: str, monkeypatch: pytest.MonkeyPatch):
    """With the same remedy."""
    monkeypatch.setattr(doctor, "owns_clickhouse", lambda _: False)
    settings = load_settings({"clickhouse_url": url, "model": "stub"}, environment={})
    (found,) = [finding for finding in examine(settings) if finding.what == "tables"]
    assert found.verdict is Verdict.FAIL
    assert "9001_things_to_come" in found.detail
    assert "backup" in found.remedy
