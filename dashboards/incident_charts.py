"""The timeline of an incident as Vega-Lite. Pure; see charts.py."""

from collections.abc import Sequence
from typing import Any, Final

from dashboards.chart_locale import time_label
from dashboards.charts import Chart, Rows, Spec, frame, unseen
from dashboards.format_wording import FORMAT_WORDS
from dashboards.incident_wording import INCIDENT_WORDS as WORDS
from dashboards.palette import NEGATIVE, NEUTRAL, POSITIVE
from dashboards.queries.incidents import Event
from dashboards.queries.timeline import Point
from dashboards.time_range import milliseconds

_HEIGHT_PX: Final = 230
# Told by what people did and by how the incident grew; growth alone would crowd the chart.
_MARKED: Final = frozenset(
    {"opened", "worsened", "reopened", "resolved", "acknowledged", "silenced", "judged"}
)


def timeline(points: Sequence[Point], events: Sequence[Event]) -> Chart:
    """Posts and negative posts a minute over the ordinary range, and the incident's events."""
    rows = [*_point_rows(points), *_event_rows(points, events)]
    x = {
        "field": "start",
        "type": "temporal",
        "title": None,
        "scale": {"nice": False},
        "axis": {"labelExpr": time_label(), "tickCount": 8, "grid": False, "labelOverlap": True},
    }
    y_axis = {"tickCount": 4, "labelExpr": FORMAT_WORDS.chart_count, "minExtent": 40}
    y = {"field": "low", "type": "quantitative", "title": None, "axis": y_axis}
    colours = {
        "domain": [WORDS.posts, WORDS.negative, WORDS.expected],
        "range": [POSITIVE, NEGATIVE, NEUTRAL],
    }
    legend = {
        "orient": "top",
        "symbolType": "circle",
        "symbolOpacity": 1,
        "title": None,
        "titleFontSize": 0,
        "offset": 22,
    }
    spec: Spec = {
        **frame(),
        "height": _HEIGHT_PX,
        "encoding": {"x": x, "tooltip": _tooltip()},
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.high)"}],
                "mark": {"type": "area", "opacity": 0.3, "interpolate": "step-after"},
                "encoding": {
                    "y": y,
                    "y2": {"field": "high"},
                    "color": {"datum": WORDS.expected, "scale": colours, "legend": legend},
                },
            },
            # Without posts there would be no scale.
            unseen({"y": {"datum": 0, "type": "quantitative"}}),
            unseen({"y": {"datum": 1, "type": "quantitative"}}),
            _line("posts", WORDS.posts, width=2),
            _line("negative", WORDS.negative, width=1.5),
            {
                "transform": [{"filter": "isValid(datum.event)"}],
                "mark": {
                    "type": "rule",
                    "strokeDash": [4, 3],
                    "color": NEUTRAL,
                    "strokeWidth": 1.5,
                },
                "encoding": {"tooltip": _event_tooltip()},
            },
            _labels(at_end=False),
            _labels(at_end=True),
        ],
    }
    return Chart(rows, spec, WORDS.timeline, _told(points))


def _labels(*, at_end: bool) -> Spec:
    """What stands over the events' lines. at_end: of those near the right edge, before them."""
    chosen = "datum.at_end" if at_end else "!datum.at_end"
    align = "right" if at_end else "center"
    return {
        "transform": [{"filter": f"isValid(datum.label) && {chosen}"}],
        "mark": {"type": "text", "baseline": "bottom", "fontSize": 11, "align": align},
        "encoding": {
            "text": {"field": "label", "type": "nominal"},
            "y": {"value": -4},
            "tooltip": _event_tooltip(),
        },
    }


def _line(field: str, name: str, *, width: float) -> Spec:
    return {
        "transform": [{"filter": f"isValid(datum.{field})"}],
        "mark": {"type": "line", "strokeWidth": width, "interpolate": "monotone"},
        "encoding": {
            "y": {"field": field, "type": "quantitative"},
            "color": {"datum": name},
        },
    }


def _point_rows(points: Sequence[Point]) -> Rows:
    return [
        {
            "start": point.start_ms,
            "end": point.end_ms,
            "posts": point.posts,
            "negative": point.negative,
            "low": point.band.low if point.band else None,
            "high": point.band.high if point.band else None,
        }
        for point in points
    ]


def _event_rows(points: Sequence[Point], events: Sequence[Event]) -> Rows:
    """Events within the chart, each at its time; labels that would overlap are one."""
    if not points:
        return []
    first, last = points[0].start_ms, points[-1].end_ms
    gap = (last - first) / 10
    rows: Rows = []
    labelled: dict[str, Any] = {}
    for event in events:
        at = milliseconds(event.at)
        if event.change not in _MARKED or not first <= at <= last:
            continue
        name = WORDS.changes.get(event.change, event.change)
        row: dict[str, Any] = {"start": at, "event": name}
        rows.append(row)
        if labelled and at - labelled["start"] < gap:
            if name.lower() not in labelled["label"].lower().split(", "):
                labelled["label"] += f", {name.lower()}"
            continue
        labelled = row
        labelled |= {"label": name, "at_end": at > last - gap}
    return rows


def _tooltip() -> list[Spec]:
    number = {"type": "quantitative", "format": ",.1~f"}
    return [
        {
            "field": "start",
            "type": "temporal",
            "title": WORDS.time,
            "format": FORMAT_WORDS.chart_minute,
        },
        {"field": "posts", "title": WORDS.posts, **number},
        {"field": "negative", "title": WORDS.negative, **number},
        {"field": "low", "title": WORDS.low, **number},
        {"field": "high", "title": WORDS.high, **number},
    ]


def _event_tooltip() -> list[Spec]:
    return [
        {"field": "event", "type": "nominal", "title": WORDS.event},
        {
            "field": "start",
            "type": "temporal",
            "title": WORDS.time,
            "format": FORMAT_WORDS.chart_second,
        },
    ]


def _told(points: Sequence[Point]) -> str:
    """The highest point as words, for screen readers."""
    if not points:
        return ""
    peak = max(points, key=lambda point: point.posts)
    high = peak.band.high if peak.band else None
    usual = f"; {WORDS.high.lower()} {high:,.0f}" if high is not None else ""
    return f"{peak.posts:,.0f} {WORDS.posts.lower()}{usual}"
