"""The page with mentions: its numbers, its feed, and the way from one to the other."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.dashboards.browser.in_page import CONTRAST, WATCH
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.incident_table import alert, insert_band, insert_events
from tests.dashboards.mention_table import MentionTable, fresh_mention, mention

Look = Callable[[str], Viewer]

# Mentions of each brand in the last hour and in the one before: negative, neutral, positive.
NOW = {"Aurora": (12, 20, 8), "Boreal": (30, 5, 15)}
BEFORE = {"Aurora": (10, 20, 10), "Boreal": (5, 5, 40)}
PARTS = [
    ".st-key-tile-0 [data-testid=stMetric]",
    ".st-key-card-time .stVegaLiteChart svg",
    ".st-key-card-brands .stVegaLiteChart svg",
    ".st-key-card-topics .stVegaLiteChart svg",
    ".st-key-card-langs .stVegaLiteChart svg",
    ".st-key-card-sources .stVegaLiteChart svg",
]
SENTIMENTS = ("negative", "neutral", "positive")


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Two hours of mentions, some written twice, as a worker does that was killed."""
    rows = [
        mention(
            brand=brand,
            sentiment=sentiment,
            text=f"{brand} is {sentiment}, number {number}.",
            lang="de" if number % 4 == 0 else "en",
            topics=["delivery"] if sentiment == "negative" else [],
            posted_at=datetime.now(UTC) - timedelta(minutes=minutes, seconds=20 * number),
        )
        for counted, minutes in ((NOW, 10), (BEFORE, 75))
        for brand, counts in counted.items()
        for sentiment, count in zip(SENTIMENTS, counts, strict=True)
        for number in range(count)
    ]
    table.insert(rows)
    table.insert(rows[::3])


def count(table: MentionTable, where: str = "1") -> int:
    """Mentions of the last hour, as SQL knows them."""
    hour = "posted_at >= now64(3) - INTERVAL 1 HOUR"
    [(found,)] = table.execute(
        f"SELECT uniqExact(brand, source, post_id) FROM mentions WHERE {hour} AND {where}"
    )
    return int(found)


def test_numbers_are_those_of_sql(look: Look, dashboard: str, table: MentionTable):
    """Tiles and charts show what a plain query counts, however often a mention was written."""
    viewer = look(dashboard)
    total = count(table)
    negative, positive = (
        count(table, f"sentiment = '{name}'") for name in ("negative", "positive")
    )
    expect(viewer.tile(0)).to_have_text(f"{total:,}")
    expect(viewer.tile(1)).to_have_text(
        f"{100 * (positive - negative) / total:+.1f}%".replace("-", "−")
    )
    expect(viewer.tile(2)).to_have_text(f"{100 * negative / total:.1f}%")
    # Boreal went from +70% to -30%.
    expect(viewer.tile(3)).to_have_text("−100.0 points")
    for brand, counts in NOW.items():
        for name, expected in zip(SENTIMENTS, counts, strict=True):
            label = f"Mentions: {expected}"
            expect(viewer.bar("brands", brand, name.capitalize(), label)).to_have_count(1)
    german = count(table, "lang = 'de' AND sentiment = 'neutral'")
    expect(viewer.bar("langs", "German", "Neutral", f"Mentions: {german}")).to_have_count(1)
    late = count(table, "has(topics, 'delivery')")
    expect(viewer.bar("topics", "delivery", "Negative", f"Mentions: {late}")).to_have_count(1)


def test_brands_are_cards_that_lead_to_them(look: Look, dashboard: str, table: MentionTable):
    """Each says how much, against what is usual, in which mood, and what is open."""
    insert_band(table, "Boreal", minutes=58, due=2.0)
    insert_events(table, alert(key="b0", brand="Boreal"))
    viewer = look(dashboard)
    cards = viewer.page.locator(".gs-brands li")
    expect(cards).to_have_count(2)
    boreal, aurora = (cards.filter(has_text=name) for name in ("Boreal", "Aurora"))
    expect(boreal).to_contain_text(f"{sum(NOW['Boreal'])} mentions")
    expect(boreal).to_contain_text("+50% against usual")
    expect(boreal).to_contain_text("−30.0% net sentiment")
    expect(aurora).to_contain_text("what is usual is not known yet")
    expect(aurora.locator(".gs-open")).to_have_count(0)
    viewer.click(aurora.get_by_role("link", name="Aurora"))
    own = count(table, "brand = 'Aurora'")
    expect(viewer.tile(0)).to_have_text(f"{own:,}")
    # Of one brand alone there is nothing to choose from.
    expect(cards).to_have_count(0)
    viewer.page.go_back()
    viewer.click(boreal.get_by_role("link", name="1 open incident"))
    expect(viewer.page.locator(".gs-incident .gs-brand")).to_have_text("Boreal")


