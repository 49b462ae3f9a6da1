"""Explore, Compare and Operations, as a viewer meets them."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize, expect
from pyarrow import parquet

from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.mention_table import MentionTable, mention

Look = Callable[[str], Viewer]

BAD = "The parcel came late and the box was torn open, which is a shame for such a price"
# Each page, and what is there once it is drawn.
PAGES = {
    "now": ".feed article",
    "explore": ".feed article",
    "compare": ".st-key-card-ratings .stVegaLiteChart svg",
    "incidents": ".st-key-card-backtest",
    "operations": ".st-key-card-replays",
}
# Words in tables that are torn apart: they stand in more than one line. Addresses may.
TORN = """
() => {
  const torn = [];
  for (const table of document.querySelectorAll(".gs-table")) {
    const walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const word of node.data.matchAll(/[^\\s/-]+/g)) {
        if (word[0].length > 20) continue;
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) torn.push(word[0]);
      }
    }
  }
  return torn;
}
"""
PHONE = ViewportSize(width=390, height=844)
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Half an hour of two brands; one complaint of Boreal is copied six times."""
    now = datetime.now(UTC)
    rows = [
        mention(
            brand=brand,
            sentiment=sentiment,
            text=f"{brand} number {number}: {words}",
            lang=lang,
            country=country,
            product=product,
            author=f"author {number % 3}",
            rating=rating,
            reach=10 * number,
            topics=["delivery"] if sentiment == "negative" else ["price"],
            posted_at=now - timedelta(minutes=20, seconds=number),
        )
        for brand, sentiment, words, lang, country, product, rating, count in (
            ("Aurora", "positive", "a fine train", "en", "GB", "Express", 5.0, 24),
            ("Aurora", "negative", "der Zug war verspätet", "de", "DE", "", 4.0, 12),
            ("Boreal", "positive", "très bon café", "fr", "FR", HOSTILE, 4.0, 8),
            ("Boreal", "neutral", "地铁今天人很多", "zh", "CN", "", None, 5),
        )
        for number in range(count)
    ]
    rows += [
        mention(
            brand="Boreal",
            sentiment="negative",
            text=f"{BAD}! https://example.org/{number}",
            reach=1_000 + number,
            posted_at=now - timedelta(minutes=5, seconds=number),
        )
        for number in range(6)
    ]
    table.insert(rows)


def test_a_search_and_a_click_lead_to_posts_and_back(look: Look, dashboard: str):
    """Numbers are those of the posts; the address says all; back and forward work."""
    viewer = look(f"{dashboard}/?page=explore")
    page = viewer.page
    expect(viewer.tile(0)).to_have_text("55")
    expect(viewer.cards.first.locator(".copies")).to_have_text("6 copies")
    page.get_by_placeholder("Search").fill("zug OR 地铁")
    expect(viewer.tile(0)).to_have_text("17")
    page.wait_for_url("**q=zug*")
    viewer.bar("langs", "Chinese", "Neutral").click()
    expect(viewer.tile(0)).to_have_text("5")
    page.wait_for_url("**lang=zh*")
    expect(page).to_have_url(re.compile("(?=.*sentiment=neutral)(?=.*q=zug)"))

    other = look(page.url)
    expect(other.tile(0)).to_have_text("5")
    expect(other.page.get_by_placeholder("Search")).to_have_value("zug OR 地铁")

    page.go_back()
    expect(viewer.tile(0)).to_have_text("17")
    page.go_forward()
    expect(viewer.tile(0)).to_have_text("5")


def test_further_filters_hold_while_their_menu_is_closed_and_after(look: Look, dashboard: str):
    """Another change of the page loses none of them, before, while and after they are seen."""
    viewer = look(f"{dashboard}/?page=explore&author=author+1&rating=4~5")
    page = viewer.page
    menu = page.get_by_role("button", name="More filters")
    search = page.get_by_placeholder("Search")
    expect(viewer.tile(0)).to_have_text("15")
    search.fill("number")
    expect(page).to_have_url(re.compile("(?=.*q=number)(?=.*author=author)(?=.*rating=4~5)"))
    menu.click()
    reach = page.get_by_role("spinbutton", name="Reach from")
    reach.fill("50")
    reach.press("Enter")
    expect(viewer.tile(0)).to_have_text("9")
    reach.press("Escape")
    expect(reach).to_be_hidden()
    search.fill("train")
    expect(viewer.tile(0)).to_have_text("6")
    expect(page).to_have_url(
        re.compile("(?=.*q=train)(?=.*author=author)(?=.*rating=4~5)(?=.*reach=50)")
    )
    menu.click()
    expect(reach).to_have_value("50")


