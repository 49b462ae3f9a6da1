"""Pictures of the page for the documents: `python -m benchmarks.screenshots`.

The demonstration's posts go the worker's way, without Kafka: decoded, matched and scored by the
shipped model, written to a real ClickHouse, and read by the page that `groundswell demo` shows.
"""

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final, Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.servers import engine
from benchmarks.trust_pictures import fill_weeks
from benchmarks.watched import try_rule, watch
from compose.demo.posts import WATCHLIST_FILE, DemoPost, demo_posts
from compose.demo.programme import SURGE_BRAND, SURGE_MINUTES, Programme
from models.language import LanguageDetector
from models.scorer import load_scorer
from schemas.matching import Matcher
from schemas.post import Post, encode_post
from schemas.watchlist import load_watchlist
from streams.clickhouse.mention_sink import ClickHouseMentionSink
from streams.preparation import prepare
from streams.records import Partition, RecordBatch, StoredRecord
from streams.rows import mention_columns
from tests.clickhouse_server import ClickHouseServer
from tests.dashboards.browser.page_server import PageServer, chromium


class Picture(NamedTuple):
    """A page to be taken. drawn: what is there once it is drawn."""

    name: str
    address: str
    height: int
    drawn: str


IMAGES: Final = Path(__file__).parents[1] / "docs" / "images"
WIDTH: Final = 1440
HEIGHT: Final = 1500
AWAY_HEIGHT: Final = 760
LIST_HEIGHT: Final = 760
INCIDENT_HEIGHT: Final = 1750
EDITOR_HEIGHT: Final = 1000
CHARTS: Final = 6
COLOURS: Final = 128
# Few texts, so that scoring them takes seconds; each is played many times in the two days.
TEXTS: Final = 2_500
POSTS_PER_S: Final = 0.12
DAYS: Final = 2
MINUTES: Final = DAYS * 24 * 60
# When the bad news of one brand begins and ends, in minutes before the present.
SURGES: Final = ((300, 292), (52, 20))
SURGE_LANGS: Final = frozenset({"en", "de"})
SURGE_RATE: Final = 3 * POSTS_PER_S
NEW_BRAND: Final = "Isuzu"
NEW_ALIASES: Final = ("\u0e2d\u0e35\u0e0b\u0e39\u0e0b\u0e38", "D-Max")
RULE: Final = "posts >= 60 in 15m"
VIEW: Final = "range=24h"
BRANDS: Final = "&brand=Tuskbook&brand=Velorra&brand=Saffrano&brand=Orbiloo"
PICTURES: Final = (
    Picture(
        "explore", "page=explore&range=24h&q=delivery+OR+battery+OR+leverans", 1500, ".feed article"
    ),
    Picture(
        "compare",
        "page=compare&range=24h&mix=same" + BRANDS,
        1440,
        ".st-key-card-ratings .stVegaLiteChart svg",
    ),
    Picture("operations", "page=operations", 900, ".st-key-card-replays"),
)
# Taken last: it wants the posts of weeks, which the other pages' numbers have no use for.
TRUST: Final = Picture("trust", "page=trust", 2960, ".st-key-card-history .gs-event")
_SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
_TIMEOUT_MS: Final = 300_000
_SETTLE_MS: Final = 500
# Many charts draw one after the other.
_DRAW_MS: Final = 4_000


def main() -> None:
    """Fill a table with two days and take the pictures of the second one."""
    with (
        tempfile.TemporaryDirectory(prefix="groundswell-pictures-") as name,
        engine(Path(name) / "clickhouse") as (server, url),
    ):
        now = datetime.now(UTC)
        print(f"{_fill(url, _played(now))} mentions")
        watchlist = load_watchlist(WATCHLIST_FILE)
        print(f"{watch(url, watchlist, now=now, days=DAYS)} incidents")
        try_rule(url, watchlist, RULE, now=now)
        named = {"GROUNDSWELL_WATCHLIST": str(WATCHLIST_FILE)}
        page = PageServer(url, Path(name), demo=True, settings=named)
        page.start()
        try:
            with chromium() as browser:
                for scheme in _SCHEMES:
                    _take(browser, page.url, scheme)
                    _take_incident(browser, page.url, scheme)
                    _take_editor(browser, page.url, scheme)
                    for picture in PICTURES:
                        _take_page(browser, page.url, scheme, picture)
                fill_weeks(url, now=datetime.now(UTC), days=DAYS)
                for scheme in _SCHEMES:
                    _take_page(browser, page.url, scheme, TRUST)
                _take(browser, page.url, "light", language="zh")
                _take_away(browser, page.url, server)
        finally:
            page.stop()


def _played(now: datetime) -> list[Post]:
    bad = [post for post in demo_posts() if _is_bad_news(post)]
    usual = [post for post in demo_posts() if not _is_bad_news(post)]
    chosen = random.Random(1).sample(usual, TEXTS)
    programme = Programme(tuple(chosen), POSTS_PER_S)
    last = int(now.timestamp()) // 60
    minutes = range(last - MINUTES, last + 1)
    posts = [post for minute in minutes for post in programme.usual(minute)]
    surges = Programme(tuple(bad), SURGE_RATE)
    # The demonstration's surges are short: one after the other they last half an hour.
    for begin, end in SURGES:
        for start in range(last - begin, last - end, SURGE_MINUTES):
            for minute in range(start, start + 2 * SURGE_MINUTES):
                posts += surges.surge(minute, start_minute=start)
    unique = {post.post_id: post for post in posts}
    return [post for post in unique.values() if post.posted_at <= now]


def _is_bad_news(post: DemoPost) -> bool:
    """Whether the post belongs to the incident: then nobody says it otherwise."""
    return post.brand == SURGE_BRAND and post.label == "negative" and post.lang in SURGE_LANGS


