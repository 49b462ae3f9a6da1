"""The charts as Vega-Lite: rows of plain values and what to draw of them. Pure.

A specification holds no data and no times, so that it stays the same while the data change: the
browser then moves the bars and keeps the chart, with what is picked in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dashboards import formats
from dashboards.chart_locale import locale_config, time_label
from dashboards.format_wording import FORMAT_WORDS
from dashboards.measures import Counts, net_sentiment
from dashboards.palette import NEUTRAL, NOTE, POSITIVE, SENTIMENT_COLOURS
from dashboards.queries.overview import Bucket
from dashboards.queries.promotions import VersionChange
from dashboards.wording import WORDS
from schemas.scores import SENTIMENTS

PICKED: Final = "picked"
# A hand over marks that can be picked (see `pick_by`).
PICKABLE: Final = {"cursor": {"expr": "datum.name === '' ? 'default' : 'pointer'"}}
_AXIS_PX: Final = 48
# The card behind the chart shows through, and the card has room enough around it.
_FRAME: Final = {
    "background": "transparent",
    "padding": {"left": 0, "right": 2, "top": 2, "bottom": 0},
}
_CONFIG: Final = {"background": "transparent", "view": {"stroke": None}}

# Lines that help the eye: without a name they are nothing to be read aloud.
RULE: Final = {"type": "rule", "aria": False}
# Rows of notes and of version changes stand among those of buckets.
_OF_BUCKET: Final = "isValid(datum.count)"
_NO_CHANGE: Final = "!isValid(datum.version)"

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


def frame() -> Spec:
    """What every chart begins with."""
    return {**_FRAME, "config": {**_CONFIG, **locale_config()}}


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is drawn behind and above the bars over time: rows, layers, and words of them.

    No row has a field `count`, which those of the bars have.
    """

    rows: Rows = field(default_factory=list)
    behind: Sequence[Spec] = ()
    above: Sequence[Spec] = ()
    told: tuple[str, ...] = ()


NO_OVERLAY: Final = Overlay()


