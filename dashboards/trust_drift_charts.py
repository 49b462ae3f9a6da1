"""The charts of drift on the page Trust: what was, beside what is. Pure; see charts.py."""

from collections.abc import Callable

from dashboards import formats
from dashboards.charts import PICKABLE, Chart, Rows, Spec, faded, frame, pick_by
from dashboards.feed import one_line
from dashboards.palette import NOTE, POSITIVE
from dashboards.trust_charts import NAMES_AXIS
from dashboards.trust_drift import OTHERS, Shift
from dashboards.trust_wording import TRUST_WORDS as WORDS
from dashboards.wording import WORDS as PAGE_WORDS

_BAR_PX = 24


def shift_chart(shift: Shift, *, title: str, label: Callable[[str], str]) -> Chart:
    """A bar for each category's share this week, and a line where it was before.

    label: a category's name for people.
    """
    rows: Rows = []
    for place, part in enumerate(shift.parts):
        shown = WORDS.others
        if part.name != OTHERS:
            shown = one_line(label(part.name), characters=28) or PAGE_WORDS.no_name
        # Two names that read the same must not fall onto one bar.
        shown += "\u2032" * sum(row["shown"] == shown for row in rows)
        rows.append(
            {
                "name": "" if part.name == OTHERS else part.name,
                "shown": shown,
                "place": place,
                "now": part.now,
                "before": part.before,
            }
        )
    style = {"type": "quantitative", "format": ".1%"}
    shared = {
        "y": {
            "field": "shown",
            "type": "nominal",
            "sort": {"field": "place", "op": "min"},
            "axis": NAMES_AXIS,
        },
        "tooltip": [
            {"field": "shown", "type": "nominal", "title": " "},
            {"field": "now", "title": WORDS.this_week, **style},
            {"field": "before", "title": WORDS.weeks_before, **style},
        ],
    }
    x = {
        "type": "quantitative",
        "title": None,
        "axis": {"format": ".0%", "tickCount": 4},
        "scale": {"zero": True, "nice": True},
    }
    spec: Spec = {
        **frame(),
        "height": max(len(rows), 1) * _BAR_PX + 24,
        "layer": [
            {
                "params": [pick_by("name")],
                "mark": {
                    "type": "bar",
                    "orient": "horizontal",
                    "color": POSITIVE,
                    "height": {"band": 0.6},
                    **PICKABLE,
                },
                "encoding": {**shared, "x": {**x, "field": "now"}, "opacity": faded()},
            },
            {
                "mark": {"type": "tick", "color": NOTE, "thickness": 3, "height": {"band": 0.85}},
                "encoding": {**shared, "x": {**x, "field": "before"}},
            },
        ],
    }
    told = "; ".join(
        WORDS.shift_told.format(
            name=row["shown"],
            now=formats.percent(row["now"]),
            before=formats.percent(row["before"]),
        )
        for row in rows
    )
    return Chart(rows, spec, title, told)
