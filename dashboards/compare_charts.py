"""Charts that lay brands side by side. Pure; see charts.py."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboards import formats
from dashboards.charts import PICKED, RULE, Chart, Rows, Spec, frame, net_tooltip, pick_by
from dashboards.compare_wording import COMPARE_WORDS as WORDS
from dashboards.direction import isolated
from dashboards.feed import one_line
from dashboards.measures import Counts, Estimate, net_sentiment
from dashboards.palette import NEGATIVE, NEUTRAL, POSITIVE
from dashboards.wording import WORDS as PAGE_WORDS

_ROW_PX: Final = 30
# The height that is given holds the axis, too.
_AXIS_PX: Final = 34
# A figure without room would lie over its neighbour's; the tooltip tells it all the same.
_TOO_NARROW: Final = "bandwidth('x') < 6.6 * length(datum.text)"
_AXIS: Final = {
    "title": None,
    "domain": False,
    "ticks": False,
    "grid": False,
    "labelPadding": 8,
    "labelLimit": 140,
    # The first field begins where the axis does: its name belongs to its middle all the same.
    "labelFlush": False,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a heat map.

    row, column: what a click picks. value: which the colour shows. text: which stands in it.
    """

    row: str
    column: str
    value: float
    text: str
    counts: Counts


def heat(  # noqa: PLR0913 - cells, what they mean, and names for people
    cells: Sequence[Cell],
    *,
    title: str,
    rows: Mapping[str, str],
    columns: Mapping[str, str],
    titles: tuple[str, str],
    signed: bool,
    value_title: str = "",
) -> Chart:
    """A field for each row and column; the text says what the colour shows.

    rows, columns: the names for people of what a click picks, in order. titles: what a row and a
    column stand for. signed: whether the colour goes from orange below nought to blue above it, or
    from pale to blue. value_title: of what the colour shows, unless it is the net sentiment.
    """
    row_title, column_title = titles
    most = max((abs(cell.value) for cell in cells), default=0.0) or 1.0
    drawn: Rows = [
        {
            "row": cell.row,
            "column": cell.column,
            "shown_row": rows[cell.row],
            "shown_column": columns[cell.column],
            "row_place": list(rows).index(cell.row),
            "column_place": list(columns).index(cell.column),
            "shade": cell.value / most,
            "text": cell.text,
            "few": cell.counts.few,
            "negative": cell.counts.negative,
            "positive": cell.counts.positive,
            **_net_fields(net_sentiment(cell.counts), cell.counts.total),
        }
        for cell in cells
    ]
    colours = [NEGATIVE, "#8c96a520", POSITIVE] if signed else ["#2f7fd612", POSITIVE]
    encoding = {
        "y": _names("shown_row", "row_place", extent=96),
        "x": {
            **_names("shown_column", "column_place"),
            # A name is shortened to its column; Vega would rather leave every other one out.
            "axis": {
                **_AXIS,
                "orient": "top",
                "labelAngle": 0,
                "labelLimit": {"expr": "bandwidth('x') - 4"},
                "labelOverlap": False,
            },
        },
        # Of two fields under one title a tooltip shows but one.
        "tooltip": [
            {"field": "shown_column", "type": "nominal", "title": column_title},
            {"field": "shown_row", "type": "nominal", "title": row_title},
            *([{"field": "text", "type": "nominal", "title": value_title}] if value_title else []),
            {"field": "negative", "type": "quantitative", "title": WORDS.negative},
            {"field": "positive", "type": "quantitative", "title": WORDS.positive},
            *net_tooltip(),
        ],
    }
    spec: Spec = {
        **frame(),
        "height": max(len(rows), 1) * _ROW_PX + _AXIS_PX,
        "layer": [
            {
                "params": [pick_by("row", "column")],
                "mark": {"type": "rect", "cursor": "pointer", "cornerRadius": 3},
                "encoding": {
                    **encoding,
                    "color": {
                        "field": "shade",
                        "type": "quantitative",
                        "legend": None,
                        "scale": {
                            "domain": [-1, 0, 1] if signed else [0, 1],
                            "range": colours,
                        },
                    },
                    "opacity": {
                        "condition": {"param": PICKED, "value": 0.75},
                        "value": 0.25,
                    },
                },
            },
            {
                "mark": {"type": "text", "fontSize": 12},
                "encoding": {
                    **encoding,
                    "text": {"field": "text", "type": "nominal"},
                    "opacity": {
                        "condition": [
                            {"test": _TOO_NARROW, "value": 0},
                            {"test": "datum.few", "value": 0.65},
                        ],
                        "value": 1,
                    },
                },
            },
        ],
    }
    return Chart(drawn, spec, title, _told(drawn))


