"""How fast the page is over ten million mentions: `python -m benchmarks.dashboard`.

The real engine is filled, the real dashboard is started, and Chromium opens it: first useful
paint, changes of filters, and many viewers at once. Beside each time stands that of a Streamlit
page of one word in the same Chromium, measured in turn: what the machine takes for next to nothing.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from clickhouse_driver import Client
from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import TimeoutError as TookTooLongError
from rich.console import Console
from rich.table import Table

from benchmarks.filling import Filler, rolled_up
from benchmarks.filter_changes import CHANGES, HELLO_CHANGES, POSTS, Change, watched_changes
from benchmarks.servers import engine
from benchmarks.viewers import received_ms
from compose.runtime.kafka import free_port
from dashboards.streamlit_flags import streamlit_flags
from streams.rollups.roller import Roller
from tests.dashboards.browser.page_server import PageServer, chromium

DAYS: Final = 30
ROUNDS: Final = 10
VIEWERS: Final = 20
TIMEOUT_MS: Final = 60_000
PAUSE_S: Final = 2.0
HELLO: Final = """
import streamlit as st

st.title("hello")
st.text(st.segmented_control("Choice", ["one", "two"], default="one", required=True))
"""
_POSTS_DRAWN: Final = "posts"
_BAR: Final = "[aria-roledescription=bar]"
_NUMBERS: Final = (
    ".st-key-tile-0 [data-testid=stMetricValue]",
    f".st-key-card-time {_BAR}",
    _POSTS_DRAWN,
)
# What makes a view useful once all of it is there.
_DRAWN: Final = {
    "": (*_NUMBERS, f".st-key-card-topics {_BAR}"),
    "range=24h": (*_NUMBERS, f".st-key-card-topics {_BAR}"),
    "range=30d": (*_NUMBERS, f".st-key-card-topics {_BAR}"),
    "page=explore&range=24h": (*_NUMBERS, f".st-key-card-topics {_BAR}"),
    "page=explore&range=30d": (*_NUMBERS, f".st-key-card-topics {_BAR}"),
    "page=compare&range=24h": (".gs-table td", ".st-key-card-drivers svg"),
    "page=compare&range=30d": (".gs-table td", ".st-key-card-drivers svg"),
}
_SHARED_VIEW: Final = "range=24h"
_TOGETHER_ROUNDS: Final = 5
_HELLO_DRAWN: Final = ("[data-testid=stText]",)
# Notes when all of these are there, in milliseconds since the page was asked for.
_WATCH_PAINT: Final = """
selectors => {
  const timer = setInterval(() => {
    if (selectors.every(one => one === "posts" ? (POSTS)().length : document.querySelector(one))) {
      window.paintedMs = performance.now();
      clearInterval(timer);
    }
  }, 10);
}
""".replace("POSTS", POSTS)


def main() -> None:
    """Fill, open, change, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS, help="of mentions (%(default)s)")
    parser.add_argument("--folder", type=Path, help="keep the mentions there, and use them again")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of opening (%(default)s)")
    parser.add_argument("--viewers", type=int, default=VIEWERS, help="at once (%(default)s)")
    options = parser.parse_args()
    console = Console()
    table = Table("what", "median", "95 of 100", "target", "one word", "95 of 100")
    with (
        tempfile.TemporaryDirectory(prefix="groundswell-dashboard-") as name,
        _filled(options.folder or Path(name) / "clickhouse", options.days) as url,
        _served(Path(name), url) as (dashboard, hello),
        chromium() as browser,
        Client.from_url(url) as client,
    ):
        ((rows,),) = client.execute("SELECT count() FROM mentions")
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        context.set_default_timeout(TIMEOUT_MS)
        # The first viewer's browser has yet to load the page's programs.
        _open(context, dashboard, _DRAWN[_SHARED_VIEW]).close()
        _open(context, hello, _HELLO_DRAWN).close()
        try:
            _first_paints(context, dashboard, hello, table, options.rounds)
            _filter_changes(context, dashboard, hello, table)
            asked = _together(context, dashboard, hello, table, (client, options.viewers))
            console.print(
                f"{options.viewers} viewers at once, {_TOGETHER_ROUNDS} times: the engine answered "
                f"{asked} questions"
            )
        finally:
            console.print(f"{rows:,} mentions, {options.days} days; load {os.getloadavg()[1]:.1f}")
            console.print(table)


def _first_paints(
    context: BrowserContext, dashboard: str, hello: str, table: Table, rounds: int
) -> None:
    for view, drawn in _DRAWN.items():
        ours: list[float] = []
        trivial: list[float] = []
        for _ in range(rounds):
            for url, wanted, times in (
                (f"{dashboard}/?{view}", drawn, ours),
                (hello, _HELLO_DRAWN, trivial),
            ):
                page = _open(context, url, wanted)
                times.append(_painted_ms(page))
                page.close()
        _add(table, f"first useful paint, {view or 'range=1h'}", ours, "2 s", trivial)
    table.add_section()


