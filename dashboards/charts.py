"""The charts as Vega-Lite: rows of plain values and what to draw of them. Pure.

A specification holds no data and no times, so that it stays the same while the data change: the
browser then moves the bars and keeps the chart, with what is picked in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboards import formats
from dashboards.measures import Counts, net_sentiment
from dashboards.palette import NEUTRAL, POSITIVE, SENTIMENT_COLOURS
from dashboards.queries.overview import Bucket
from dashboards.wording import WORDS
from schemas.scores import SENTIMENTS

PICKED: Final = "picked"
_AXIS_PX: Final = 48
TIME_LABEL: Final = (
    "hours(datum.value) + minutes(datum.value) + seconds(datum.value) === 0 "
    "? timeFormat(datum.value, '%a %-d %b') "
    ": seconds(datum.value) ? timeFormat(datum.value, '%H:%M:%S') "
    ": timeFormat(datum.value, '%H:%M')"
)

# The card behind the chart shows through, and the card has room enough around it.
FRAME: Final = {
    "background": "transparent",
    "padding": {"left": 0, "right": 2, "top": 2, "bottom": 0},
    "config": {"background": "transparent", "view": {"stroke": None}},
}

Spec = dict[str, Any]
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows of data, the Vega-Lite specification without them, and two texts for screen readers.

    title: names the chart; it is part of what the browser draws anew when it changes, so it never
    does. told: what the chart says.
    """

    rows: Rows
    spec: Spec
    title: str
    told: str


def over_time(buckets: Sequence[Bucket], *, live: bool) -> Chart:
    """Mentions by bucket as stacked bars, split by sentiment.

    live: whether the last bucket is still filling, so that it is drawn paler.
    """
    rows = [
        {
            "start": bucket.start_ms,
            "end": bucket.end_ms,
            "edge": _edge(bucket),
            "filling": live and bucket is buckets[-1],
            "sentiment": sentiment,
            "label": WORDS.sentiments[sentiment],
            "order": order,
            "count": getattr(bucket.counts, sentiment),
            "total": bucket.counts.total,
        }
        for bucket in buckets
        for order, sentiment in enumerate(SENTIMENTS)
    ]
    spec: Spec = {
        **FRAME,
        "height": 210,
        "params": [pick_by("start", "end", "sentiment")],
        "mark": {"type": "bar", "orient": "vertical", "cursor": "pointer"},
        "encoding": {
            "x": _time_axis("start"),
            "x2": {"field": "edge"},
            "y": {
                "field": "count",
                "type": "quantitative",
                "stack": "zero",
                "title": None,
                "axis": {"minExtent": _AXIS_PX, "tickCount": 4, "tickMinStep": 1, "format": "~s"},
            },
            "color": sentiment_colour(legend=True),
            "order": {"field": "order", "type": "quantitative"},
            "opacity": faded(),
            "fillOpacity": {"condition": {"test": "datum.filling", "value": 0.6}, "value": 1},
            "tooltip": [
                *_period_tooltip(),
                {"field": "label", "type": "nominal", "title": WORDS.sentiment_filter},
                {"field": "count", "type": "quantitative", "title": WORDS.mentions, "format": ","},
                {"field": "total", "type": "quantitative", "title": WORDS.all, "format": ","},
            ],
        },
    }
    total = sum((bucket.counts for bucket in buckets), Counts())
    return Chart(rows, spec, WORDS.over_time, spoken(total))


