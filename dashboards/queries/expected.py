"""What the monitor expected: of a brand in each stretch of the page's period, of brands in all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.filters import Scope
from dashboards.queries.conditions import Query, Row
from dashboards.time_range import Window, milliseconds

_MINUTE_MS: Final = 60_000
_SQL: Final = """
SELECT roundDown(toUnixTimestamp(minute)::Int64 * 1000, %(edges)s) AS start,
       avgIf(low, isFinite(low)), avgIf(high, isFinite(high))
FROM watch_log FINAL
WHERE brand = %(brand)s AND topic = '' AND lang = %(lang)s AND product = '' AND source = ''
  AND minute >= toDateTime(intDiv(%(since_ms)s, 1000), 'UTC')
  AND minute < toDateTime(intDiv(%(until_ms)s, 1000), 'UTC')
  AND isFinite(posts)
GROUP BY start
"""
_BRANDS_SQL: Final = """
SELECT brand, sum(posts), sum(due), count()
FROM watch_log FINAL
WHERE brand IN %(brands)s AND topic = '' AND lang = '' AND product = '' AND source = ''
  AND minute >= toDateTime(intDiv(%(since_ms)s, 1000), 'UTC')
  AND minute < toDateTime(intDiv(%(until_ms)s, 1000), 'UTC')
  AND isFinite(posts) AND isFinite(due)
GROUP BY brand
"""
# Of a period of which less is known than this share, it is not said what was usual.
_LEAST_KNOWN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Series:
    """A series that the monitor watches: of a brand, in all languages where `lang` is ""."""

    brand: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """The ordinary range of the posts from `start_ms` (included) to `end_ms` (not)."""

    start_ms: int
    end_ms: int
    low: float
    high: float


def series_of(scope: Scope) -> Series | None:
    """The series that the scope is about; None where it is about several, or about sources."""
    if len(scope.brands) != 1 or len(scope.langs) > 1 or scope.sources:
        return None
    return Series(scope.brands[0], *scope.langs)


def expected_query(series: Series, window: Window) -> Query:
    """The question; its answer goes to `read_expected`."""
    edges = _minutes_of(window.edges)
    return Query(
        _SQL,
        {
            "brand": series.brand,
            "lang": series.lang,
            "since_ms": edges[0],
            "until_ms": milliseconds(window.until),
            "edges": list(edges),
        },
    )


def read_expected(rows: Iterable[Row], window: Window) -> list[Expected]:
    """The range of each bucket of the window of which any minute is known, in order.

    A minute's range is stored. Those of a bucket's minutes are added, as if they rose and fell
    together: the sum is rather too wide than too narrow.
    """
    rates = {int(start): (low, high) for start, low, high in rows}
    found = []
    for start, end in zip(window.edges, window.ends, strict=True):
        low, high = rates.get(start // _MINUTE_MS * _MINUTE_MS, (None, None))
        if _is_number(low) and _is_number(high):
            minutes = (end - start) / _MINUTE_MS
            found.append(Expected(start, end, low * minutes, high * minutes))
    return found


def brands_query(brands: Sequence[str], *, since_ms: int, until_ms: int) -> Query:
    """How many posts of each brand are usual in a period; its answer goes to `read_brands`."""
    return Query(_BRANDS_SQL, {"brands": tuple(brands), "since_ms": since_ms, "until_ms": until_ms})


def read_brands(rows: Iterable[Row], *, since_ms: int, until_ms: int) -> dict[str, float]:
    """How many times the usual posts each brand had, where half of the period is known."""
    minutes = (until_ms - since_ms) / _MINUTE_MS
    return {
        str(brand): posts / due
        for brand, posts, due, known in rows
        if due > 0 and known >= _LEAST_KNOWN * minutes
    }


def _minutes_of(edges: Sequence[int]) -> tuple[int, ...]:
    """The full minutes at or before the edges, each once."""
    return tuple(dict.fromkeys(edge // _MINUTE_MS * _MINUTE_MS for edge in edges))


def _is_number(value: object) -> bool:
    return isinstance(value, float) and value == value  # noqa: PLR0124 - NaN
