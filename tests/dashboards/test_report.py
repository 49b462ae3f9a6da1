"""A view on one page, as PDF."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Semaphore
from types import SimpleNamespace

import pytest

from dashboards.charts import by_minute
from dashboards.filters import PAGES, FeedFilter, Scope, View
from dashboards.measures import Counts
from dashboards.queries.breakdown import FACETS, Breakdown
from dashboards.queries.overview import Bucket, Group, Others
from dashboards.queries.posts import FeedPost
from dashboards.report import pictures
from dashboards.report.contents import Frame, compare_sheet, explore_sheet
from dashboards.report.reading import report_of
from dashboards.report.sheet import Picture, Quote, Sheet
from dashboards.report.typesetting import pdf
from dashboards.time_range import live_window, range_named
from schemas.errors import ReportError
from tests.dashboards.mention_table import MentionTable, mention

NOW = datetime(2026, 3, 11, 15, 7, tzinfo=UTC)
LURES = (
    '#read("/etc/passwd") #panic() *bold* _x_ $x$ @ref <label> \\ // `raw` = head',
    "\u202eevil\u202c \x00\x1b[31m <script>alert(1)</script>",
    "\u0627\u0644\u062a\u0648\u0635\u064a\u0644 \u062a\u0623\u062e\u0631 "
    "\u0915\u094d\u0937\u092e\u0924\u093e \u7535\u6c60\u5f88\u5dee " * 40,
)


def frame() -> Frame:
    window = live_window(range_named("24h"), now=NOW, zone=UTC)
    view = View(Scope(brands=("Velorra",)), FeedFilter(text="late OR delayed"))
    return Frame(view, window, UTC, NOW)


def post(text: str, number: int) -> FeedPost:
    return FeedPost(
        brand="Velorra",
        posted_at=NOW,
        source="forum",
        post_id=str(number),
        kind="social",
        text=text,
        characters=len(text),
        lang="ar",
        product="",
        rating=None,
        author="someone by name",
        url="",
        country="",
        reach=0,
        sentiment="negative",
        score=-0.5,
        topics=(),
        model_version="one",
    )


def pages(made: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", made))


def test_however_many_posts_it_is_one_page():
    """Posts are data, whatever they say, and those without room are left out."""
    quotes = tuple(Quote("forum", text, "ar", "negative") for text in LURES * 20)
    made = pdf(
        Sheet("Report", ("a line",), "footer", quotes_title="Posts", quotes=quotes), zone="UTC"
    )
    assert made.startswith(b"%PDF")
    assert pages(made) == 1


def test_a_view_becomes_a_page_with_its_charts():
    """Explore's numbers, charts and posts; without authors' names."""
    window = frame().window
    buckets = tuple(
        Bucket(start, end, Counts(3, 4, 5))
        for start, end in zip(window.edges, window.ends, strict=True)
    )
    groups = (Group("\u5c0f\u7c73 <b>", Counts(30, 40, 50), Counts()),)
    found = Breakdown(
        Counts(30, 40, 50),
        buckets,
        {"topic": groups, "lang": groups},
        {"topic": Others(), "lang": Others(3, Counts(1, 1, 1))},
    )
    sheet = explore_sheet(frame(), found, [post(text, n) for n, text in enumerate(LURES)])
    assert "Velorra" in sheet.lines[1]
    assert sheet.facts[0].value == "120"
    assert not any("someone by name" in quote.about + quote.text for quote in sheet.quotes)
    assert not any(re.search("[\x00-\x1f\u202e]", quote.text) for quote in sheet.quotes)
    made = pdf(sheet, zone="Asia/Shanghai")
    assert pages(made) == 1
    assert len(made) > 10_000


PICTURES = [Picture("minutes", by_minute([(0, 1)]))]


def test_few_reports_are_drawn_at_a_time(monkeypatch: pytest.MonkeyPatch):
    """However many are asked for: the others wait."""
    begun, go_on = Semaphore(0), Event()

    def drawing(*_: object, **__: object) -> SimpleNamespace:
        begun.release()
        assert go_on.wait(30)
        return SimpleNamespace(stdout="[]")

    monkeypatch.setattr("subprocess.run", drawing)
    with ThreadPoolExecutor(pictures.AT_ONCE + 1) as pool:
        made = [
            pool.submit(pictures.drawn, PICTURES, zone="UTC") for _ in range(pictures.AT_ONCE + 1)
        ]
        for _ in range(pictures.AT_ONCE):
            assert begun.acquire(timeout=30)
        assert not begun.acquire(timeout=0.2)
        go_on.set()
        assert [one.result(30) for one in made] == [[]] * len(made)


def test_whoever_waits_too_long_for_others_is_told(monkeypatch: pytest.MonkeyPatch):
    """That it is no fault of what they asked for."""
    monkeypatch.setattr(pictures, "TIMEOUT_S", 0.01)
    monkeypatch.setattr(pictures, "_turns", Semaphore(0))
    with pytest.raises(ReportError, match="too many"):
        pictures.drawn(PICTURES, zone="UTC")


def test_nothing_to_compare_is_no_chart():
    """The table has its heads alone."""
    sheet = compare_sheet(frame(), [])
    assert len(sheet.rows) == 1
    assert sheet.pictures == ()


def test_quotes_run_as_their_words_do():
    """Not as a mark before them, nor as their language alone would."""
    arabic = "\u0627\u0644\u0628\u0637\u0627\u0631\u064a\u0629"
    texts = (f"\u200e@someone {arabic}", "mar7aba ya gama3a")
    found = Breakdown(
        Counts(1, 0, 0),
        (Bucket(0, 1, Counts(1, 0, 0)),),
        facets=dict.fromkeys(FACETS, ()),
        others=dict.fromkeys(FACETS, Others()),
    )
    sheet = explore_sheet(frame(), found, [post(text, n) for n, text in enumerate(texts)])
    assert [quote.direction for quote in sheet.quotes] == ["rtl", "ltr"]
    assert all(quote.about.endswith("Negative \u00b7 Arabic") for quote in sheet.quotes)
    assert pages(pdf(sheet, zone="UTC")) == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_search_that_makes_no_sense_is_told(page: str):
    """Before anything is read."""
    view = View(feed=FeedFilter(text="late OR"), page=page)
    with pytest.raises(ReportError, match="character 8"):
        report_of(view, frame().window, zone=UTC)


def test_the_command_takes_the_language_of_the_address(table: MentionTable, tmp_path: Path):
    """And says nothing but where the report is."""
    table.insert([mention(text="\u53d1\u8d27\u592a\u6162", lang="zh")])
    for ui, title in (
        ("zh", "Groundswell \u00b7 \u63a2\u7d22"),
        ("xx", "Groundswell \u00b7 Explore"),
    ):
        target = tmp_path / "report.pdf"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "compose", "report", f"?page=explore&ui={ui}"),
                *("-o", str(target), "--clickhouse-url", table.url),
            ],
            capture_output=True,
            check=True,
            text=True,
        )
        assert title.encode() in target.read_bytes()
        assert (done.stdout, done.stderr) == (f"wrote {target}\n", "")
