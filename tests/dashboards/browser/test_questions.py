"""The ten questions of docs/questions.md: the page alone answers each in at most three clicks."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs
from playwright.sync_api import BrowserContext, Locator, expect

from schemas.alert import Acknowledgement
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.incident_table import alert, evidence_of, insert_band, insert_events
from tests.dashboards.mention_table import MentionTable, mention

PAGE = Path(__file__).parents[3] / "docs" / "questions.md"
MOST_CLICKS = 3
TEXT = "Das Paket kam schon wieder zu spät, Nummer"
# Mentions by brand, sentiment, language, topic and rating: how many, and how long ago in minutes.
MENTIONS = (
    ("Aurora", "positive", "en", "price", 5.0, 90, 30 * 60),
    ("Aurora", "negative", "de", "delivery", 1.0, 60, 30),
    ("Aurora", "negative", "en", "price", 1.0, 6, 30),
    ("Aurora", "positive", "en", "price", 5.0, 30, 30),
    ("Boreal", "positive", "fr", "taste", 5.0, 80, 30 * 60),
    ("Boreal", "positive", "fr", "taste", 5.0, 80, 30),
    ("Boreal", "negative", "fr", "price", 5.0, 40, 30),
)


class Reader:
    """A stranger before the page Now, whose clicks are counted."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.page = viewer.page
        self.clicks = 0

    def click(self, target: Locator) -> None:
        """Click once, as soon as it is there."""
        self.clicks += 1
        assert self.clicks <= MOST_CLICKS
        self.viewer.click(target)

    def choose(self, name: str) -> None:
        """Click one of the page's switches: another page, or another period."""
        self.click(self.page.get_by_role("radio", name=name, exact=True))

    def card(self, name: str) -> Locator:
        """One of the page's cards."""
        return self.page.locator(f".st-key-card-{name}")

    def sees(self, tile: int, value: str | re.Pattern[str]) -> None:
        """A number at the top; that of the page before may still stand beside it."""
        expect(self.viewer.tile(tile).filter(has_text=value).first).to_be_visible()

    def to_negative_posts(self) -> None:
        """What is negative of the brand that turned, on the page Explore."""
        self.choose("Explore")
        self.choose("24 h")
        self.sees(0, "216")
        self.click(self.viewer.bar("brands", "Aurora", "Negative"))
        self.sees(0, "66")

    def to_incident(self) -> None:
        """The incident that is open."""
        self.click(self.page.get_by_role("button", name="1 open incident"))
        self.click(self.page.locator(".st-key-incident-lines a"))


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Yesterday all is well; today German posts complain of Aurora's delivery."""
    now = datetime.now(UTC)
    table.insert(
        mention(
            brand=brand,
            sentiment=sentiment,
            lang=lang,
            topics=[topic],
            rating=rating,
            text=f"{TEXT} {number}." if lang == "de" else f"{brand}, {topic}, {number}.",
            posted_at=now - timedelta(minutes=minutes, seconds=2 * number),
            received_at=now - timedelta(seconds=33),
            scored_at=now - timedelta(seconds=30),
        )
        for brand, sentiment, lang, topic, rating, count, minutes in MENTIONS
        for number in range(count)
    )
    began = now.replace(second=0, microsecond=0) - timedelta(minutes=40)
    opened = alert(brand="Aurora", since=began, evidence=evidence_of([TEXT], ["delivery"]))
    taken = Acknowledgement(by="Mei", at=now)
    insert_events(table, structs.replace(opened, acknowledged=taken))
    insert_band(table, "Aurora", minutes=60)


@pytest.fixture(scope="module")
def viewer(browser: BrowserContext) -> Iterator[Viewer]:
    """One browser's page for all questions."""
    found = Viewer(browser.new_page())
    yield found
    found.page.close()
    assert found.faults == []


def which_brand_turned(reader: Reader) -> None:
    reader.choose("24 h")
    reader.sees(3, re.compile(r"^−\d+\.\d points$"))
    expect(reader.page.locator(".st-key-tile-3")).to_contain_text("Aurora")