def test_page_says_that_it_is_a_demo(look: Look, dashboard: str):
    """Nobody shall take played back posts for news."""
    expect(look(dashboard).page.locator(".gs-demo")).to_have_text("Demo")


def test_mentions_appear_while_the_reader_keeps_the_place(
    look: Look, dashboard: str, table: MentionTable
):
    """New posts are counted at once, but the post that is being read stays where it is."""
    viewer = look(dashboard)
    expect(viewer.cards).to_have_count(25)
    total = count(table)
    expect(viewer.tile(0)).to_have_text(f"{total:,}")
    viewer.page.evaluate("document.fonts.ready")
    viewer.page.evaluate("window.loadedOnce = true")
    viewer.feed.evaluate("feed => { feed.scrollTop = 300; }")
    read = viewer.cards.nth(8)
    text, place = viewer.texts.nth(8).inner_text(), read.bounding_box()

    table.insert(fresh_mention(text=f"Just in: {number}") for number in range(3))
    pill = viewer.page.locator(".feed .waiting")
    expect(pill).to_have_text("↑ 3 new")
    expect(viewer.tile(0)).to_have_text(f"{total + 3:,}")
    expect(viewer.freshness).to_contain_text("Live")
    assert viewer.feed.evaluate("feed => feed.scrollTop") == 300
    assert viewer.texts.nth(8).inner_text() == text
    assert read.bounding_box() == place

    pill.click()
    expect(viewer.texts.first).to_contain_text("Just in:")
    assert viewer.feed.evaluate("feed => feed.scrollTop") == 0
    assert viewer.page.evaluate("window.loadedOnce")


def test_reading_again_never_blinks(look: Look, dashboard: str, table: MentionTable):
    """While numbers change, no frame lacks a chart or a tile, or is paler; nodes are kept."""
    viewer = look(dashboard)
    expect(viewer.cards).to_have_count(25)
    for card in ("time", "brands", "topics", "langs", "sources"):
        expect(viewer.bar(card).first).to_be_attached()
    viewer.page.evaluate(WATCH, PARTS)
    table.insert([fresh_mention(text="One more.")])
    expect(viewer.tile(0)).to_have_text(f"{count(table):,}")
    # One more reading, in which nothing is new.
    read_at = viewer.freshness.inner_text()
    expect(viewer.freshness).not_to_have_text(read_at)
    assert viewer.page.evaluate("window.blinks") == []
    assert viewer.page.evaluate("window.frames_seen") > 10
    kept = "parts => parts.every(part => document.querySelector(part).kept)"
    assert viewer.page.evaluate(kept, PARTS)


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("lang=de", "lang = 'de'"),
        ("source=mastodon&lang=en", "lang = 'en'"),
        ("source=nowhere&source=mastodon&brand=Aurora", "brand = 'Aurora'"),
        (
            "range=custom&from={since}&to={until}",
            "posted_at >= '{since}' AND posted_at < '{until}'",
        ),
    ],
)
def test_what_the_address_says_narrows_every_number(
    look: Look, dashboard: str, table: MentionTable, address: str, where: str
):
    """Language, source, brand and a period of one's own."""
    until = datetime.now(UTC) - timedelta(minutes=11)
    period = {
        name: f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        for name, moment in (("since", until - timedelta(minutes=3)), ("until", until))
    }
    expected = count(table, where.format(**{k: v.strip("Z") for k, v in period.items()}))
    assert expected
    viewer = look(f"{dashboard}/?{address.format(**period)}")
    expect(viewer.tile(0)).to_have_text(str(expected))
    expect(viewer.cards).to_have_count(min(expected, 25))


def contrast(text: Locator) -> float:
    """Of a text to its background; one that is being drawn anew has no colours for a moment."""
    for _ in range(50):
        if (found := float(text.evaluate(CONTRAST))) != 1:
            return found
        text.page.wait_for_timeout(100)
    return 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_background(look: Look, dashboard: str, scheme: str):
    """Contrast of at least 4.5 to 1, as WCAG 2.2 AA wants, in both themes."""
    viewer = look("about:blank")
    viewer.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    viewer.page.goto(dashboard)
    expect(viewer.cards).to_have_count(25)
    dark = viewer.page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme")
    assert dark == scheme
    for text in (
        viewer.tile(0),
        viewer.freshness,
        viewer.page.locator(".gs-note").first,
        viewer.page.locator(".gs-period"),
        viewer.page.locator(".gs-demo"),
        viewer.texts.first,
        viewer.page.locator(".feed time").first,
        viewer.page.locator(".feed .mood").first,
        viewer.page.locator(".feed .quiet").first,
        viewer.page.locator(".feed .more"),
    ):
        assert contrast(text) >= 4.5, text


