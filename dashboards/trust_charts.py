"""The charts of accuracy on the page Trust. Pure; see charts.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from dashboards import formats
from dashboards.charts import RULE, Chart, Rows, Spec, frame
from dashboards.measures import Estimate
from dashboards.palette import NEGATIVE, NEUTRAL, NOTE, POSITIVE
from dashboards.trust_labels import FEW_IN_BIN, Bin
from dashboards.trust_wording import TRUST_WORDS as WORDS
from dashboards.wording import WORDS as PAGE_WORDS
from schemas.scores import SENTIMENTS

_ROW_PX: Final = 48
_PERCENT: Final = {"format": ".0%", "tickCount": 5}
# A blank title leaves room where there is none to be.
LEGEND: Final = {
    "orient": "top",
    "offset": 8,
    "title": None,
    "titleFontSize": 0,
    "titlePadding": 0,
    "padding": 0,
    "symbolOpacity": 1,
}
NAMES_AXIS: Final = {
    "title": None,
    "domain": False,
    "ticks": False,
    "grid": False,
    "labelPadding": 8,
    "labelLimit": 130,
    "minExtent": 96,
}
_FAINT: Final = {"condition": {"test": "datum.few", "value": 0.45}, "value": 1}


@dataclass(frozen=True, slots=True)
class Right:
    """How often the model is right in a language, by one kind of label. number: of labels."""

    value: Estimate
    number: int
    few: bool


def accuracy_by_language(rights: Mapping[str, tuple[Right | None, Right | None]]) -> Chart:
    """Two points with their intervals for each language: held-out texts, and people's labels.

    rights: by the language's name for people, in order.
    """
    kinds = (WORDS.held_out, WORDS.people)
    rows: Rows = [
        {
            "shown": name,
            "place": place,
            "kind": kind,
            "right": found.value.value,
            "low": found.value.low,
            "high": found.value.high,
            "number": found.number,
            "few": found.few,
            "text": formats.percent(found.value.value),
        }
        for place, (name, pair) in enumerate(rights.items())
        for kind, found in zip(kinds, pair, strict=True)
        if found
    ]
    shared = {
        "y": {
            "field": "shown",
            "type": "nominal",
            "sort": {"field": "place", "op": "min"},
            "axis": NAMES_AXIS,
        },
        "yOffset": {"field": "kind", "type": "nominal", "scale": {"domain": list(kinds)}},
        "color": {
            "field": "kind",
            "type": "nominal",
            "scale": {"domain": list(kinds), "range": [POSITIVE, NOTE]},
            "legend": LEGEND,
        },
        "opacity": _FAINT,
        "tooltip": [
            {"field": "shown", "type": "nominal", "title": " "},
            {"field": "kind", "type": "nominal", "title": WORDS.labels},
            *_right_tooltip(),
        ],
    }
    x = {
        "field": "right",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 1]},
        "axis": _PERCENT,
    }
    spec: Spec = {
        **frame(),
        "height": max(len(rights), 1) * _ROW_PX + 50,
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2.5},
                "encoding": {**shared, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70},
                "encoding": {
                    **shared,
                    "x": x,
                    "shape": {
                        "field": "kind",
                        "type": "nominal",
                        "scale": {"domain": list(kinds), "range": ["circle", "diamond"]},
                        "legend": LEGEND,
                    },
                },
            },
        ],
    }
    told = "; ".join(f"{row['shown']}, {row['kind']} {row['text']}" for row in rows)
    return Chart(rows, spec, WORDS.accuracy, told)


def calibration(bins: Sequence[Bin]) -> Chart:
    """The share right by the model's probability, with intervals, over the line of honesty."""
    rows: Rows = [
        {
            "confidence": each.confidence,
            "right": right.value,
            "low": right.low,
            "high": right.high,
            "number": each.tally.labels,
            "few": each.tally.labels < FEW_IN_BIN,
            "text": formats.count(each.tally.labels),
        }
        for each in bins
        if (right := each.tally.accuracy)
    ]
    x = {
        "field": "confidence",
        "type": "quantitative",
        "title": WORDS.confidence,
        "scale": {"domain": [0.3, 1]},
        "axis": {**_PERCENT, "tickCount": 7, "grid": False},
    }
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "title": WORDS.share_right}
    tooltip = [
        {"field": "confidence", "type": "quantitative", "title": WORDS.confidence, "format": ".1%"},
        *_right_tooltip(),
    ]
    shared = {"x": x, "opacity": _FAINT, "tooltip": tooltip}
    ends = {
        "x": {"datum": 0.3, "type": "quantitative", "scale": x["scale"]},
        "x2": {"datum": 1},
        "y": {"datum": 0.3, "type": "quantitative", "scale": y["scale"]},
        "y2": {"datum": 1},
    }
    spec: Spec = {
        **frame(),
        "height": 290,
        "layer": [
            {
                "mark": {"color": NEUTRAL, "strokeDash": [4, 4], "strokeWidth": 1.5, **RULE},
                "encoding": ends,
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2.5, "color": NOTE},
                "encoding": {
                    **shared,
                    "y": {**y, "field": "low", "axis": _PERCENT},
                    "y2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "color": NOTE},
                "encoding": {**shared, "y": {**y, "field": "right"}},
            },
            {
                "mark": {"type": "text", "dx": 9, "align": "left", "fontSize": 11},
                "encoding": {
                    **shared,
                    "y": {**y, "field": "right"},
                    "text": {"field": "text", "type": "nominal"},
                },
            },
        ],
    }
    told = "; ".join(
        f"{formats.percent(row['confidence'])}: {formats.percent(row['right'])} ({row['text']})"
        for row in rows
    )
    return Chart(rows, spec, WORDS.calibration, told)