def in_which_language(reader: Reader) -> None:
    reader.to_negative_posts()
    expect(reader.viewer.bar("langs", "German", "Mentions: 60")).to_have_count(1)
    expect(reader.viewer.bar("langs", "English", "Mentions: 6")).to_have_count(1)


def what_about(reader: Reader) -> None:
    reader.to_negative_posts()
    expect(reader.viewer.bar("topics", "delivery", "Negative", "Mentions: 60")).to_have_count(1)


def two_posts(reader: Reader) -> None:
    reader.choose("24 h")
    reader.sees(0, "216")
    reader.click(reader.viewer.bar("brands", "Aurora", "Negative"))
    for place in (0, 1):
        expect(reader.viewer.texts.nth(place)).to_contain_text(re.compile("zu spät|Aurora, price"))


def out_of_the_ordinary(reader: Reader) -> None:
    reader.to_incident()
    head = reader.page.locator(".gs-incident")
    expect(head).to_contain_text("Aurora")
    expect(head).to_contain_text(re.compile(r"Open, since .*\d\d:\d\d"))


def what_carries_it(reader: Reader) -> None:
    reader.to_incident()
    expect(reader.page.locator(".gs-carriers section").first).to_contain_text("delivery")
    expect(reader.page.locator(".gs-incident")).to_contain_text("acknowledged by Mei")


def who_leads(reader: Reader) -> None:
    reader.choose("Compare")
    row = reader.page.get_by_role("row", name="Boreal")
    expect(row).to_contain_text("+33.3%")
    # Its interval leaves out that of the other brand.
    expect(row).to_contain_text("+16.0% – +49.6%")
    expect(reader.page.get_by_role("row", name="Aurora")).to_contain_text("−55.1% – −18.3%")
    expect(reader.card("nets").locator(".stVegaLiteChart svg")).to_have_count(1)


def what_drags_down(reader: Reader) -> None:
    reader.choose("Compare")
    told = reader.card("drivers").locator(".gs-told")
    expect(told).to_contain_text("Aurora, delivery −62.5")
    expect(told).to_contain_text("Aurora, price +25.0")


def stars_that_hide(reader: Reader) -> None:
    reader.choose("Compare")
    expect(reader.page.get_by_role("columnheader", name="4-5 stars, negative text")).to_be_visible()
    expect(reader.page.get_by_role("row", name="Boreal")).to_contain_text("33.3%")


def how_fresh(reader: Reader) -> None:
    reader.choose("Operations")
    expect(reader.viewer.freshness).to_contain_text(re.compile("Live|Quiet"))
    reader.sees(2, "3.0 s")


ANSWERS: dict[str, Callable[[Reader], None]] = {
    "Which brand's mood turned today, and by how much?": which_brand_turned,
    "In which language do people say so?": in_which_language,
    "What is it about?": what_about,
    "Show two posts that say so.": two_posts,
    "Is anything out of the ordinary now, and since when?": out_of_the_ordinary,
    "Which part of it is more than usual, and who looks after it?": what_carries_it,
    "Which brand do people like best, and is its lead certain?": who_leads,
    "What drags a brand down most?": what_drags_down,
    "Whose stars hide complaints?": stars_that_hide,
    "Is the page fresh, and how long does a post take until it is scored?": how_fresh,
}


def test_the_page_of_questions_has_these():
    """Nothing is promised that is not tried."""
    written = re.findall(r"^\| \d+ \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert written == list(ANSWERS)


@pytest.mark.parametrize("question", ANSWERS)
def test_three_clicks_lead_to_the_answer(viewer: Viewer, dashboard: str, question: str):
    """From the page as it opens, by what can be seen on it."""
    viewer.page.goto(dashboard)
    reader = Reader(viewer)
    reader.sees(0, "216")
    ANSWERS[question](reader)
