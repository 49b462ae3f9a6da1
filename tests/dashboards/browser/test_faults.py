"""The page without numbers: before the first mention, and while ClickHouse is away."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.clickhouse_server import ClickHouseServer
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.mention_table import MentionTable, fresh_mention

Look = Callable[[str], Viewer]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """A ClickHouse of the module's own, to be killed."""
    found = ClickHouseServer(tmp_path_factory.mktemp("clickhouse"))
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="module")
def table(server: ClickHouseServer) -> MentionTable:
    """A database without tables."""
    return MentionTable.create(server.url, "page_faults")


def test_first_steps_give_way_to_the_first_mention(look: Look, dashboard: str, table: MentionTable):
    """Without a table, and without mentions, the page says what to do, and then goes on alone."""
    viewer = look(dashboard)
    expect(viewer.panel.first).to_contain_text("Waiting for the first mention")
    table.migrate()
    expect(viewer.panel.first).to_contain_text("No mentions yet")
    expect(viewer.panel.first).to_contain_text("groundswell demo")
    table.insert([fresh_mention(text="The very first.")])
    expect(viewer.tile(0)).to_have_text("1")
    expect(viewer.texts).to_have_text(["The very first."])
    expect(viewer.panel).to_have_count(0)


def test_page_outlives_clickhouse(
    look: Look, dashboard: str, table: MentionTable, server: ClickHouseServer
):
    """While ClickHouse is away the page says so and keeps its numbers; then it goes on alone."""
    viewer = look(dashboard)
    expect(viewer.tile(0)).to_have_text("1")
    server.kill()
    away = "ClickHouse is away"
    expect(viewer.freshness).to_contain_text(away)
    expect(viewer.page.get_by_role("alert")).to_contain_text(away)
    expect(viewer.tile(0)).to_have_text("1")
    expect(viewer.texts).to_have_count(1)
    expect(viewer.panel).to_have_count(0)
    # Who comes now has no numbers to keep, and is told where ClickHouse ought to be.
    newcomer = look(dashboard)
    expect(newcomer.panel.first).to_contain_text(f"127.0.0.1:{server.port} does not answer")

    server.start()
    table.insert([fresh_mention(text="Back again.")])
    for someone in (viewer, newcomer):
        expect(someone.tile(0)).to_have_text("2")
        expect(someone.texts.first).to_have_text("Back again.")
        expect(someone.freshness).to_contain_text("Live")
        expect(someone.panel).to_have_count(0)
    expect(viewer.page.get_by_role("alert")).to_have_count(0)
