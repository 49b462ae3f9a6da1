"""Posts in languages that the reader does not read lead to a translator, once one is set."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.dashboards.browser.conftest import served
from tests.dashboards.browser.page_server import PageServer
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.incident_table import alert, evidence_of, insert_events
from tests.dashboards.mention_table import MentionTable, mention

Look = Callable[[str], Viewer]

# How far the one's lower edge is above the other's upper one.
APART = """card => card.querySelector(".open").getBoundingClientRect().top
  - card.querySelector("time").getBoundingClientRect().bottom"""
ORIGINAL = "https://forum.example/1"
TEXTS = {
    "ar": 'الهاتف "رائع" & سريع #١\nلكنّ السعر <b>غالٍ</b> 😀',
    "zh": "手机很好，就是太贵了",
    "en": "The phone is fine.",
    "und": "Wunderbar fabuloso",
}


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """One post of each language, and an incident with quotes in English."""
    now = datetime.now(UTC)
    table.insert(
        mention(text=text, lang=lang, url=ORIGINAL, posted_at=now - timedelta(minutes=5))
        for lang, text in TEXTS.items()
    )
    insert_events(table, alert(evidence=evidence_of([TEXTS["en"]], ["price"])))


@pytest.fixture(scope="module")
def translating(table: MentionTable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a page whose readers have a translator."""
    folder = tmp_path_factory.mktemp("translating")
    template = "https://translate.example/?tl={language}&text={text}&op=translate"
    settings = {"GROUNDSWELL_TRANSLATE_URL": template}
    yield from served(PageServer(table.url, folder, settings=settings))


def link_of(viewer: Viewer, lang: str) -> Locator:
    """The link of the post in that language."""
    card = viewer.cards.filter(has_text=TEXTS[lang].split("\n")[0])
    expect(card).to_have_count(1)
    return card.locator("a.translate")


@pytest.mark.parametrize("address", ["", "page=explore"])
@pytest.mark.parametrize(("reader", "target"), [("en", "en"), ("zh", "zh-CN")])
def test_foreign_posts_lead_to_the_translator(
    look: Look, translating: str, address: str, reader: str, target: str
):
    """With their whole text, in a tab of its own that learns nothing of the page."""
    viewer = look(f"{translating}/?{address}&ui={reader}")
    for lang, text in TEXTS.items():
        link = link_of(viewer, lang)
        if lang == reader:
            expect(link).to_have_count(0)
            continue
        parts = urlsplit(link.get_attribute("href") or "")
        assert parts.hostname == "translate.example"
        assert parse_qs(parts.query) == {"tl": [target], "text": [text], "op": ["translate"]}
        expect(link).to_have_attribute("target", "_blank")
        assert {"noopener", "noreferrer"} <= set((link.get_attribute("rel") or "").split())
    expect(link_of(viewer, "ar")).to_have_text({"en": "Translate", "zh": "翻译"}[reader])


def test_posts_say_their_language_to_browsers(look: Look, translating: str):
    """And which way they run; one whose language is not known is not in the page's."""
    viewer = look(f"{translating}/?page=explore")
    wanted = {"ar": ("ar", "rtl"), "zh": ("zh", "ltr"), "en": ("en", "ltr"), "und": ("", "ltr")}
    for lang, (code, direction) in wanted.items():
        text = viewer.texts.filter(has_text=TEXTS[lang].split("\n")[0])
        expect(text).to_have_attribute("lang", code)
        expect(text).to_have_attribute("dir", direction)


def test_the_way_to_the_original_stays_beside_the_time(look: Look, translating: str):
    """However narrow the card is."""
    viewer = look(f"{translating}/?page=explore")
    card = viewer.cards.filter(has=viewer.page.locator("a.translate")).first
    for width in range(280, 441, 20):
        viewer.page.set_viewport_size({"width": width, "height": 800})
        assert card.evaluate(APART) < 0, width


def test_so_do_quotes_and_posts_to_label(look: Look, translating: str):
    """Wherever posts are shown."""
    viewer = look(f"{translating}/?incident=a1b2c3&ui=zh")
    expect(viewer.page.locator(".feed a.translate").first).to_be_visible()
    viewer = look(f"{translating}/?page=trust")
    shown = viewer.page.locator(".gs-to-label")
    while True:
        lang = shown.locator("[lang]").get_attribute("lang") or "und"
        link = shown.locator("a")
        expect(link).to_have_count(0 if lang == "en" else 1)
        if lang != "en":
            break
        viewer.click(viewer.page.get_by_role("button", name="Skip"))
        expect(shown.locator("[lang]")).not_to_have_attribute("lang", "en")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert parse_qs(urlsplit(link.get_attribute("href") or "").query)["text"] == [TEXTS[lang]]


def test_without_a_translator_there_are_no_links(look: Look, dashboard: str):
    """Nothing leads out of the house that nobody asked for."""
    viewer = look(f"{dashboard}/?page=explore")
    expect(viewer.cards).to_have_count(len(TEXTS))
    expect(viewer.page.locator("a.translate")).to_have_count(0)