def test_a_double_click_on_a_bar_is_a_click(look: Look, dashboard: str):
    """On Explore it filters; on Now the posts stay those of the bar."""
    for address in ("page=explore&copies=each", "range=24h"):
        viewer = look(f"{dashboard}/?{address}")
        expect(viewer.cards).to_have_count(25)
        viewer.bar("langs", "Chinese", "Neutral").dblclick()
        expect(viewer.cards).to_have_count(5)
        # What the second click does comes after what the first one does.
        viewer.page.wait_for_timeout(1_500)
        expect(viewer.cards).to_have_count(5)


def test_what_is_not_given_leads_to_its_posts_too(look: Look, dashboard: str):
    """By its bar, by the filter, and by the address."""
    viewer = look(f"{dashboard}/?page=explore&copies=each")
    total = int(viewer.tile(0).inner_text())
    viewer.click(viewer.bar("products", "Not given", "Negative"))
    expect(viewer.page).to_have_url(re.compile(r"product=(~|%7E)(&|$)"))
    chosen = viewer.page.locator(".st-key-facets").get_by_text("Not given", exact=True)
    expect(chosen).to_be_visible()
    expect(viewer.bar("products", "Express", "Positive")).to_have_count(0)
    found = int(viewer.tile(0).inner_text())
    assert 0 < found < total
    expect(viewer.cards).to_have_count(min(found, 25))
    again = look(viewer.page.url)
    expect(again.tile(0)).to_have_text(str(found))


def test_a_search_that_makes_no_sense_is_told_where_and_why(look: Look, dashboard: str):
    """Instead of numbers; and the page goes on once it is mended."""
    viewer = look(f"{dashboard}/?page=explore&q=zug OR")
    wrong = viewer.page.locator(".gs-wrong")
    expect(wrong).to_contain_text("character 7")
    expect(wrong).to_contain_text("missing after OR")
    viewer.page.get_by_placeholder("Search").fill("zug")
    expect(viewer.tile(0)).to_have_text("12")
    expect(wrong).to_have_count(0)


def test_the_list_has_its_order_and_can_be_taken_along(look: Look, dashboard: str, tmp_path: Path):
    """By reach without folding; CSV and Parquet have what was chosen."""
    viewer = look(f"{dashboard}/?page=explore&brand=Boreal&sort=reach&copies=each")
    page = viewer.page
    expect(viewer.cards).to_have_count(19)
    expect(viewer.cards.first).to_contain_text("example.org/5")
    expect(page.locator(".copies")).to_have_count(0)
    for button, name in (("CSV", "posts.csv"), ("Parquet", "posts.parquet")):
        viewer.click(page.get_by_role("button", name="Download", exact=True))
        viewer.download(page.get_by_role("button", name=button)).save_as(tmp_path / name)
        page.keyboard.press("Escape")
    with (tmp_path / "posts.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    table = parquet.read_table(tmp_path / "posts.parquet")
    assert texts == table["text"].to_pylist()
    assert len(texts) == 19


def test_brands_side_by_side_lead_to_their_posts(look: Look, dashboard: str):
    """The table has each brand's numbers; a brand's name leads to Explore."""
    viewer = look(f"{dashboard}/?page=compare")
    page = viewer.page
    row = page.get_by_role("row", name="Aurora")
    expect(row).to_contain_text("36")
    expect(row).to_contain_text("65.5%")
    expect(row).to_contain_text("+33.3%")
    expect(page.locator(".st-key-card-drivers .stVegaLiteChart svg")).to_have_count(1)
    page.get_by_text("At the same language mix", exact=True).click()
    expect(page.get_by_text("There is no language in which every brand")).to_have_count(1)
    page.wait_for_url("**mix=same*")
    page.get_by_role("link", name="Boreal").click()
    page.wait_for_url("**page=explore*")
    expect(viewer.tile(0)).to_have_text("19")


def test_what_is_chosen_is_compared_and_its_numbers_lead_to_posts(look: Look, dashboard: str):
    """The way to Compare keeps a search; a share of the rated leads to those that it counts."""
    viewer = look(f"{dashboard}/?page=explore&q=zug OR train OR parcel")
    page = viewer.page
    expect(viewer.tile(0)).to_have_text("42")
    viewer.click(page.get_by_role("radio", name="Compare"))
    page.wait_for_url("**page=compare*")
    expect(page.get_by_placeholder("Search")).to_have_value("zug OR train OR parcel")
    expect(page.get_by_role("row", name="Aurora")).to_contain_text("36")
    expect(page.get_by_role("row", name="Boreal")).to_contain_text("6")
    viewer.click(page.get_by_role("row", name="Aurora").get_by_role("link", name="33.3%").last)
    page.wait_for_url(
        re.compile("(?=.*page=explore)(?=.*rating=4(~|%7E)5)(?=.*sentiment=negative)")
    )
    expect(viewer.tile(0)).to_have_text("12")
    expect(page.get_by_placeholder("Search")).to_have_value("zug OR train OR parcel")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("name", "drawn"), [*PAGES.items(), ("trust", ".st-key-card-coverage .gs-table")]
)
def test_words_stay_whole_on_a_phone(
    look: Look, dashboard: str, name: str, drawn: str, language: str
):
    """Tables scroll within their box, and the page does not; every choice is in sight."""
    page = look("about:blank").page
    page.set_viewport_size(PHONE)
    page.goto(f"{dashboard}/?page={name}&ui={language}")
    expect(page.locator(drawn).first).to_be_attached()
    assert page.evaluate(TORN) == []
    wide = "[...document.querySelectorAll('html, .stMain')].map(part => part.scrollWidth)"
    assert max(page.evaluate(wide)) <= PHONE["width"]
    for choice in page.get_by_role("radio").all():
        box = choice.bounding_box()
        assert box
        assert box["x"] + box["width"] <= PHONE["width"]


