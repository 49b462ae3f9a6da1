"""The page Trust, with hostile texts in every field that strangers fill."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from clickhouse_driver import Client
from playwright.sync_api import Page, expect

from schemas.correction import DRAWN_AT_RANDOM, Correction
from schemas.model_figures import HeldOut, ModelFigures
from schemas.scores import SENTIMENTS
from streams.corrections.store import CorrectionStore
from streams.versions.figures import store_figures
from streams.versions.promotions import Promotions
from tests.dashboards import hostile
from tests.dashboards.browser.test_hostile_posts import check_unharmed
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.mention_table import MentionTable, mention

Look = Callable[[str], Viewer]

POSTS = 240
LABELS = 40
RIGHT = 30
HOSTILE = '<img src=x onerror="window.harmed=1">'


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Five weeks of hostile posts under two versions; of 40 drawn at random 30 were right."""
    now = datetime.now(UTC).replace(microsecond=0)
    texts = cycle(hostile.texts()[:60])
    rows = [
        mention(
            post_id=f"p{number}",
            text=f"{number} {text[:2_000]}",
            brand=HOSTILE if number % 2 else "Aurora",
            source=text[:200] if number % 9 == 0 else "forum",
            lang="de" if number % 3 == 0 else HOSTILE if number % 7 == 0 else "en",
            sentiment=SENTIMENTS[number % 3],
            posted_at=now - timedelta(hours=1 + 3 * number),
        )
        for number, text in zip(range(POSTS), texts, strict=False)
    ]
    table.insert(rows)
    table.insert({**row, "model_version": HOSTILE, "sentiment": "positive"} for row in rows)
    with Client.from_url(table.url) as client:
        times = iter([now - timedelta(days=20), now - timedelta(days=4)])
        promotions = Promotions(client, lambda: next(times))
        promotions.promote(HOSTILE, who=HOSTILE, why=HOSTILE)
        promotions.promote("first", who="Ann", why="better")
    store_figures(
        table.url,
        ModelFigures(
            model_version="first",
            sentiment=(held_out("en", 0.8), held_out("de", 0.4), held_out(HOSTILE, 0.5)),
        ),
    )
    store = CorrectionStore(table.url)
    store.write([label(row, number) for number, row in enumerate(rows[:LABELS])])
    store.close()


def held_out(lang: str, value: float) -> HeldOut:
    return HeldOut(
        source=HOSTILE, lang=lang, texts=900, accuracy=value, macro_f1=value,
        calibration_error=0.05, trained=True,
    )  # fmt: skip


def label(row: dict[str, object], number: int) -> Correction:
    said = SENTIMENTS[number % 3]
    posted_at = row["posted_at"]
    assert isinstance(posted_at, datetime)
    return Correction(
        id=UUID(int=number + 1, version=4),
        at=posted_at + timedelta(minutes=1),
        brand=str(row["brand"]),
        posted_at=posted_at,
        source=str(row["source"]),
        post_id=str(row["post_id"]),
        sentiment=said if number < RIGHT else SENTIMENTS[(number + 1) % 3],
        before=said,
        who=HOSTILE,
        reason=DRAWN_AT_RANDOM,
    )


def drawn(viewer: Viewer) -> Page:
    """The page, once all of it is there."""
    page = viewer.page
    for card in ("accuracy", "calibration", "confusion", "versions", "weeks"):
        expect(page.locator(f".st-key-card-{card} .stVegaLiteChart svg").first).to_be_attached()
    expect(page.locator(".st-key-card-drift .stVegaLiteChart svg")).to_have_count(5)
    expect(page.locator(".gs-event").first).to_be_visible()
    return page


def test_it_says_what_is_known_and_harms_nobody(look: Look, dashboard: str):
    """Accuracy with its interval, coverage, versions, drift; markup is text; axe finds no fault."""
    viewer = look(f"{dashboard}/?page=trust")
    page = drawn(viewer)
    expect(viewer.tile(0)).to_have_text("first")
    expect(viewer.tile(1)).to_have_text("75.0%")
    coverage = page.get_by_role("region", name="Languages of the posts")
    expect(coverage.get_by_role("row", name="English")).to_contain_text("Does well")
    expect(coverage.get_by_role("row", name="German")).to_contain_text("Does poorly")
    versions = page.get_by_role("region", name="Model versions")
    expect(versions.get_by_role("row", name=HOSTILE)).to_contain_text(
        f"promoted: {HOSTILE}, {HOSTILE}"
    )
    drift = page.get_by_role("region", name="Has what comes in changed")
    expect(drift.get_by_role("row")).to_have_count(7)
    check_unharmed(viewer, dashboard)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response
        faults = [
            f"{fault['id']}: {node['html'][:200]}"
            for fault in found["violations"]
            if fault["impact"] in {"serious", "critical"}
            for node in fault["nodes"]
        ]
        assert faults == []
    drift.get_by_role("link", name=re.compile("English|German")).first.click()
    page.wait_for_url(re.compile("(?=.*page=explore)(?=.*range=7d)(?=.*lang=)"))


def test_a_post_is_labelled_unseen_and_the_label_taken_back(
    look: Look, dashboard: str, table: MentionTable
):
    """The model's answer comes after the label; the list says who, and takes it back."""
    viewer = look(f"{dashboard}/?page=trust")
    page = viewer.page
    card = page.locator(".st-key-card-labelling")
    first = card.locator(".gs-to-label")
    expect(first).to_be_visible()
    text = first.text_content()
    page.get_by_role("textbox", name="Your name").fill("Mei")
    page.get_by_role("textbox", name="Your name").press("Enter")
    card.get_by_role("button", name="Negative").click()
    expect(card.get_by_role("status")).to_contain_text("The model")
    expect(first).not_to_have_text(text or "")
    newest = page.locator(".st-key-trust-event-0")
    expect(newest).to_contain_text("Mei")
    newest.get_by_role("button", name="Take back").click()
    expect(newest).to_contain_text("took back")
    said = "SELECT sentiment, reason FROM corrections WHERE who = 'Mei' ORDER BY at"
    assert table.execute(said) == [("negative", DRAWN_AT_RANDOM), ("", "")]
