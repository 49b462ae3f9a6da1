"""Settings that were given to `groundswell up` alone, or changed since it was started."""

from dataclasses import replace
from pathlib import Path

from compose.runtime.doctor import examine
from compose.runtime.doctor_settings import compare_settings
from compose.runtime.findings import Verdict
from compose.runtime.lock import data_folder_lock
from compose.runtime.plan import Layout
from compose.settings import Settings, load_settings


def test_each_setting_that_differs_is_named():
    """With both values, and no password among them."""
    running = Settings(model="stub", clickhouse_url="clickhouse://me:secret@localhost/db")
    found = compare_settings(Settings(), running)
    assert found.verdict is Verdict.WARN
    assert "model='stub' runs, 'shipped' is set here" in found.detail
    assert "clickhouse_url='clickhouse://me:***@localhost/db' runs" in found.detail
    assert "groundswell.toml" in found.remedy


def test_the_demonstrations_own_settings_are_no_difference():
    """Nobody gave them."""
    running = Settings(demo=True, watchlist=Path("/demo/watchlist.yaml"))
    assert compare_settings(Settings(), running).verdict is Verdict.OK


def test_doctor_compares_with_what_runs(tmp_path: Path):
    """By the file that the parts read."""
    settings = load_settings({"data_dir": str(tmp_path), "model": "stub"}, environment={})
    with data_folder_lock(tmp_path, url="http://x"):
        Layout(tmp_path).settings.write_text(replace(settings, batch_posts=7).to_toml())
        (found,) = [finding for finding in examine(settings) if finding.what == "settings"]
    assert found.detail == "batch_posts='7' runs, '512' is set here"
