"""The editor of what is watched: a draft, what it would find, saving it and taking it back."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from schemas.backtest import BacktestRequest, BacktestResult, RuleScore
from schemas.watchlist import parse_watchlist
from tests.dashboards.browser.conftest import served
from tests.dashboards.browser.page_server import PageServer
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.mention_table import MentionTable, fresh_mention

Look = Callable[[str], Viewer]

FILE = """
brands:
  - name: Aurora
    products: [{name: Lamp}]
  - name: Velorra
    aliases: ["<img src=x onerror=window.harmed=1>"]
topics:
  - {name: delivery, phrases: [arrived late]}
routes:
  - {name: team, channel: slack, url: "env:HOOK_SECRET"}
"""


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Posts of the last day, about the one brand, that name another thing too."""
    now = datetime.now(UTC)
    texts = ["A Velora bike beside Aurora", "Aurora again", "Aurora Street is closed"]
    table.insert(
        fresh_mention(brand="Aurora", text=text, posted_at=now - timedelta(hours=number + 1))
        for number, text in enumerate(texts)
    )


@pytest.fixture(scope="module")
def dashboard(table: MentionTable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page beside which a watchlist lies."""
    folder: Path = tmp_path_factory.mktemp("editor")
    (folder / "watchlist.yaml").write_text(FILE)
    yield from served(PageServer(table.url, folder))


def versions(table: MentionTable) -> list[tuple[str, str, list[str], str]]:
    """Who, why, what changed, and the text, as they are stored."""
    sql = "SELECT who, why, changes, text FROM watchlist_versions ORDER BY at"
    return list(table.execute(sql))


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def write_in(page: Page, label: str, text: str) -> None:
    """One more entry of a field that takes several."""
    field = page.get_by_role("combobox", name=label)
    field.click()
    field.fill(text)
    field.press("Enter")
    field.press("Escape")


def opened(look: Look, address: str) -> Page:
    """The page, once the editor stands: the first look at it takes longest on a busy machine."""
    page = look(address).page
    expect(card(page, "changes")).to_be_visible(timeout=180_000)
    return page


def give_name(page: Page, name: str) -> None:
    field = page.get_by_role("textbox", name="Your name")
    field.fill(name)
    field.press("Enter")


def card(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-card-watch-{name}")


def test_an_alias_is_previewed_saved_and_taken_back(
    look: Look, dashboard: str, table: MentionTable
):
    """The posts that it would have found are shown before; what was saved can be undone."""
    viewer = look(f"{dashboard}/?page=incidents")
    page = viewer.page
    page.get_by_role("radio", name="Brands").click(timeout=180_000)
    page.wait_for_url("**edit=brands")
    expect(card(page, "changes")).to_contain_text("Nothing yet")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    write_in(page, "But not in", "Aurora Street")
    expect(card(page, "changes")).to_contain_text("But not in \u00b7 Aurora \u00b7 Aurora Street")
    choose(page, "Brand", "Velorra")
    expect(card(page, "form")).to_contain_text("<img src=x")
    write_in(page, "Also called", "Velora")
    expect(page.locator(".gs-changes li")).to_have_count(2)
    preview = card(page, "preview")
    expect(preview).to_contain_text("1 post more")
    expect(preview).to_contain_text("1 post fewer")
    found = page.locator(".st-key-watch-found article")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Velorra")
    expect(found).to_contain_text("A Velora bike")
    expect(page.locator(".st-key-watch-lost article")).to_contain_text("Aurora Street is closed")
    assert versions(table) == []

    page.get_by_role("button", name="Save").click()
    expect(card(page, "save")).to_contain_text("Give your name first")
    give_name(page, "Ana <b>")
    why = page.get_by_role("textbox", name="Why")
    why.fill("people misspell it")
    why.press("Enter")
    page.get_by_role("button", name="Save").click()
    expect(card(page, "save")).to_contain_text("Saved.")
    expect(card(page, "changes")).to_contain_text("Nothing yet")
    [(who, reason, changed, text)] = versions(table)
    assert (who, reason) == ("Ana <b>", "people misspell it")
    assert changed == ["+ exclude Aurora: Aurora Street", "+ alias Velorra: Velora"]
    assert "HOOK_SECRET" not in text
    saved = parse_watchlist(text)
    assert saved.brands[1].aliases[-1] == "Velora"
    assert saved.topics[0].name == "delivery"

    history = card(page, "versions")
    expect(history).to_contain_text("people misspell it")
    expect(history).to_contain_text("in force")
    history.get_by_role("button", name="Load").last.click()
    expect(page.locator(".gs-changes li.gs-gone")).to_have_count(2)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".gs-changes li")).to_have_count(0)
    expect(history.get_by_role("button", name="Load")).to_have_count(3)
    assert [row[3] for row in versions(table)][1] == ""
    assert page.evaluate("window.harmed") is None


def test_a_rule_is_tried_before_it_is_saved(look: Look, dashboard: str, table: MentionTable):
    """The monitor is asked about that rule alone; its answer stands below."""
    page = opened(look, f"{dashboard}/?page=incidents&edit=rules")
    give_name(page, "Ana")
    rule = page.get_by_role("textbox", name="Rule")
    rule.fill("posts over 5")
    rule.press("Enter")
    page.get_by_role("button", name="Try this rule").click()
    expect(page.get_by_text("is no rule")).to_be_visible()
    rule.fill("posts >= 5 in 1h")
    rule.press("Enter")
    choose(page, "About", "One topic")
    page.get_by_role("button", name="Try this rule").click()
    expect(page.get_by_text("Say which.")).to_be_visible()
    choose(page, "Which", "delivery")
    page.get_by_role("button", name="Try this rule").click()
    trial = card(page, "trial")
    expect(trial).to_contain_text("posts >= 5 in 1h")
    expect(trial).to_contain_text("waits for the monitor")
    [(number, asked_at, wish)] = table.execute(
        "SELECT id, asked_at, request FROM backtests FINAL WHERE status = 'asked'"
    )
    tried = parse_watchlist(msgspec.json.decode(wish, type=BacktestRequest).watchlist)
    assert [(one.text, one.topic) for one in tried.alerts.rules] == [
        ("posts >= 5 in 1h", "delivery")
    ]
    result = msgspec.json.encode(
        BacktestResult(scores=(RuleScore(rule="r", incidents=3, confirmed=0, refuted=0),))
    )
    row = (number, asked_at, "Ana", wish, "done", result.decode(), datetime.now(UTC))
    table.execute(
        "INSERT INTO backtests (id, asked_at, who, request, status, result, at) VALUES", [row]
    )
    expect(trial).to_contain_text("3 opened, none of them judged")

    page.get_by_role("button", name="Add rule").click()
    expect(card(page, "changes")).to_contain_text("posts >= 5 in 1h")
    choose(page, "Sensitivity of this brand", "Watchful")
    expect(page.locator(".gs-changes li")).to_have_count(2)
    page.get_by_role("button", name="Save").click()
    expect(card(page, "save")).to_contain_text("Saved.")
    alerts = parse_watchlist(versions(table)[-1][3]).alerts
    assert [one.topic for one in alerts.rules] == ["delivery"]
    assert list(alerts.by_brand) == ["Aurora"]
    card(page, "form").get_by_role("button", name="Remove").click()
    expect(card(page, "form")).to_contain_text("No rules.")
    page.get_by_role("button", name="Discard").click()
    expect(card(page, "form")).not_to_contain_text("No rules.")


def test_mistakes_are_told_and_keep_it_from_being_saved(look: Look, dashboard: str):
    """As a form and as text; what can be used is taken over from the one to the other."""
    page = opened(look, f"{dashboard}/?page=incidents&edit=brands")
    write_in(page, "Also called", "Velorra")
    expect(page.locator(".gs-mistakes")).to_contain_text("has this alias too")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    expect(card(page, "preview")).to_contain_text("Mend the mistakes first")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("radio", name="As text").click()
    text = page.get_by_role("textbox", name="The whole watchlist")
    expect(text).to_have_value(re.compile("Aurora"))
    text.fill("brands: [{name: Zorro}, {nme: x}]")
    page.get_by_role("button", name="Take into the draft").click()
    expect(page.locator(".gs-mistakes").first).to_contain_text("did you mean `name`?")
    text.fill("brands: [{name: Zorro}]")
    page.get_by_role("button", name="Take into the draft").click()
    expect(page.locator(".gs-changes .gs-new").first).to_contain_text("Zorro")
    expect(card(page, "preview")).to_contain_text("3 posts fewer")