def _fill(url: str, posts: Sequence[Post]) -> int:
    """Do to the posts what a worker does; returns the number of mentions."""
    now = datetime.now(UTC)
    now_ms = int(now.timestamp() * 1000)
    records = [StoredRecord(offset, now_ms, encode_post(post)) for offset, post in enumerate(posts)]
    watchlist = load_watchlist(WATCHLIST_FILE)
    batch = prepare(
        RecordBatch(Partition("social-posts", 0), records), Matcher(watchlist).match, now=now
    )
    texts = [item.post.text for item in batch.matched]
    detected = LanguageDetector().detect(texts)
    langs = [item.post.lang or lang for item, lang in zip(batch.matched, detected, strict=True)]
    scorer = load_scorer("shipped", {topic.name: topic.phrases for topic in watchlist.topics})
    columns = mention_columns(
        [batch],
        scorer.score(texts, langs),
        langs=langs,
        model_version=scorer.model_version,
        model_sha256=scorer.model_sha256,
        scored_at=now,
    )
    with ClickHouseMentionSink(url) as sink:
        sink.insert(columns)
    return batch.mentions


def _take(
    browser: Browser, url: str, scheme: Literal["light", "dark"], *, language: str = "en"
) -> None:
    name = f"now-{scheme}" if language == "en" else f"now-{language}"
    with _opened(browser, url, scheme, height=HEIGHT, language=language) as page:
        _save(page.screenshot(), IMAGES / f"{name}.png")


def _take_incident(browser: Browser, url: str, scheme: Literal["light", "dark"]) -> None:
    """The list of incidents, and the open one."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": LIST_HEIGHT}, color_scheme=scheme, timezone_id="UTC"
    )
    page = context.new_page()
    page.goto(f"{url}/?page=incidents")
    first = page.locator(".st-key-incident-lines a").first
    first.wait_for(timeout=_TIMEOUT_MS)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(_SETTLE_MS)
    _save(page.screenshot(), IMAGES / f"incidents-{scheme}.png")
    page.set_viewport_size({"width": WIDTH, "height": INCIDENT_HEIGHT})
    first.click()
    page.locator(".st-key-card-timeline .stVegaLiteChart :is(svg, canvas)").wait_for(
        timeout=_TIMEOUT_MS
    )
    page.locator(".feed article").first.wait_for(timeout=_TIMEOUT_MS)
    page.locator(".gs-proof").wait_for(timeout=_TIMEOUT_MS)
    page.wait_for_timeout(_SETTLE_MS)
    _save(page.screenshot(), IMAGES / f"incident-{scheme}.png")
    context.close()


def _take_editor(browser: Browser, url: str, scheme: Literal["light", "dark"]) -> None:
    """A brand more, with what would be found of it."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": EDITOR_HEIGHT}, color_scheme=scheme, timezone_id="UTC"
    )
    page = context.new_page()
    page.set_default_timeout(_TIMEOUT_MS)
    page.goto(f"{url}/?page=incidents&edit=brands")
    page.get_by_role("textbox", name="New brand").fill(NEW_BRAND)
    page.get_by_role("button", name="Add", exact=True).click()
    aliases = page.get_by_role("combobox", name="Also called")
    page.locator(".gs-changes li").first.wait_for()
    for number, alias in enumerate(NEW_ALIASES):
        aliases.click()
        aliases.fill(alias)
        aliases.press("Enter")
        aliases.press("Escape")
        page.locator(".gs-changes li").nth(number + 2).wait_for()
    page.locator(".st-key-watch-found article").first.wait_for()
    page.wait_for_timeout(_DRAW_MS)
    _save(page.screenshot(), IMAGES / f"watchlist-{scheme}.png")
    context.close()


def _take_page(
    browser: Browser, url: str, scheme: Literal["light", "dark"], picture: Picture
) -> None:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": picture.height}, color_scheme=scheme, timezone_id="UTC"
    )
    page = context.new_page()
    page.goto(f"{url}/?{picture.address}")
    page.locator(picture.drawn).first.wait_for(timeout=_TIMEOUT_MS)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(_DRAW_MS)
    _save(page.screenshot(), IMAGES / f"{picture.name}-{scheme}.png")
    context.close()


def _take_away(browser: Browser, url: str, server: ClickHouseServer) -> None:
    """The page whose ClickHouse went away under it."""
    with _opened(browser, url, "light", height=AWAY_HEIGHT) as page:
        server.kill()
        page.get_by_role("alert").wait_for(timeout=_TIMEOUT_MS)
        page.locator(".gs-away").wait_for(timeout=_TIMEOUT_MS)
        page.wait_for_timeout(_SETTLE_MS)
        _save(page.screenshot(), IMAGES / "away.png")


@contextmanager
def _opened(
    browser: Browser,
    url: str,
    scheme: Literal["light", "dark"],
    *,
    height: int,
    language: str = "en",
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": height}, color_scheme=scheme, timezone_id="UTC"
    )
    page = context.new_page()
    page.goto(f"{url}/?{VIEW}&ui={language}")
    _wait_until_drawn(page)
    yield page
    context.close()


def _wait_until_drawn(page: Page) -> None:
    page.locator(".feed article").first.wait_for(timeout=_TIMEOUT_MS)
    page.wait_for_function(
        "count => document.querySelectorAll('.stVegaLiteChart :is(svg, canvas)').length >= count",
        arg=CHARTS,
        timeout=_TIMEOUT_MS,
    )
    page.evaluate("document.fonts.ready")


def _save(png: bytes, target: Path) -> None:
    """Write the picture with few colours: it has few, and takes a third of the room."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    IMAGES.mkdir(exist_ok=True)
    few.save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
