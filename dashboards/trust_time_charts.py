"""The charts over time on the page Trust. Pure; see charts.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from dashboards import formats
from dashboards.charts import RULE, Chart, Rows, Spec, frame, sentiment_colour, unseen
from dashboards.format_wording import FORMAT_WORDS
from dashboards.measures import net_sentiment
from dashboards.palette import NEUTRAL, POSITIVE
from dashboards.queries.trust_versions import RestatedDay
from dashboards.time_range import milliseconds
from dashboards.trust_charts import LEGEND, NAMES_AXIS
from dashboards.trust_wording import TRUST_WORDS as WORDS
from dashboards.wording import WORDS as PAGE_WORDS
from schemas.scores import SENTIMENTS

MAX_WEEK_LABELS: Final = 6


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time during which people saw a version, in milliseconds. live: whether it still is."""

    version: str
    since_ms: int
    until_ms: int
    live: bool


def versions_over_time(stretches: Sequence[Stretch], names: Mapping[str, str]) -> Chart:
    """A bar for each time during which a version was in use. names: of versions, for people."""
    rows: Rows = [
        {
            "shown": names[each.version],
            "place": list(names).index(each.version),
            "since": each.since_ms,
            "until": each.until_ms,
            "live": each.live,
        }
        for each in stretches
    ]
    style = {"type": "temporal", "format": FORMAT_WORDS.chart_minute}
    spec: Spec = {
        **frame(),
        "height": max(len({row["shown"] for row in rows}), 1) * 28 + 30,
        "mark": {"type": "bar", "height": 14, "cornerRadius": 3, "minBandSize": 4},
        "encoding": {
            "y": {
                "field": "shown",
                "type": "nominal",
                "sort": {"field": "place", "op": "min"},
                "axis": NAMES_AXIS,
            },
            "x": {
                "field": "since",
                "type": "temporal",
                "title": None,
                "axis": {
                    "format": FORMAT_WORDS.chart_day,
                    "tickCount": 5,
                    "grid": False,
                    "labelOverlap": True,
                },
            },
            "x2": {"field": "until"},
            "color": {"condition": {"test": "datum.live", "value": POSITIVE}, "value": NEUTRAL},
            "tooltip": [
                {"field": "shown", "type": "nominal", "title": WORDS.version},
                {"field": "since", "title": WORDS.since, **style},
                {"field": "until", "title": WORDS.until, **style},
            ],
        },
    }
    told = "; ".join(str(row["shown"]) for row in rows)
    return Chart(rows, spec, WORDS.versions, told)


def restated(days: Sequence[RestatedDay], *, old: str, new: str) -> Chart:
    """Net sentiment by day under two versions, as two lines. old, new: their names for people."""
    kinds = (old, new)
    rows: Rows = [
        {
            "start": day.start_ms,
            "kind": kind,
            "net": net.value,
            "low": net.low,
            "high": net.high,
            "number": counts.total,
        }
        for day in days
        for kind, counts in zip(kinds, (day.old, day.new), strict=True)
        if (net := net_sentiment(counts))
    ]
    signed = "(datum.value > 0 ? '+' : '') + format(datum.value, '.0%')"
    net_style = {"type": "quantitative", "format": "+.1%"}
    shared: dict[str, Any] = {
        "x": {
            "field": "start",
            "type": "temporal",
            "title": None,
            "axis": {
                "format": FORMAT_WORDS.chart_day,
                "tickCount": 6,
                "grid": False,
                "labelOverlap": True,
            },
        },
        "color": {
            "field": "kind",
            "type": "nominal",
            "scale": {"range": [NEUTRAL, POSITIVE]},
            "sort": list(kinds),
            "legend": LEGEND,
        },
        "tooltip": [
            {
                "field": "start",
                "type": "temporal",
                "title": PAGE_WORDS.start,
                "format": FORMAT_WORDS.chart_day,
            },
            {"field": "kind", "type": "nominal", "title": WORDS.version},
            {"field": "net", "title": WORDS.net, **net_style},
            {"field": "low", "title": "95% \u2265", **net_style},
            {"field": "high", "title": "95% \u2264", **net_style},
            {"field": "number", "type": "quantitative", "title": WORDS.posts, "format": ","},
        ],
    }
    axis = {"labelExpr": signed, "tickCount": 5}
    y = {"field": "net", "type": "quantitative", "title": None, "axis": axis}
    spec: Spec = {
        **frame(),
        "height": 250,
        "layer": [
            {
                "mark": {"color": NEUTRAL, "strokeDash": [3, 3], **RULE},
                "encoding": {"y": {"datum": 0, "type": "quantitative"}},
            },
            {
                "mark": {"type": "area", "opacity": 0.12},
                "encoding": {**shared, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 30}},
                "encoding": {**shared, "y": y},
            },
        ],
    }
    last = rows[-2:]
    told = ", ".join(f"{row['kind']} {formats.signed_percent(row['net'])}" for row in last)
    return Chart(rows, spec, WORDS.restated, told)


def _spread(starts: Sequence[int]) -> list[int]:
    """Some of the moments, evenly, the last one among them."""
    step = -(-len(starts) // MAX_WEEK_LABELS) or 1
    return sorted(starts)[::-1][::step][::-1]


def labels_by_week(weeks: Mapping[date, Mapping[str, int]]) -> Chart:
    """Labels of each week as stacked bars, by what people said."""
    names = PAGE_WORDS.sentiments
    rows: Rows = [
        {
            "start": milliseconds(datetime.combine(week, time(), UTC)),
            "edge": milliseconds(datetime.combine(week + timedelta(days=6), time(), UTC)),
            "label": names[sentiment],
            "order": order,
            "count": counts.get(sentiment, 0),
        }
        for week, counts in weeks.items()
        for order, sentiment in enumerate(SENTIMENTS)
    ]
    # Mondays are those of UTC, whatever the reader's clock says.
    scale = {"type": "utc", "nice": False, "padding": 4}
    x = {"field": "start", "type": "temporal", "title": None, "scale": scale}
    axis = {
        "format": FORMAT_WORDS.chart_day,
        # Days on which a bar begins: of itself the axis takes others.
        "values": _spread([milliseconds(datetime.combine(week, time(), UTC)) for week in weeks]),
        "grid": False,
        "labelOverlap": True,
    }
    spec: Spec = {
        **frame(),
        "height": 150,
        "layer": [
            {
                "mark": {"type": "bar", "orient": "vertical"},
                "encoding": {
                    "x": {**x, "axis": axis},
                    "x2": {"field": "edge"},
                    "y": {
                        "field": "count",
                        "type": "quantitative",
                        "stack": "zero",
                        "title": None,
                        "axis": {"tickCount": 4, "tickMinStep": 1, "format": "~s"},
                    },
                    "color": sentiment_colour(legend=True),
                    "order": {"field": "order", "type": "quantitative"},
                    "tooltip": [
                        {
                            "field": "start",
                            "type": "temporal",
                            "title": WORDS.week,
                            "timeUnit": "utcyearmonthdate",
                            "format": FORMAT_WORDS.chart_day,
                        },
                        {"field": "label", "type": "nominal", "title": PAGE_WORDS.sentiment_filter},
                        {
                            "field": "count",
                            "type": "quantitative",
                            "title": WORDS.labels,
                            "format": ",",
                        },
                    ],
                },
            },
            unseen({"x": {**x, "field": "edge", "axis": axis}}),
        ],
    }
    total = sum(row["count"] for row in rows)
    return Chart(rows, spec, WORDS.weeks, formats.count(total))
