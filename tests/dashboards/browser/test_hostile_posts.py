"""Posts written to harm the page, in every field that strangers fill."""

from collections.abc import Callable
from itertools import cycle

import pytest
from playwright.sync_api import expect

from tests.dashboards import hostile
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.mention_table import MentionTable, fresh_mention

SHOWN_TAGS = {
    "DIV", "BUTTON", "ARTICLE", "HEADER", "FOOTER", "BDI", "SPAN", "TIME", "A", "P", "STYLE",
}  # fmt: skip
TEXTS = hostile.texts()

pytestmark = [pytest.mark.fault, pytest.mark.scenario("hostile-text")]


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Every hostile text, beside hostile names, authors and addresses."""
    names, links = cycle(TEXTS[:50]), cycle(hostile.LINKS)
    table.insert(
        fresh_mention(
            text=text,
            brand=name if number % 2 else "Aurora",
            source=name if number % 3 else "social",
            lang=name if number % 5 == 0 else "en",
            topics=[name, "delivery"],
            author=name,
            product=name,
            country=name,
            url=link,
        )
        for number, (text, name, link) in enumerate(zip(TEXTS, names, links, strict=False))
    )


def test_nothing_in_a_post_is_ever_run(look: Callable[[str], Viewer], dashboard: str):
    """All posts are drawn as the text that they are: no element, script, request or dialog."""
    viewer = look(dashboard)
    drawn = 25
    expect(viewer.cards).to_have_count(drawn)
    while drawn < len(TEXTS):
        viewer.page.locator(".feed .more").click()
        drawn = min(drawn + 25, len(TEXTS))
        expect(viewer.cards).to_have_count(drawn)
    expect(viewer.tile(0)).to_have_text(f"{len(TEXTS)}")
    for card in ("time", "brands", "topics", "langs", "sources"):
        expect(viewer.bar(card).first).to_be_attached()

    tags = viewer.feed.evaluate("feed => [...feed.querySelectorAll('*')].map(e => e.tagName)")
    assert set(tags) <= SHOWN_TAGS
    links = viewer.feed.evaluate("feed => [...feed.querySelectorAll('a')].map(a => a.href)")
    assert all(link.startswith(("http://", "https://")) for link in links)
    shown = viewer.texts.evaluate_all("texts => texts.map(text => text.textContent)")
    for script in ("<script>window.harmed=1</script>", "![x](http://evil.test/pixel.png)"):
        assert script in shown
    # A post's handler would run when somebody points at it, and so would a chart's tooltip.
    viewer.cards.first.hover()
    viewer.bar("brands", "Neutral").nth(1).hover()
    expect(viewer.page.locator("#vg-tooltip-element")).to_contain_text("Neutral")
    check_unharmed(viewer, dashboard)


@pytest.mark.parametrize(
    ("address", "drawn"),
    [
        ("page=explore&copies=each", ".st-key-card-products .stVegaLiteChart svg"),
        ("page=compare", ".st-key-card-drivers .stVegaLiteChart svg"),
    ],
)
def test_other_pages_show_names_as_text(
    look: Callable[[str], Viewer], dashboard: str, address: str, drawn: str
):
    """In charts, tables and tooltips."""
    viewer = look(f"{dashboard}/?{address}")
    expect(viewer.page.locator(drawn)).to_be_attached()
    if "explore" in address:
        expect(viewer.cards).to_have_count(25)
        viewer.bar("products", "Neutral").first.hover()
    else:
        expect(viewer.page.get_by_role("row")).to_have_count(6)
    check_unharmed(viewer, dashboard)


def check_unharmed(viewer: Viewer, dashboard: str) -> None:
    """Nothing ran, nothing that could run is in the page, and it is still this page."""
    assert viewer.page.evaluate("window.harmed") is None
    outside = "script:not([src]), iframe, object, embed, [onerror], [onload], [onmouseover]"
    assert viewer.page.locator(f"body :is(#root, #vg-tooltip-element) :is({outside})").count() == 0
    assert viewer.page.url.startswith(dashboard)