def net_over_time(buckets: Sequence[Bucket]) -> Chart:
    """Net sentiment by bucket as a line, with its 95 % interval as a band."""
    rows: Rows = []
    for bucket in buckets:
        net = net_sentiment(bucket.counts)
        rows.append(
            {
                "start": bucket.start_ms,
                "end": bucket.end_ms,
                "edge": _edge(bucket),
                "middle": (bucket.start_ms + bucket.end_ms) / 2,
                "net": net and net.value,
                "low": net and net.low,
                "high": net and net.high,
                "total": bucket.counts.total,
            }
        )
    signed = "(datum.value > 0 ? '+' : '') + format(datum.value, '.0%')"
    percent = {"minExtent": _AXIS_PX, "tickCount": 3, "labelExpr": signed}
    scale = {"zero": True, "nice": True}
    shared = {"x": _time_axis("middle"), "tooltip": [*_period_tooltip(), *net_tooltip()]}
    band = {
        "y": {"field": "low", "type": "quantitative", "title": None, "axis": percent},
        "y2": {"field": "high"},
    }
    line = {"y": {"field": "net", "type": "quantitative", "title": None, "scale": scale}}
    spec: Spec = {
        **FRAME,
        "height": 110,
        "layer": [
            {
                "mark": {"type": "area", "color": POSITIVE, "opacity": 0.16},
                "encoding": {**shared, **band},
            },
            {
                "mark": {"type": "rule", "color": NEUTRAL, "strokeDash": [3, 3]},
                "encoding": {"y": {"datum": 0, "type": "quantitative"}},
            },
            {
                "mark": {
                    "type": "line",
                    "color": POSITIVE,
                    "strokeWidth": 2,
                    "point": {"size": 18},
                },
                "encoding": {**shared, **line},
            },
            # Unseen marks at the outer edges give the axis the width that the bars above have.
            *(unseen({"x": _time_axis(field)}) for field in ("start", "edge")),
        ],
    }
    known = [row["net"] for row in rows if row["net"] is not None]
    last = formats.signed_percent(known[-1]) if known else WORDS.no_value
    return Chart(rows, spec, WORDS.net_over_time, last)


def pick_by(*fields: str) -> Spec:
    """The selection of one mark by a click; its fields are what Python hears of it."""
    # Without toggle every click starts afresh, and a click beside the bars picks nothing.
    select = {"type": "point", "fields": list(fields), "toggle": False}
    return {"name": PICKED, "select": select}


def faded() -> Spec:
    """Opacity that lets what is not picked step back."""
    return {"condition": {"param": PICKED, "value": 1}, "value": 0.25}


def sentiment_colour(*, legend: bool) -> Spec:
    """Colour by the field `label`, the same everywhere."""
    domain = [WORDS.sentiments[sentiment] for sentiment in SENTIMENTS]
    # Streamlit's theme writes a blank title where there is none, and leaves room for it.
    no_title = {"title": None, "titleFontSize": 0, "titlePadding": 0, "padding": 0}
    form = {"orient": "top", "symbolType": "circle", "offset": 8, **no_title}
    return {
        "field": "label",
        "type": "nominal",
        "scale": {"domain": domain, "range": list(SENTIMENT_COLOURS.values())},
        "legend": form if legend else None,
    }


def _time_axis(field: str) -> Spec:
    return {
        "field": field,
        "type": "temporal",
        "title": None,
        # The same room at both ends under bars and lines, so that charts of one time line up.
        "scale": {"nice": False, "padding": 4},
        "axis": {"labelExpr": TIME_LABEL, "tickCount": 7, "grid": False, "labelOverlap": True},
    }


def _period_tooltip() -> list[Spec]:
    style = {"type": "temporal", "format": "%a %-d %b %H:%M:%S"}
    return [
        {"field": "start", "title": WORDS.start, **style},
        {"field": "end", "title": WORDS.end, **style},
    ]


def net_tooltip() -> list[Spec]:
    """Net sentiment with its interval, from the fields `net`, `low`, `high` and `total`."""
    style = {"type": "quantitative", "format": "+.1%"}
    return [
        {"field": "net", "title": WORDS.net, **style},
        {"field": "low", "title": "95% \u2265", **style},
        {"field": "high", "title": "95% \u2264", **style},
        {"field": "total", "title": WORDS.mentions, "type": "quantitative", "format": ","},
    ]


def unseen(encoding: Spec) -> Spec:
    """Marks that nobody sees, so that a scale has room for their values."""
    return {"mark": {"type": "point", "opacity": 0, "tooltip": None}, "encoding": encoding}


def _edge(bucket: Bucket) -> float:
    """Where a bucket's bar ends: a little before the bucket does, so that bars stand apart."""
    return bucket.end_ms - (bucket.end_ms - bucket.start_ms) * 0.12


def spoken(counts: Counts) -> str:
    """The counts as words, for screen readers."""
    parts = (f"{WORDS.sentiments[name]} {getattr(counts, name):,}" for name in SENTIMENTS)
    return ", ".join(parts)
