"""The page in Chinese: all of it, for those who read it so, and for no one else."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.incident_table import alert, evidence_of, insert_band, insert_events
from tests.dashboards.mention_table import MentionTable, mention

Look = Callable[[str], Viewer]

# Each page, and what is there once it is drawn.
PAGES = {
    "": ".feed article",
    "page=explore": ".feed article",
    "page=compare": ".st-key-card-ratings .stVegaLiteChart svg",
    "page=incidents": ".st-key-incident-lines .sentence",
    "incident=a1b2c3": ".gs-proof",
    "page=operations": ".st-key-card-replays",
    "page=trust": ".st-key-card-versions",
}
# Names and code that are the same in every language.
KEPT = {
    *("groundswell", "clickhouse", "kafka", "english", "csv", "parquet", "or", "not", "near", "s"),
    *("psi", "f", "offset", "first", "posts", "in", "m", "groundswell-dead", "list", "letters"),
    *("dead", "ann", "doctor", "replay", "alerts", "backtest", "brand", "p", "utc"),
    *("wald", "bonett", "price", "wilson"),  # by whom intervals are
}
# Streamlit draws its icons as ligatures, whose names are text to the browser. Its own labels (of
# the menus on charts, say), which are not seen, it has in English alone.
WORDS_SHOWN = """
() => {
  const hidden = 'a[href="#stMain"], [data-testid="stIconMaterial"], style, script, bdi, code, ' +
    '.text, .gs-demo';
  const found = [];
  const read = root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.shadowRoot) read(node.shadowRoot);
      const holder = node.parentElement;
      if (node.nodeType !== Node.TEXT_NODE || !holder?.checkVisibility()) continue;
      if (!holder.closest(hidden)) found.push(node.textContent);
    }
    for (const node of root.querySelectorAll("[placeholder], abbr[title], h1 [title]")) {
      found.push(node.getAttribute("placeholder") ?? node.title);
    }
  };
  read(document.querySelector("#root"));
  return found;
}
"""


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Mentions whose every word is Chinese or a name of Han script, and an incident."""
    now = datetime.now(UTC)
    table.insert(
        mention(
            brand=brand,
            sentiment=sentiment,
            text="发货太慢了",
            lang="zh",
            source="微博",
            topics=["物流"],
            product="快车",
            rating=rating,
            posted_at=now - timedelta(minutes=5, seconds=number),
        )
        for brand, sentiment, rating in (("极光", "negative", 1.0), ("北风", "positive", 5.0))
        for number in range(12)
    )
    insert_events(table, alert(brand="极光", evidence=evidence_of(["发货太慢了"], ["物流"])))
    insert_band(table, "极光", minutes=30)


@pytest.mark.parametrize("address", PAGES)
def test_nothing_on_the_page_is_english(look: Look, dashboard: str, address: str):
    """Beside names, commands, and what people wrote."""
    viewer = look(f"{dashboard}/?{address}&ui=zh")
    expect(viewer.page.locator(PAGES[address]).first).to_be_visible()
    expect(viewer.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    shown = viewer.page.evaluate(WORDS_SHOWN)
    words = {word for text in shown for word in re.findall("[A-Za-z]{2,}", text)}
    assert sorted(word for word in words if word.lower() not in KEPT) == []


def test_two_readers_at_once_keep_their_languages(look: Look, dashboard: str):
    """One process serves both, and answers that they share hold no words of either."""
    chinese, english = look(f"{dashboard}/?ui=zh"), look(dashboard)
    for _ in range(2):
        expect(chinese.page.get_by_role("heading", name="净情感趋势")).to_be_visible()
        expect(english.page.get_by_role("heading", name="Net sentiment over time")).to_be_visible()
        expect(chinese.bar("brands", "极光", "负面")).to_have_count(1)
        expect(english.bar("brands", "极光", "Negative")).to_have_count(1)
        chinese.page.reload()
        english.page.reload()


def test_a_language_once_chosen_goes_along(look: Look, dashboard: str):
    """The switch writes it into the address; other pages and links keep it, as they keep all."""
    viewer = look(f"{dashboard}/?brand=极光")
    page = viewer.page
    expect(viewer.tile(0)).to_have_text("12")
    viewer.click(page.get_by_role("button", name="中文"))
    page.wait_for_url("**ui=zh*")
    expect(page.get_by_role("heading", name="净情感趋势")).to_be_visible()
    expect(viewer.tile(0)).to_have_text("12")
    viewer.click(page.get_by_role("radio", name="对比"))
    page.wait_for_url("**page=compare*")
    expect(page).to_have_url(re.compile("ui=zh"))
    viewer.click(page.get_by_role("link", name="极光"))
    page.wait_for_url("**page=explore*")
    expect(page).to_have_url(re.compile("ui=zh"))
    expect(viewer.tile(0)).to_have_count(1)
    expect(viewer.tile(0)).to_have_text("12")
    viewer.click(page.get_by_role("button", name="English"))
    expect(page.get_by_placeholder("Search")).to_be_visible()
