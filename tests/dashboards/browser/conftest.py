"""A real ClickHouse, the page as `groundswell dashboard` serves it, and a real browser."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.dashboards.browser.page_server import PageServer, chromium, find_chromium
from tests.dashboards.browser.viewer import TIMEOUT_MS, Viewer
from tests.dashboards.mention_table import MentionTable

expect.set_options(timeout=TIMEOUT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask a browser that failed once more, and name it at the end: on a busy machine it is late
    now and then. What is broken is broken twice.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


# Not for the whole session: Playwright's loop would be in the way of other tests' asyncio.run.
@pytest.fixture(scope="package")
def browser() -> Iterator[BrowserContext]:
    """One Chromium for all tests here, with one cache. Only a developer's machine may lack it."""
    if find_chromium() is None and "CI" not in os.environ:
        pytest.skip("no Chromium is installed; run compose/scripts/chromium.sh")
    with chromium() as found:
        yield found.new_context(viewport={"width": 1440, "height": 1000}, timezone_id="UTC")


@pytest.fixture(scope="module")
def dashboard(table: MentionTable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a page of the module's table, which calls itself a demo."""
    folder = tmp_path_factory.mktemp("dashboard")
    yield from served(PageServer(table.url, folder, demo=True))


def served(server: PageServer) -> Iterator[str]:
    """The server's address, while it runs."""
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def look(browser: BrowserContext) -> Iterator[Callable[[str], Viewer]]:
    """Opens addresses, each as a viewer of its own who must meet no fault in the browser."""
    viewers: list[Viewer] = []

    def open_address(address: str) -> Viewer:
        viewer = Viewer(browser.new_page())
        viewers.append(viewer)
        viewer.page.goto(address)
        return viewer

    yield open_address
    faults = [fault for viewer in viewers for fault in viewer.faults]
    for viewer in viewers:
        viewer.page.close()
    assert not faults