def confusion(found: Mapping[tuple[str, str], int]) -> Chart:
    """A field for each label and answer; its colour is the share of the row."""
    wholes = {
        label: sum(found.get((label, said), 0) for said in SENTIMENTS) for label in SENTIMENTS
    }
    names = PAGE_WORDS.sentiments
    rows: Rows = [
        {
            "label": names[label],
            "said": names[said],
            "number": number,
            "shade": number / (wholes[label] or 1),
            "right": label == said,
            "text": f"{formats.percent(number / wholes[label])} · {formats.count(number)}"
            if wholes[label]
            else "",
        }
        for label, said in product(SENTIMENTS, SENTIMENTS)
        for number in [found.get((label, said), 0)]
    ]
    order = [names[name] for name in SENTIMENTS]
    axis = {"domain": False, "ticks": False, "grid": False, "labelAngle": 0, "labelPadding": 6}
    shared = {
        "y": {
            "field": "label",
            "type": "nominal",
            "sort": order,
            "title": WORDS.say,
            "axis": {**axis, "minExtent": 60},
        },
        "x": {
            "field": "said",
            "type": "nominal",
            "sort": order,
            "title": WORDS.said,
            "axis": {**axis, "orient": "top", "labelFlush": False},
        },
        "tooltip": [
            {"field": "label", "type": "nominal", "title": WORDS.say},
            {"field": "said", "type": "nominal", "title": WORDS.said},
            {"field": "text", "type": "nominal", "title": WORDS.labels},
        ],
    }
    spec: Spec = {
        **frame(),
        "height": 290,
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 3},
                "encoding": {
                    **shared,
                    "color": {
                        "condition": {"test": "datum.right", "value": POSITIVE},
                        "value": NEGATIVE,
                    },
                    "opacity": {
                        "field": "shade",
                        "type": "quantitative",
                        "scale": {"domain": [0, 1], "range": [0.06, 0.85]},
                        "legend": None,
                    },
                },
            },
            {
                "mark": {"type": "text", "fontSize": 13},
                "encoding": {**shared, "text": {"field": "text", "type": "nominal"}},
            },
        ],
    }
    told = "; ".join(f"{row['label']}, {row['said']}: {row['text']}" for row in rows if row["text"])
    return Chart(rows, spec, WORDS.confusion, told)


def _right_tooltip() -> list[Spec]:
    style = {"type": "quantitative", "format": ".1%"}
    return [
        {"field": "right", "title": WORDS.share_right, **style},
        {"field": "low", "title": "95% \u2265", **style},
        {"field": "high", "title": "95% \u2264", **style},
        {"field": "number", "type": "quantitative", "title": WORDS.labels, "format": ","},
    ]
