"""Posts by minute around an incident, and the range that was expected of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashboards.queries.conditions import Query, Row, Value
from dashboards.time_range import milliseconds
from schemas.alert import Alert, SeriesName
from schemas.seen import seen_mentions

BEFORE: Final = timedelta(hours=2)
AFTER: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(days=3)
MAX_POINTS: Final = 400
_MINUTE_MS: Final = 60_000
# Minutes of a point; the last of them fits any window.
_STEPS: Final = (1, 2, 5, 10, 15, 30, 60)

_PERIOD: Final = (
    "brand = %(brand)s AND posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC') "
    "AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')"
)
# What a version found is asked of the row that is seen.
_COUNTS_SQL: Final = f"""
SELECT roundDown(toUnixTimestamp64Milli(posted_at), %(edges)s) AS start,
       count() AS posts, countIf(sentiment = 'negative')
FROM {seen_mentions(_PERIOD, columns="posted_at, sentiment, topics, lang, product")}
WHERE {{narrower}}
GROUP BY start
"""  # noqa: S608 - names only
_BAND_SQL: Final = """
SELECT roundDown(toUnixTimestamp(minute) * 1000, %(edges)s) AS start,
       avgIf(low, isFinite(low)), avgIf(high, isFinite(high)), max(isNaN(posts))
FROM watch_log FINAL
WHERE brand = %(brand)s AND topic = %(topic)s AND lang = %(lang)s AND product = %(product)s
  AND source = ''
  AND minute >= toDateTime(intDiv(%(since_ms)s, 1000), 'UTC')
  AND minute < toDateTime(intDiv(%(until_ms)s, 1000), 'UTC')
GROUP BY start
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the timeline shows: a series, and the starts of its points in milliseconds.

    An empty topic, lang or product stands for all. step_min: minutes of a point.
    """

    brand: str
    topic: str
    lang: str
    product: str
    edges: tuple[int, ...]
    step_min: int

    @property
    def until_ms(self) -> int:
        """The end of the last point."""
        return self.edges[-1] + self.step_min * _MINUTE_MS


@dataclass(frozen=True, slots=True)
class Band:
    """What was expected of a minute's posts. unknown: whether one of its minutes is not known."""

    low: float | None
    high: float | None
    unknown: bool


@dataclass(frozen=True, slots=True)
class Point:
    """Posts and negative posts a minute, on average, from `start_ms` on."""

    start_ms: int
    end_ms: int
    posts: float
    negative: float
    band: Band | None


def frame_of(alert: Alert, *, now: datetime) -> Frame:
    """The incident with some time before and, once it is over, after it.

    The series is the whole brand's unless all signals are of a narrower one: then the first's.
    """
    whole = SeriesName(brand=alert.brand)
    names = [signal.series for signal in alert.signals]
    series = whole if not names or whole in names else names[0]
    end = min(now, alert.resolved_at + AFTER) if alert.resolved_at else now
    start = max(alert.since - BEFORE, end - LONGEST)
    minutes = max(int((end - start) / timedelta(minutes=1)), 1)
    step = next((step for step in _STEPS if minutes <= step * MAX_POINTS), _STEPS[-1])
    step_ms = step * _MINUTE_MS
    first = milliseconds(start) // step_ms * step_ms
    last = max(milliseconds(end) // step_ms * step_ms, first + step_ms)
    edges = tuple(range(first, last, step_ms))
    return Frame(series.brand, series.topic, series.lang, series.product, edges, step)


def counts_query(frame: Frame) -> Query:
    """Posts of each point; its answer goes to `read_points`."""
    wanted = {
        "topic": ("has(topics, %(topic)s)", frame.topic),
        "lang": ("lang = %(lang)s", frame.lang),
        "product": ("product = %(product)s", frame.product),
    }
    terms = [term for term, value in wanted.values() if value]
    return Query(_COUNTS_SQL.format(narrower=" AND ".join(terms) or "1"), _values(frame))


def band_query(frame: Frame) -> Query:
    """What was expected of each point; its answer goes to `read_points`."""
    return Query(_BAND_SQL, _values(frame))


def read_points(frame: Frame, counts: Iterable[Row], band: Iterable[Row]) -> list[Point]:
    """All points of the frame; those without posts have none."""
    found = {int(start): (int(posts), int(negative)) for start, posts, negative in counts}
    ranges = {
        int(start): Band(_finite(low), _finite(high), bool(unknown))
        for start, low, high, unknown in band
    }
    step_ms = frame.step_min * _MINUTE_MS
    return [
        Point(
            start_ms=start,
            end_ms=start + step_ms,
            posts=found.get(start, (0, 0))[0] / frame.step_min,
            negative=found.get(start, (0, 0))[1] / frame.step_min,
            band=ranges.get(start),
        )
        for start in frame.edges
    ]


def _values(frame: Frame) -> dict[str, Value]:
    return {
        "brand": frame.brand,
        "topic": frame.topic,
        "lang": frame.lang,
        "product": frame.product,
        "since_ms": frame.edges[0],
        "until_ms": frame.until_ms,
        "edges": list(frame.edges),
    }


def _finite(value: object) -> float | None:
    return value if isinstance(value, float) and value == value else None  # noqa: PLR0124 - NaN
