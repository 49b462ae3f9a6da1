"""What the monitor expected of a brand in the page's buckets."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.filters import Scope
from dashboards.queries.expected import (
    Expected,
    Series,
    brands_query,
    expected_query,
    read_brands,
    read_expected,
    series_of,
)
from dashboards.store import Store
from dashboards.time_range import Window, live_window, milliseconds, range_named
from tests.dashboards.mention_table import MentionTable

NOON = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
NAN = float("nan")
_LOG = "minute, brand, lang, posts, negative, low, high, due, usual, score, reach, kind"


def log_row(  # noqa: PLR0913 - as the table has it
    at: datetime,
    brand: str,
    posts: float,
    *,
    lang: str = "",
    low: float = 0.0,
    high: float = 9.0,
    due: float = NAN,
) -> tuple[object, ...]:
    return (at, brand, lang, posts, 0.0, low, high, due, 0.0, 0.0, 0, "")


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Two known minutes, one that is not known, and one of German posts alone."""

    def row(minute: int, lang: str, posts: float, low: float, high: float) -> tuple[object, ...]:
        at = NOON + timedelta(minutes=minute)
        return log_row(at, "Tuskbook", posts, lang=lang, low=low, high=high)

    rows = [row(0, "", 3, 1, 5), row(1, "", 0, 3, 7), row(2, "", NAN, NAN, NAN)]
    table.execute(f"INSERT INTO watch_log ({_LOG}) VALUES", [*rows, row(0, "de", 1, 0, 2)])


def read(store: Store, window: Window, series: Series) -> list[Expected]:
    return read_expected(store.rows(expected_query(series, window)), window)


def window_of(name: str) -> Window:
    return live_window(range_named(name), now=NOON + timedelta(minutes=10), zone=UTC)


def test_a_bucket_of_a_minute_has_its_range_and_an_unknown_one_has_none(store: Store):
    """Nothing is drawn for what is not known."""
    start = milliseconds(NOON)
    assert read(store, window_of("1h"), Series("Tuskbook")) == [
        Expected(start, start + 60_000, 1, 5),
        Expected(start + 60_000, start + 120_000, 3, 7),
    ]
    assert read(store, window_of("1h"), Series("Nobody")) == []


def test_ranges_fit_the_length_of_buckets(store: Store):
    """Half a minute has half of it, five minutes five times the mean of the known ones."""
    start = milliseconds(NOON)
    halves = read(store, window_of("15m"), Series("Tuskbook", "de"))
    assert halves == [
        Expected(start, start + 30_000, 0, 1),
        Expected(start + 30_000, start + 60_000, 0, 1),
    ]
    [five] = read(store, window_of("6h"), Series("Tuskbook"))
    assert (five.start_ms, five.low, five.high) == (start, 10, 30)


def test_the_series_is_one_brand_s():
    """Several brands, several languages or any source have no range of their own."""
    assert series_of(Scope(brands=("A",))) == Series("A")
    assert series_of(Scope(brands=("A",), langs=("de",))) == Series("A", "de")
    for scope in (
        Scope(),
        Scope(brands=("A", "B")),
        Scope(brands=("A",), langs=("de", "en")),
        Scope(brands=("A",), sources=("shop",)),
    ):
        assert series_of(scope) is None


def test_brands_stand_against_what_was_usual_where_half_of_it_is_known(
    table: MentionTable, store: Store
):
    """Minutes that are not known, and parts of a brand, do not count."""

    def row(
        brand: str, minute: int, posts: float, due: float, lang: str = ""
    ) -> tuple[object, ...]:
        at = NOON - timedelta(hours=2) + timedelta(minutes=minute)
        return log_row(at, brand, posts, lang=lang, due=due)

    rows = [row("Whole", minute, 6, 4) for minute in range(50)]
    rows += [row("Whole", minute, NAN, 4) for minute in range(50, 55)]
    rows += [row("Whole", minute, 900, NAN) for minute in range(55, 60)]
    rows += [row("Whole", minute, 500, 1, lang="de") for minute in range(60)]
    rows += [row("Half", minute, 1, 2) for minute in range(30)]
    rows += [row("Less", minute, 1, 2) for minute in range(29)]
    rows += [row("Nothing", minute, 0, 0) for minute in range(60)]
    table.execute(f"INSERT INTO watch_log ({_LOG}) VALUES", rows)
    until_ms = milliseconds(NOON - timedelta(hours=1))
    hour = {"since_ms": until_ms - 3_600_000, "until_ms": until_ms}
    names = ["Whole", "Half", "Less", "Nothing", "Nobody"]
    found = read_brands(store.rows(brands_query(names, **hour)), **hour)
    assert found == {"Whole": 1.5, "Half": 0.5}
    only_half = read_brands(store.rows(brands_query(["Half"], **hour)), **hour)
    assert only_half == {"Half": 0.5}
