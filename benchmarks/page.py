"""How fast the page is in a browser, over one million mentions: `python -m benchmarks.page`.

Each time stands beside that of a trivial Streamlit page, which shows one word and the choice of one
control, in the same Chromium on the same machine; the two are measured in turn.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from clickhouse_driver import Client
from playwright.sync_api import BrowserContext

from compose.runtime.kafka import free_port
from dashboards.streamlit_flags import streamlit_flags
from dashboards.time_range import range_named
from streams.clickhouse.migrate import migrate
from tests.clickhouse_server import ClickHouseServer
from tests.dashboards.browser.page_server import PageServer, chromium

MENTIONS: Final = 1_000_000
# So many a statement, that each is a part of the table as after a while of small inserts.
_INSERT_ROWS: Final = 100_000
ROUNDS: Final = 12
# One after the other over two days, as they come.
_SPREAD: Final = {"total": MENTIONS, "step_ms": 2 * 86_400_000 / MENTIONS}
# Every number of this view reads all mentions: half are of the last day, half of the one before.
VIEW: Final = "range=24h"
KEPT_S: Final = range_named("24h").refresh_s
TIMEOUT_MS: Final = 60_000
_CHOICE: Final = "[data-testid=stText]"

_HELLO: Final = """
import streamlit as st

st.title("hello")
st.text(st.segmented_control("Choice", ["one", "two"], default="one", required=True))
"""
FILL_SQL: Final = """
INSERT INTO mentions (
    brand, posted_at, source, post_id, model_version, kind, text, lang, author, country, reach,
    sentiment, score, p_negative, p_neutral, p_positive, topics, scored_at, received_at
)
SELECT concat('Brand ', toString(floor(sqrt(hash %% 900)))), moment, source, toString(number),
       'one', 'social', concat(repeat(concat(word, ' and so on, '), 5 + hash %% 8), toString(hash)),
       lang, concat('author-', toString(hash %% 5000)), 'DE', hash %% 1000,
       sentiment, p_positive - p_negative, p_negative, 0.2, p_positive,
       arrayDistinct([word, ['price', 'taste', 'speed', 'staff'][1 + intDiv(hash, 7) %% 4]]),
       moment + INTERVAL 1 SECOND, moment
FROM (
    SELECT number, cityHash64(number) AS hash,
           now64(3, 'UTC') - toIntervalMillisecond((%(total)s - number) * %(step_ms)s) AS moment,
           ['mastodon', 'reviews', 'forum', 'news', 'shop'][1 + intDiv(hash, 11) %% 5] AS source,
           ['en', 'de', 'ja', 'ar', 'es', 'hi', 'fr'][1 + intDiv(hash, 13) %% 7] AS lang,
           ['delivery', 'service', 'quality', 'battery'][1 + intDiv(hash, 17) %% 4] AS word,
           ['negative', 'neutral', 'positive'][1 + intDiv(hash, 19) %% 3] AS sentiment,
           if(sentiment = 'negative', 0.7, 0.1) AS p_negative,
           if(sentiment = 'positive', 0.7, 0.1) AS p_positive
    FROM numbers(%(first)s, %(rows)s)
)
"""

# Runs in the browser: milliseconds from a click until what it changes has changed.
_CLICK: Final = """
async ([button, watched]) => {
  const shown = () => document.querySelector(watched)?.textContent;
  const before = shown();
  const start = performance.now();
  [...document.querySelectorAll("button")].find(b => b.textContent.trim() === button).click();
  while (shown() === before) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}
"""


@dataclass(frozen=True, slots=True)
class Contender:
    """A page to be measured.

    drawn: selectors of what makes it useful. buttons: to be clicked in turn; watched: what
    changes then. first_ms, change_ms: the times that were measured.
    """

    name: str
    url: str
    drawn: tuple[str, ...]
    buttons: tuple[str, str]
    watched: str
    first_ms: list[float] = field(default_factory=list)
    change_ms: list[float] = field(default_factory=list)

    def measure(self, context: BrowserContext) -> None:
        """Open it as a new viewer, and click both buttons."""
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        start = time.perf_counter()
        page.goto(self.url, wait_until="commit")
        for selector in self.drawn:
            page.locator(selector).first.wait_for()
        self.first_ms.append(1000 * (time.perf_counter() - start))
        for button in self.buttons:
            # Answers are kept for as long as they are not worth asking for again.
            time.sleep(KEPT_S)
            self.change_ms.append(page.evaluate(_CLICK, [button, self.watched]))
        page.close()


def main() -> None:
    """Fill a table, measure both pages in turn, and tell the times and their ratios."""
    with (
        tempfile.TemporaryDirectory(prefix="groundswell-page-") as name,
        _filled(Path(name) / "clickhouse") as url,
        _served(Path(name), url) as (dashboard, hello),
        chromium() as browser,
    ):
        contenders = (
            Contender(
                "the dashboard",
                f"{dashboard}/?{VIEW}",
                drawn=(
                    ".st-key-tile-0 [data-testid=stMetricValue]",
                    ".st-key-card-time [aria-roledescription=bar]",
                    ".st-key-card-topics [aria-roledescription=bar]",
                    ".feed article",
                ),
                buttons=("6 h", "24 h"),
                watched=".st-key-tile-0 [data-testid=stMetricValue]",
            ),
            Contender("hello", hello, drawn=(_CHOICE,), buttons=("two", "one"), watched=_CHOICE),
        )
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        for number in range(ROUNDS + 1):
            for contender in contenders:
                contender.measure(context)
                if number == 0:
                    # The first viewer's browser has yet to load the page's programs.
                    contender.first_ms.clear()
                    contender.change_ms.clear()
    ours, trivial = contenders
    for what, times, base in (
        ("first useful paint", ours.first_ms, trivial.first_ms),
        ("a filter's change", ours.change_ms, trivial.change_ms),
    ):
        print(
            f"{what}: {_told(times)}; hello: {_told(base)}; "
            f"ratio of the medians {statistics.median(times) / statistics.median(base):.1f}"
        )


@contextmanager
def _filled(folder: Path) -> Iterator[str]:
    """URL of a database with a million mentions of the last two days."""
    server = ClickHouseServer(folder)
    server.start()
    try:
        url = server.url.removesuffix("default") + "groundswell"
        migrate(url)
        with Client.from_url(url) as client:
            for first in range(0, MENTIONS, _INSERT_ROWS):
                client.execute(FILL_SQL, {**_SPREAD, "first": first, "rows": _INSERT_ROWS})
        yield url
    finally:
        server.stop()


@contextmanager
def _served(folder: Path, clickhouse_url: str) -> Iterator[tuple[str, str]]:
    """Addresses of the dashboard and of the trivial page."""
    script, port = folder / "hello.py", free_port()
    script.write_text(_HELLO, encoding="utf-8")
    hello = ("streamlit", "run", str(script), *streamlit_flags(port=port))
    servers = (
        PageServer(clickhouse_url, folder),
        PageServer(clickhouse_url, folder, port=port, module=hello),
    )
    try:
        for server in servers:
            server.start()
        yield servers[0].url, servers[1].url
    finally:
        for server in servers:
            server.stop()


def _told(times: list[float]) -> str:
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return f"{statistics.median(times):.0f} ms (95 of 100 within {p95:.0f} ms)"


if __name__ == "__main__":
    main()