def net_by_brand(
    nets: Mapping[str, tuple[Counts, Estimate]], *, label: Callable[[str], str]
) -> Chart:
    """A point and its 95 % interval for each brand, over the line of nought."""
    shown = [label(brand) for brand in nets]
    rows: Rows = [
        {
            "name": brand,
            "sentiment": "",
            "shown": name,
            "place": place,
            "text": formats.signed_percent(net.value),
            "few": counts.few,
            **_net_fields(net, counts.total),
        }
        for place, (name, (brand, (counts, net))) in enumerate(
            zip(shown, nets.items(), strict=True)
        )
    ]
    x = {
        "field": "net",
        "type": "quantitative",
        "title": None,
        # Room for the numbers at the outermost points.
        "scale": {"zero": True, "nice": True, "padding": 26},
        "axis": {
            "labelExpr": "(datum.value > 0 ? '+' : '') + format(datum.value, '.0%')",
            "tickCount": 5,
        },
    }
    shared = {
        "y": _names("shown", "place", extent=96),
        "tooltip": [{"field": "shown", "type": "nominal", "title": " "}, *net_tooltip()],
    }
    faint = {"condition": {"test": "datum.few", "value": 0.5}, "value": 1}
    spec: Spec = {
        **frame(),
        "height": max(len(rows), 1) * _ROW_PX + _AXIS_PX,
        "layer": [
            {
                "mark": {"color": NEUTRAL, "strokeDash": [3, 3], **RULE},
                "encoding": {"x": {"datum": 0, "type": "quantitative"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": POSITIVE},
                "encoding": {
                    **shared,
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    "opacity": faint,
                },
            },
            {
                "params": [pick_by("name", "sentiment")],
                "mark": {"type": "point", "filled": True, "size": 110, "cursor": "pointer"},
                "encoding": {
                    **shared,
                    "x": x,
                    "color": {"value": POSITIVE},
                    "opacity": faint,
                },
            },
            {
                "mark": {"type": "text", "dy": -11, "fontSize": 11},
                "encoding": {**shared, "x": x, "text": {"field": "text", "type": "nominal"}},
            },
        ],
    }
    told = "; ".join(f"{row['shown']} {row['text']}" for row in rows)
    return Chart(rows, spec, PAGE_WORDS.net, told)


def names_of(
    names: Sequence[str], label: Callable[[str], str] = lambda name: name
) -> dict[str, str]:
    """Names for people, each once: two that read the same are told apart by a mark."""
    shown: dict[str, str] = {}
    for name in names:
        text = isolated(one_line(label(name), characters=24)) or PAGE_WORDS.no_name
        while text in shown.values():
            text += "\u2032"
        shown[name] = text
    return shown


def _names(field: str, place: str, *, extent: int = 0) -> Spec:
    # Sorted by a field of the data, so that the specification stays the same while they change.
    return {
        "field": field,
        "type": "nominal",
        "sort": {"field": place, "op": "min"},
        "axis": {**_AXIS, **({"minExtent": extent} if extent else {})},
    }


def _net_fields(net: Estimate | None, total: int) -> dict[str, Any]:
    return {
        "net": net and net.value,
        "low": net and net.low,
        "high": net and net.high,
        "total": total,
    }


def _told(rows: Rows) -> str:
    return "; ".join(
        f"{row['shown_column']}, {row['shown_row']} {row['text']}" for row in rows[:30]
    )
