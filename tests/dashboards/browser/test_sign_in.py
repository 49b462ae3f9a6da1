"""People sign in at a real provider, and see and do what their role and brands allow."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from schemas.access_file import parse_access
from tests.brand_readers import limited_server
from tests.dashboards.browser.page_server import PageServer
from tests.dashboards.browser.viewer import TIMEOUT_MS, Viewer
from tests.dashboards.mention_table import MentionTable, fresh_mention
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider

ACCESS = """
access:
  - email: boss@example.com
    role: admin
  - group: aurora team
    role: viewer
    brands: [Aurora]
"""
PEOPLE: dict[str, dict[str, Any]] = {
    "boss@example.com": {},
    "ana@example.com": {"groups": ["aurora team"]},
    "stranger@example.com": {"groups": ["others"]},
    "forged@example.com": {"email": "boss@example.com", "email_verified": False},
}
# The way there and back, and a page that nobody looked at yet.
FIRST_MS = 3 * TIMEOUT_MS
PAGES = ("Explore", "Compare", "Incidents", "Trust", "Operations")


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Iterator[MentionTable]:
    """Three posts of one brand, two of another."""
    folder = tmp_path_factory.mktemp("clickhouse")
    with limited_server(folder, parse_access(ACCESS), database="signing") as found:
        found.insert(fresh_mention(brand="Aurora", text=f"aurora {n}") for n in range(3))
        found.insert(fresh_mention(brand="Borealis", text=f"borealis {n}") for n in range(2))
        yield found


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    """Where people sign in."""
    with OidcProvider(PEOPLE) as found:
        yield found
    assert not found.faults


@pytest.fixture(scope="module")
def page(table, provider, tmp_path_factory) -> Iterator[str]:
    """The page, set up as an admin would."""
    folder: Path = tmp_path_factory.mktemp("page")
    (folder / "access.yaml").write_text(ACCESS)
    secret = folder / "client-secret"
    secret.write_text(CLIENT_SECRET)
    server = PageServer(table.url, folder)
    server.settings = {
        "GROUNDSWELL_OIDC_METADATA_URL": provider.metadata_url,
        "GROUNDSWELL_OIDC_CLIENT_ID": CLIENT_ID,
        "GROUNDSWELL_OIDC_CLIENT_SECRET": f"file:{secret}",
        "GROUNDSWELL_DASHBOARD_URL": server.url,
    }
    server.start()
    yield server.url
    server.stop()


@contextmanager
def person(browser: BrowserContext, page: str, email: str) -> Iterator[Viewer]:
    """Somebody who signs in, in a browser that has forgotten who was there before."""
    browser.clear_cookies()
    viewer = Viewer(browser.new_page())
    viewer.page.goto(page)
    viewer.page.get_by_role("button", name="Sign in").click()
    viewer.page.get_by_role("link", name=email).click()
    yield viewer
    viewer.page.close()
    browser.clear_cookies()
    assert not viewer.faults


def test_nobody_sees_anything_before_they_sign_in(look, page):
    """Whatever the address asks for."""
    for address in (page, f"{page}/?page=explore", f"{page}/?page=operations"):
        viewer = look(address)
        expect(viewer.panel).to_contain_text("Sign in", timeout=FIRST_MS)
        text = viewer.page.inner_text("body")
        assert "Aurora" not in text
        assert "aurora" not in text


def test_roles_and_brands(browser, page, table):
    """The admin's answers are kept, and yet the viewer after them sees their own brand alone."""
    with person(browser, page, "boss@example.com") as boss:
        expect(boss.tile(0)).to_have_text("5", timeout=FIRST_MS)
        expect(boss.texts).to_have_count(5, timeout=FIRST_MS)
        expect(boss.page.locator("button.mood")).to_have_count(5)
        taken = boss.download(boss.page.get_by_role("button", name="CSV"))
        assert "borealis" in Path(taken.path()).read_text("utf-8-sig")
        boss.page.goto(f"{page}/?page=operations")
        told = boss.page.locator(".st-key-card-audit")
        expect(told).to_contain_text("boss@example.com", timeout=FIRST_MS)
        expect(told).to_contain_text("Export as CSV")
    assert table.execute("SELECT who, what FROM exports") == [("boss@example.com", "csv")]
    with person(browser, page, "ana@example.com") as ana:
        expect(ana.tile(0)).to_have_text("3", timeout=FIRST_MS)
        expect(ana.texts).to_have_count(3, timeout=FIRST_MS)
        expect(ana.page.get_by_role("button", name="CSV")).to_have_count(0)
        expect(ana.page.locator("button.mood")).to_have_count(0)
        for name in PAGES:
            ana.page.get_by_role("radio", name=name).click(timeout=FIRST_MS)
            ana.page.wait_for_url(f"**page={name.lower()}*", timeout=FIRST_MS)
            ana.page.wait_for_load_state("networkidle", timeout=FIRST_MS)
            text = ana.page.inner_text("body").lower()
            assert "borealis" not in text, name
            assert "who did what" not in text, name
        ana.page.goto(f"{page}/?brand=Borealis")
        expect(ana.panel).to_contain_text("Nothing", timeout=FIRST_MS)
        ana.page.get_by_role("button", name="Sign out").click()
        expect(ana.panel.filter(has_text="Sign in")).to_be_visible(timeout=FIRST_MS)
        expect(ana.panel).to_have_count(1, timeout=FIRST_MS)
        ana.page.goto(page)
        expect(ana.panel.filter(has_text="Sign in")).to_be_visible(timeout=FIRST_MS)
        expect(ana.panel).to_have_count(1, timeout=FIRST_MS)


@pytest.mark.parametrize("email", ["stranger@example.com", "forged@example.com"])
def test_who_is_not_named_sees_nothing(browser, page, email):
    """Nor does an address that the provider does not vouch for."""
    with person(browser, page, email) as stranger:
        expect(stranger.panel).to_contain_text("You have no access yet", timeout=FIRST_MS)
        assert "aurora" not in stranger.page.inner_text("body").lower()
        stranger.page.get_by_role("button", name="Sign out").click()
        expect(stranger.page.get_by_role("button", name="Sign in")).to_be_visible()