def test_operations_tell_rates_and_parts(look: Look, dashboard: str):
    """What is there is told, and what is not is not made up."""
    viewer = look(f"{dashboard}/?page=operations")
    expect(viewer.tile(1)).to_contain_text("min")
    parts = viewer.page.get_by_role("region", name="Parts")
    expect(parts.get_by_role("row", name="Monitor")).to_have_count(1)
    expect(viewer.page.get_by_text("Nothing was replayed.")).to_have_count(1)


@pytest.mark.parametrize(
    ("scheme", "pages"), [("light", tuple(PAGES)), ("dark", ("explore", "operations"))]
)
def test_axe_finds_no_serious_fault(
    look: Look, dashboard: str, scheme: str, pages: tuple[str, ...]
):
    """As axe-core ranks them: on every page, and in the other theme's colours."""
    viewer = look("about:blank")
    viewer.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    faults = []
    for name in pages:
        viewer.page.goto(f"{dashboard}/?page={name}")
        expect(viewer.page.locator(PAGES[name]).first).to_be_visible()
        found = Axe().run(viewer.page, options={"resultTypes": ["violations"]}).response
        faults += [
            f"{name}: {fault['id']}: {node['html'][:200]}"
            for fault in found["violations"]
            if fault["impact"] in {"serious", "critical"}
            for node in fault["nodes"]
        ]
    assert faults == []


def test_views_and_notes_are_kept_for_all(look: Look, dashboard: str):
    """Who saves says who they are; markup in a name stays text, and its link gives the view."""
    viewer = look(f"{dashboard}/?page=explore&brand=Boreal&q=café")
    page = viewer.page
    expect(viewer.tile(0)).to_have_text("8")
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Name of this view").fill(HOSTILE)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Say who you are")).to_be_visible()
    page.get_by_role("textbox", name="Your name").fill("Ann")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()
    page.keyboard.press("Escape")
    # Another run of the page, while the other menu has not been seen yet.
    page.get_by_placeholder("Search").fill("bon")
    page.wait_for_url("**q=bon*")
    page.get_by_role("button", name="Notes").click()
    page.get_by_label("Note", exact=True).fill("The launch")
    page.get_by_role("textbox", name="Your name").fill("Ann")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The launch · Ann")).to_be_visible()

    other = look(dashboard)
    expect(other.page.locator(".gs-told").filter(has_text="The launch")).to_have_count(1)
    other.page.get_by_role("button", name="Views").click()
    other.page.get_by_role("link", name=HOSTILE).click()
    other.page.wait_for_url("**page=explore*")
    expect(other.tile(0)).to_have_text("8")


# Looks at every frame for parts of two pages at once: Explore's order of posts, and Now's switch.
BESIDE = """
() => {
  window.beside = 0;
  window.frames_seen = 0;
  const seen = part => document.querySelector(part)?.checkVisibility();
  const look = () => {
    window.frames_seen += 1;
    if (seen(".st-key-list-order") && seen(".st-key-choose_live")) window.beside += 1;
    requestAnimationFrame(look);
  };
  look();
}
"""


def test_the_page_before_is_gone_once_another_is_drawn(look: Look, dashboard: str):
    """There and back, by the switch and by the browser's button: never two pages at once."""
    viewer = look(f"{dashboard}/?range=24h")
    page = viewer.page
    live, order = page.locator(".st-key-choose_live"), page.locator(".st-key-list-order")
    expect(live).to_be_visible()
    page.evaluate(BESIDE)
    page.get_by_role("radio", name="Explore").click()
    expect(order).to_be_visible()
    expect(live).to_have_count(0)
    page.go_back()
    expect(live).to_be_visible()
    expect(order).to_have_count(0)
    assert page.evaluate("window.frames_seen") > 0
    assert page.evaluate("window.beside") == 0
