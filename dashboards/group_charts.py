"""Charts of brands, topics, languages and sources: one bar a name. Pure; see charts.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards import formats
from dashboards.charts import (
    PICKABLE,
    RULE,
    Chart,
    Rows,
    Spec,
    faded,
    frame,
    net_tooltip,
    pick_by,
    sentiment_colour,
    spoken,
    unseen,
)
from dashboards.direction import isolated
from dashboards.feed import one_line
from dashboards.measures import Counts, net_sentiment
from dashboards.palette import NEUTRAL
from dashboards.queries.overview import Group, Others
from dashboards.wording import WORDS
from schemas.scores import SENTIMENTS

MAX_GROUPS: Final = 10
NO_OTHERS: Final = Others()
_BAR_PX: Final = 30


def by_group(
    groups: Sequence[Group],
    *,
    title: str,
    label: Callable[[str], str] = lambda name: name,
    others: Others = NO_OTHERS,
    whole: int = 0,
) -> Chart:
    """Groups as stacked bars of all mentions, each with its part of the whole.

    label: a group's name for people. Groups beyond MAX_GROUPS are drawn as one with the others, not
    to be picked. whole: the mentions that parts are of, where one may be in several groups or none;
    else those of all groups and others.
    """
    whole = whole or sum((group.now for group in groups), others.now).total
    shown = _places(groups, label, others)
    rows: Rows = []
    for named in shown:
        counts = named.group.now
        text = f"{formats.percent(counts.total / whole)}  \u00b7  {formats.count(counts.total)}"
        rows += [
            {**row, "order": order, "text": text if order == 0 else "", "room": counts.total * 1.5}
            for order, row in enumerate(_rows(named, SENTIMENTS))
        ]
    x = {"field": "count", "type": "quantitative", "stack": "zero", "axis": None}
    order = {"order": {"field": "order", "type": "quantitative"}}
    layers = [_bars(x, **order), *_end_text("total", align="left", dx=6)]
    return Chart(rows, _by_place(layers, places=len(shown)), title, _leaders(shown))


def by_topic(groups: Sequence[Group], *, others: Others = NO_OTHERS) -> Chart:
    """Topics as bars from the middle: negative mentions to the left, positive to the right.

    others: topics beyond the groups.
    """
    shown = _places(groups, lambda name: name, others)
    sides = {"negative": -1, "positive": 1}
    most = (max((getattr(item.group.now, side) for item in shown), default=0) for side in sides)
    room = 0.15 * sum(most)
    rows: Rows = [
        {
            **row,
            "side": sign * row["count"],
            "text": formats.count(row["count"]),
            "room": sign * (row["count"] + room),
        }
        for named in shown
        for row, sign in zip(_rows(named, tuple(sides)), sides.values(), strict=True)
    ]
    x = {"field": "side", "type": "quantitative", "axis": None}
    middle = {
        "mark": {"color": NEUTRAL, **RULE},
        "encoding": {
            "x": {"datum": 0, "type": "quantitative"},
            "y": {"value": 0},
            "y2": {"value": {"expr": "height"}},
        },
    }
    ends = [
        layer
        for side, align, dx in (("negative", "right", -6), ("positive", "left", 6))
        for layer in _end_text("side", align=align, dx=dx, sentiment=side)
    ]
    spec = _by_place([_bars(x), middle, *ends], places=len(shown))
    return Chart(rows, spec, WORDS.topics, _leaders(shown))


@dataclass(frozen=True, slots=True)
class _Place:
    """A group at its place in a chart. name: what a click picks; "" cannot be picked."""

    group: Group
    name: str
    shown: str
    number: int


def _places(groups: Sequence[Group], label: Callable[[str], str], others: Others) -> list[_Place]:
    """The groups that have mentions; those beyond MAX_GROUPS as one, with the others."""
    seen = [group for group in groups if group.now.total]
    kept = seen if len(seen) <= MAX_GROUPS else seen[: MAX_GROUPS - 1]
    places: list[_Place] = []
    for number, group in enumerate(kept):
        shown = isolated(one_line(label(group.name), characters=40)) or WORDS.no_name
        # Two names that read the same must not fall onto one bar.
        twins = sum(place.shown == shown for place in places)
        places.append(_Place(group, group.name, shown + "\u2032" * twins, number))
    rest = seen[len(kept) :]
    if rest:
        name = WORDS.others.format(count=formats.count(len(rest) + others.names))
        together = Group(name, sum((group.now for group in rest), others.now), Counts())
        places.append(_Place(together, "", name, len(kept)))
    return places


def _rows(place: _Place, sentiments: Sequence[str]) -> Rows:
    counts = place.group.now
    net = net_sentiment(counts)
    return [
        {
            "name": place.name,
            "shown": place.shown,
            "place": place.number,
            "sentiment": sentiment,
            "label": WORDS.sentiments[sentiment],
            "count": getattr(counts, sentiment),
            "total": counts.total,
            "net": net and net.value,
            "low": net and net.low,
            "high": net and net.high,
        }
        for sentiment in sentiments
    ]


def _bars(x: Spec, **encoding: Spec) -> Spec:
    return {
        "params": [pick_by("name", "sentiment")],
        "mark": {
            "type": "bar",
            "orient": "horizontal",
            "height": {"band": 0.62},
            **PICKABLE,
        },
        "encoding": {
            "x": x,
            "color": sentiment_colour(legend=False),
            "opacity": faded(),
            "tooltip": _group_tooltip(),
            **encoding,
        },
    }


def _group_tooltip() -> list[Spec]:
    return [
        {"field": "shown", "type": "nominal", "title": " "},
        {"field": "label", "type": "nominal", "title": WORDS.sentiment_filter},
        {"field": "count", "type": "quantitative", "title": WORDS.mentions, "format": ","},
        {"field": "total", "type": "quantitative", "title": WORDS.all, "format": ","},
        *net_tooltip()[:3],
    ]


def _by_place(layers: list[Spec], *, places: int) -> Spec:
    axis = {
        "title": None,
        "domain": False,
        "ticks": False,
        "grid": False,
        "labelPadding": 8,
        "labelLimit": 140,
        "minExtent": 96,
    }
    y = {"field": "shown", "type": "nominal", "sort": {"field": "place", "op": "min"}, "axis": axis}
    return {
        **frame(),
        "height": max(places, 1) * _BAR_PX,
        "layer": [{**layer, "encoding": {"y": y, **layer["encoding"]}} for layer in layers],
    }


def _end_text(field: str, *, align: str, dx: int, sentiment: str = "") -> list[Spec]:
    """Text behind each bar's end, and marks that nobody sees to keep room for it.

    sentiment: whose rows have the text; "" for all.
    """
    only = {"transform": [{"filter": {"field": "sentiment", "equal": sentiment}}]}
    return [
        {
            **(only if sentiment else {}),
            "mark": {"type": "text", "align": align, "dx": dx, "fontSize": 12},
            "encoding": {
                "x": {"field": field, "type": "quantitative"},
                "text": {"field": "text", "type": "nominal"},
            },
        },
        unseen({"x": {"field": "room", "type": "quantitative"}}),
    ]


def _leaders(places: Sequence[_Place]) -> str:
    return "; ".join(f"{place.shown} ({spoken(place.group.now)})" for place in places[:5])