def _filter_changes(context: BrowserContext, dashboard: str, hello: str, table: Table) -> None:
    trivial_page = _open(context, hello, _HELLO_DRAWN)
    ours: list[float] = []
    trivial: list[float] = []
    for start, changes in CHANGES.items():
        page = _open(context, f"{dashboard}/?{start}", _DRAWN[start])
        of_page: list[float] = []
        beside: list[float] = []
        for number, change in enumerate(changes):
            time.sleep(PAUSE_S)
            taken_ms = watched_changes(page, change)
            of_page.append(taken_ms)
            beside.append(watched_changes(trivial_page, HELLO_CHANGES[number % 2]))
            print(f"  {start} {_named(change)}: {taken_ms:,.0f} ms")
        page.close()
        _add(table, f"a filter's change, {start}", of_page, "", beside)
        ours += of_page
        trivial += beside
    _add(table, f"a filter's change, all {len(ours)}", ours, "0.5 s, 1.5 s", trivial)
    table.add_section()
    trivial_page.close()


def _named(change: Change) -> str:
    return f"{change.what} {change.value}"


def _together(
    context: BrowserContext,
    dashboard: str,
    hello: str,
    table: Table,
    client_and_viewers: tuple[Client, int],
) -> int:
    """Open a view for many at once; how many questions the engine answered meanwhile.

    First one of them has a browser on this machine, and the others seem to have machines of their
    own; then all are pages of the one browser here.
    """
    client, viewers = client_and_viewers
    view, drawn = f"{dashboard}/?{_SHARED_VIEW}", _DRAWN[_SHARED_VIEW]
    before = _answered(client)
    ours = _one_drawn(context, view, drawn, viewers)
    asked = _answered(client) - before - 1
    trivial = _one_drawn(context, hello, _HELLO_DRAWN, viewers)
    _add(table, f"{viewers} at once: sent to those elsewhere", ours.sent, "3 s", trivial.sent)
    _add(table, f"{viewers} at once: drawn for the one here", ours.drawn, "3 s", trivial.drawn)
    all_ours = _all_drawn(context, view, drawn, viewers)
    all_trivial = _all_drawn(context, hello, _HELLO_DRAWN, viewers)
    _add(table, f"{viewers} at once: all drawn by one browser here", all_ours, "", all_trivial)
    return asked


@dataclass(frozen=True, slots=True)
class _Times:
    """Milliseconds until pages were drawn here, and until all of the others' had been sent."""

    drawn: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)


def _one_drawn(context: BrowserContext, url: str, drawn: Sequence[str], viewers: int) -> _Times:
    times = _Times()
    for _ in range(_TOGETHER_ROUNDS):
        with ThreadPoolExecutor(max_workers=1) as pool:
            others = pool.submit(received_ms, url, viewers - 1)
            page = _begin(context, url, drawn)
            times.drawn.append(_painted_or_not_ms(page))
            times.sent.extend(others.result())
        page.close()
    return times


def _all_drawn(
    context: BrowserContext, url: str, drawn: Sequence[str], viewers: int
) -> list[float]:
    pages = [_begin(context, url, drawn) for _ in range(viewers)]
    times = [_painted_or_not_ms(page) for page in pages]
    for page in pages:
        page.close()
    return times


def _answered(client: Client) -> int:
    rows = client.execute("SELECT value FROM system.events WHERE event = 'SelectQuery'")
    return int(rows[0][0]) if rows else 0


def _begin(context: BrowserContext, url: str, drawn: Sequence[str]) -> Page:
    page = context.new_page()
    page.add_init_script(f"({_WATCH_PAINT})({json.dumps(list(drawn))})")
    page.goto(url, wait_until="commit")
    return page


def _open(context: BrowserContext, url: str, drawn: Sequence[str]) -> Page:
    page = _begin(context, url, drawn)
    _painted_ms(page)
    return page


def _painted_ms(page: Page) -> float:
    return float(page.wait_for_function("window.paintedMs").json_value())


def _painted_or_not_ms(page: Page) -> float:
    """The same; the longest wait for a page that is not there by then."""
    try:
        return _painted_ms(page)
    except TookTooLongError:
        return float(TIMEOUT_MS)


def _add(
    table: Table, what: str, ours: Sequence[float], target: str, trivial: Sequence[float]
) -> None:
    table.add_row(what, *_told(ours), target, *_told(trivial))


def _told(times: Sequence[float]) -> tuple[str, str]:
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return f"{statistics.median(times):,.0f} ms", f"{p95:,.0f} ms"


@contextmanager
def _filled(folder: Path, days: int) -> Iterator[str]:
    """URL of a database with the mentions of so many days until now, rolled up."""
    with engine(folder) as (_, url):
        with Client.from_url(url) as client:
            filler = Filler(client, days)
            if client.execute("SELECT count() FROM mentions")[0][0]:
                filler.more()
            else:
                filler.fill()
            rolled_up(Roller(client))
        yield url


@contextmanager
def _served(folder: Path, clickhouse_url: str) -> Iterator[tuple[str, str]]:
    """Addresses of the dashboard and of the page of one word."""
    script, port = folder / "hello.py", free_port()
    script.write_text(HELLO, encoding="utf-8")
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


if __name__ == "__main__":
    main()