def test_page_works_by_keyboard_and_is_told_aloud(look: Look, dashboard: str):
    """Every part has a name; the feed scrolls and goes on, and a chart is told, without a mouse."""
    viewer = look(dashboard)
    expect(viewer.cards).to_have_count(25)
    page = viewer.page
    for name in ("Brands", "Languages", "Sources"):
        expect(page.get_by_role("combobox", name=name)).to_have_count(1)
    expect(
        page.get_by_role("textbox", name="Search").or_(page.get_by_role("searchbox"))
    ).to_have_count(1)
    chart = '[role=graphics-document][aria-label="Share of voice"]'
    expect(page.locator(chart)).to_have_count(1)
    expect(page.get_by_text("Share of voice: Boreal (Negative 30,")).to_have_count(1)
    viewer.feed.focus()
    page.keyboard.press("End")
    viewer.feed.locator(".more").focus()
    page.keyboard.press("Enter")
    expect(viewer.cards).to_have_count(50)
    assert viewer.feed.evaluate("feed => feed.scrollTop") > 0
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, [role=combobox]')]"
        ".filter(e => e.checkVisibility() && !e.textContent.trim() && !e.getAttribute('aria-label')"
        " && !e.labels?.length && !e.title).map(e => e.outerHTML.slice(0, 200))"
    )
    assert nameless == []


def test_a_brand_and_a_search_narrow_the_page(look: Look, dashboard: str, table: MentionTable):
    """A brand narrows numbers and posts, a search the posts; the address gives the same view."""
    viewer = look(dashboard)
    expect(viewer.tile(0)).to_have_text(f"{count(table):,}")
    viewer.page.get_by_role("combobox", name="Brands").click()
    viewer.page.get_by_role("option", name="Boreal").click()
    viewer.page.keyboard.press("Escape")
    expect(viewer.tile(0)).to_have_text(str(sum(NOW["Boreal"])))
    viewer.page.get_by_placeholder("Search").fill('"number 13" NEUTRAL')
    expect(viewer.page.locator(".feed .tail")).to_have_text("No posts match.")
    viewer.page.get_by_placeholder("Search").fill('"number 13" NEGATIVE')
    expect(viewer.texts).to_have_text(["Boreal is negative, number 13."])
    viewer.page.wait_for_url("**q=*")

    other = look(viewer.page.url)
    expect(other.texts).to_have_text(["Boreal is negative, number 13."])
    expect(other.tile(0)).to_have_text(str(sum(NOW["Boreal"])))


def test_a_bar_leads_to_its_posts(look: Look, dashboard: str):
    """A click on part of a bar shows the posts that it counts, and one more click all again."""
    viewer = look(dashboard)
    expect(viewer.cards).to_have_count(25)
    viewer.bar("brands", "Aurora", "Positive").click()
    pick = viewer.page.locator(".st-key-pick")
    expect(pick).to_contain_text("Aurora · Positive")
    expect(viewer.cards).to_have_count(NOW["Aurora"][2])
    assert all(text.startswith("Aurora is positive") for text in viewer.texts.all_inner_texts())
    pick.get_by_role("button").click()
    expect(viewer.cards).to_have_count(25)
    expect(pick).to_have_count(0)


def test_posts_go_to_a_spreadsheet(look: Look, dashboard: str, table: MentionTable, tmp_path: Path):
    """The table that is downloaded has the posts that were chosen."""
    viewer = look(f"{dashboard}/?brand=Boreal&sentiment=positive")
    expect(viewer.cards).to_have_count(NOW["Boreal"][2])
    taken = viewer.download(viewer.page.get_by_role("button", name="CSV"))
    taken.save_as(tmp_path / "posts.csv")
    with (tmp_path / "posts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["brand"] for row in rows} == {"Boreal"}
    assert len(rows) == NOW["Boreal"][2]


def test_nothing_can_be_taken_along_of_a_search_that_makes_no_sense(look: Look, dashboard: str):
    """The buttons go while it stands there, and come back once it is mended."""
    viewer = look(dashboard)
    csv_button = viewer.page.get_by_role("button", name="CSV")
    report = viewer.page.get_by_role("button", name="Report")
    expect(csv_button).to_be_visible()
    viewer.page.get_by_placeholder("Search").fill("number OR")
    expect(viewer.page.locator(".gs-wrong")).to_contain_text("missing after OR")
    expect(csv_button).to_have_count(0)
    expect(report).to_have_count(0)
    viewer.page.get_by_placeholder("Search").fill("number")
    expect(csv_button).to_be_visible()
    expect(report).to_be_visible()
    expect(viewer.cards).to_have_count(25)
