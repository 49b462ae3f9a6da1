"""What was ordinary, and what was not, for the charts over time; shared as in shared.py."""

from collections.abc import Collection
from typing import Final

from dashboards import shared_incidents
from dashboards.answers import shared_answer
from dashboards.queries import expected
from dashboards.queries.expected import Expected, Series
from dashboards.queries.incidents import Listed
from dashboards.shared import store
from dashboards.store import TableMissingError
from dashboards.time_range import Window, milliseconds

# The monitor adds a minute each minute.
TTL_S: Final = 20
MAX_MARKS: Final = 12


def expected_range(series: Series, window: Window) -> list[Expected]:
    """The ordinary range of the series in each bucket that it is known of."""
    return _expected(series, window)


@shared_answer(ttl=TTL_S, max_entries=100)
def _expected(series: Series, window: Window) -> list[Expected]:
    try:
        rows = store().rows(expected.expected_query(series, window))
    except TableMissingError:
        rows = []
    return expected.read_expected(rows, window)


def times_usual(brands: Collection[str], window: Window) -> dict[str, float]:
    """How many times the usual number of posts each brand had in the window, where it is known."""
    # Whole minutes and one order: the question changes once a minute, not at every reading.
    since_ms, until_ms = (
        milliseconds(moment.replace(second=0, microsecond=0))
        for moment in (window.since, window.until)
    )
    return _times_usual(tuple(sorted(brands)), since_ms, until_ms)


@shared_answer(ttl=TTL_S, max_entries=100)
def _times_usual(brands: tuple[str, ...], since_ms: int, until_ms: int) -> dict[str, float]:
    try:
        rows = store().rows(expected.brands_query(brands, since_ms=since_ms, until_ms=until_ms))
    except TableMissingError:
        rows = []
    return expected.read_brands(rows, since_ms=since_ms, until_ms=until_ms)


def open_incidents() -> dict[str, list[Listed]]:
    """The open incidents of each brand that has any, the gravest first."""
    found: dict[str, list[Listed]] = {}
    for one in shared_incidents.listed():
        if one.is_open:
            found.setdefault(one.brand, []).append(one)
    return found


def incidents_of(brands: tuple[str, ...], window: Window) -> list[Listed]:
    """The newest incidents of these brands that opened in the window, or of all; oldest first."""
    since_ms, until_ms = milliseconds(window.since), milliseconds(window.until)
    found = [
        one
        for one in shared_incidents.listed()
        if (not brands or one.brand in brands)
        and since_ms <= milliseconds(one.opened_at) < until_ms
    ]
    found.sort(key=lambda one: (one.opened_at, one.key))
    return found[-MAX_MARKS:]
