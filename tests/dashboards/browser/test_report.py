"""What is ordinary on the page Now, and the view as PDF, in a browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.incident_table import alert, insert_band, insert_events
from tests.dashboards.mention_table import MentionTable, mention

Look = Callable[[str], Viewer]
NOW = datetime.now(UTC).replace(second=0, microsecond=0)


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Ten posts each of two brands; of one the monitor knows what is ordinary, and an incident."""
    table.insert(
        [
            mention(
                brand=brand,
                text=f"#strong[{number}] <b>late</b>",
                posted_at=NOW - timedelta(minutes=number + 1),
                scored_at=NOW,
            )
            for brand in ("Tuskbook", "Aurora")
            for number in range(10)
        ]
    )
    insert_band(table, "Tuskbook", minutes=60)
    insert_events(table, alert(since=NOW - timedelta(minutes=20)))


def test_the_page_says_what_is_ordinary_and_makes_a_report(
    look: Look, dashboard: str, tmp_path: Path
):
    """The range and the incident of a brand; what is not known is said; one page of PDF."""
    viewer = look(f"{dashboard}/?brand=Tuskbook")
    ordinary = viewer.page.locator(".st-key-ordinary")
    expect(ordinary).to_contain_text("Grey: the ordinary range of Tuskbook.")
    expect(ordinary.get_by_role("link")).to_contain_text("Tuskbook")
    taken = viewer.download(viewer.page.get_by_role("button", name="Report", exact=True))
    taken.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    chinese = look(f"{dashboard}/?brand=Tuskbook&ui=zh").page.locator(".st-key-ordinary")
    expect(chinese.get_by_role("link")).to_have_attribute("href", re.compile("incident=.+ui=zh"))
    other = look(f"{dashboard}/?brand=Aurora")
    told = other.page.locator(".st-key-ordinary")
    expect(told).to_contain_text("What is ordinary for Aurora is not known yet.")