def over_time(
    buckets: Sequence[Bucket],
    *,
    live: bool,
    notes: Sequence[tuple[int, str]] = (),
    overlay: Overlay = NO_OVERLAY,
) -> Chart:
    """Mentions by bucket as stacked bars, split by sentiment.

    live: whether the last bucket is still filling, so that it is drawn paler. notes: moments in
    milliseconds and what people wrote about them; each is marked. overlay: what else is drawn.
    """
    rows: Rows = [
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
    rows += [{"at": at_ms, "note": text} for at_ms, text in notes]
    rows += overlay.rows
    bars: Spec = {
        "transform": [{"filter": _OF_BUCKET}],
        "params": [pick_by("start", "end", "sentiment")],
        "mark": {"type": "bar", "orient": "vertical", "cursor": "pointer"},
        "encoding": {
            "x": time_axis("start"),
            "x2": {"field": "edge"},
            "y": {
                "field": "count",
                "type": "quantitative",
                "stack": "zero",
                "title": None,
                "axis": {
                    "minExtent": _AXIS_PX,
                    "tickCount": 4,
                    "tickMinStep": 1,
                    "labelExpr": FORMAT_WORDS.chart_count,
                },
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
    spec: Spec = {
        **frame(),
        "height": 210,
        "layer": [*overlay.behind, bars, *overlay.above, *_note_marks()],
    }
    total = sum((bucket.counts for bucket in buckets), Counts())
    told = "; ".join([spoken(total), *overlay.told, *(text for _, text in notes)])
    return Chart(rows, spec, WORDS.over_time, told)


def _note_marks() -> list[Spec]:
    """Where somebody wrote a note."""
    tooltip = [{"field": "note", "type": "nominal", "title": WORDS.note}]
    return mark_at("note", tooltip, colour=NOTE, shape="triangle-down")


def mark_at(field: str, tooltip: Sequence[Spec], *, colour: str, shape: str) -> list[Spec]:
    """A dashed line and a flag at the moment `at` of each row that has the field."""
    when = {
        "field": "at",
        "title": WORDS.start,
        "type": "temporal",
        "format": FORMAT_WORDS.chart_minute,
    }
    only = {
        "transform": [{"filter": f"isValid(datum.{field})"}],
        "encoding": {"x": time_axis("at"), "tooltip": [when, *tooltip]},
    }
    flag = {"shape": shape, "filled": True, "size": 90, "y": 4, "color": colour}
    return [
        {**only, "mark": {"strokeWidth": 1.5, "strokeDash": [4, 3], "color": colour, **RULE}},
        {**only, "mark": {"type": "point", "aria": False, **flag}},
    ]


def net_over_time(buckets: Sequence[Bucket], changes: Sequence[VersionChange] = ()) -> Chart:
    """Net sentiment by bucket as a line, with its 95 % interval as a band.

    changes: of the model version that people see; each is marked.
    """
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
    rows += [{"at": change.at_ms, "version": change.version} for change in changes]
    signed = "(datum.value > 0 ? '+' : '') + format(datum.value, '.0%')"
    percent = {"minExtent": _AXIS_PX, "tickCount": 3, "labelExpr": signed}
    scale = {"zero": True, "nice": True}
    shared = {"x": time_axis("middle"), "tooltip": [*_period_tooltip(), *net_tooltip()]}
    band = {
        "y": {"field": "low", "type": "quantitative", "title": None, "axis": percent},
        "y2": {"field": "high"},
    }
    line = {"y": {"field": "net", "type": "quantitative", "title": None, "scale": scale}}
    spec: Spec = {
        **frame(),
        "height": 110,
        "layer": [
            *_version_marks(),
            {
                "transform": [{"filter": _NO_CHANGE}],
                "mark": {"type": "area", "color": POSITIVE, "opacity": 0.16},
                "encoding": {**shared, **band},
            },
            {
                "mark": {"color": NEUTRAL, "strokeDash": [3, 3], **RULE},
                "encoding": {"y": {"datum": 0, "type": "quantitative"}},
            },
            {
                "transform": [{"filter": _NO_CHANGE}],
                "mark": {
                    "type": "line",
                    "color": POSITIVE,
                    "strokeWidth": 2,
                    "point": {"size": 18},
                },
                "encoding": {**shared, **line},
            },
            # Unseen marks at the outer edges give the axis the width that the bars above have.
            *(unseen({"x": time_axis(field)}) for field in ("start", "edge")),
        ],
    }
    known = [row["net"] for row in rows if row.get("net") is not None]
    last = formats.signed_percent(known[-1]) if known else WORDS.no_value
    return Chart(rows, spec, WORDS.net_over_time, last)


def _version_marks() -> list[Spec]:
    """A line and a name where another model version became the one that people see."""
    at = {"x": time_axis("at"), "tooltip": {"field": "version", "title": WORDS.model_version}}
    name = {"align": "left", "baseline": "top", "dx": 3, "fontSize": 10, "limit": 120}
    return [
        {
            "transform": [{"filter": f"!({_NO_CHANGE})"}],
            "mark": {"color": NEUTRAL, "strokeWidth": 1.5, **RULE},
            "encoding": at,
        },
        {
            "transform": [{"filter": f"!({_NO_CHANGE})"}],
            "mark": {"type": "text", "color": NEUTRAL, "y": 0, **name},
            "encoding": {**at, "text": {"field": "version"}},
        },
    ]


def by_minute(minutes: Sequence[tuple[int, int]]) -> Chart:
    """Numbers of minutes, given by their starts in milliseconds, as bars."""
    rows: Rows = [
        {"start": start, "end": start + 60_000, "edge": start + 50_000, "count": count}
        for start, count in minutes
    ]
    spec: Spec = {
        **frame(),
        "height": 120,
        "mark": {"type": "bar", "orient": "vertical", "color": POSITIVE},
        "encoding": {
            "x": time_axis("start"),
            "x2": {"field": "edge"},
            "y": {
                "field": "count",
                "type": "quantitative",
                "title": None,
                "axis": {
                    "minExtent": _AXIS_PX,
                    "tickCount": 3,
                    "tickMinStep": 1,
                    "labelExpr": FORMAT_WORDS.chart_count,
                },
            },
            "tooltip": [
                *_period_tooltip(),
                {"field": "count", "type": "quantitative", "title": WORDS.mentions, "format": ","},
            ],
        },
    }
    most = max((count for _, count in minutes), default=0)
    last = minutes[-1][1] if minutes else 0
    return Chart(rows, spec, WORDS.mentions, WORDS.minute_told.format(last=last, most=most))


def pick_by(*fields: str) -> Spec:
    """The selection of one mark by a click; its fields are what Python hears of it.

    A mark whose field `name` is empty stands for what cannot be picked.
    """
    select = {
        "type": "point",
        "fields": list(fields),
        # Every click starts afresh, and a click beside the bars picks nothing.
        "toggle": False,
        # By default the second click of two takes away what the first one picked.
        "clear": False,
        "on": "click[!event.item || !event.item.datum || event.item.datum.name !== '']",
    }
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


def time_axis(field: str) -> Spec:
    """The axis of time, the same for all that is drawn over it."""
    return {
        "field": field,
        "type": "temporal",
        "title": None,
        # The same room at both ends under bars and lines, so that charts of one time line up.
        "scale": {"nice": False, "padding": 4},
        "axis": {"labelExpr": time_label(), "tickCount": 7, "grid": False, "labelOverlap": True},
    }


def _period_tooltip() -> list[Spec]:
    style = {"type": "temporal", "format": FORMAT_WORDS.chart_second}
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
