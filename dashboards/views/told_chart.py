"""Draws a chart, and below it what it shows in words; knows what was picked in it."""

import html
from collections.abc import Callable
from typing import Any, cast

import streamlit as st

from dashboards import charts
from dashboards.charts import Chart


def draw(chart: Chart, key: str, *, on_pick: Callable[[], None] | None = None) -> None:
    """Draw it.  on_pick: called when something in it is picked or let go, see `picked`."""
    if on_pick is None:
        st.vega_lite_chart(chart.rows, chart.spec, key=key, alt=chart.title)
    else:
        st.vega_lite_chart(
            chart.rows,
            chart.spec,
            key=key,
            alt=chart.title,
            on_select=on_pick,
            selection_mode=[charts.PICKED],
        )
    st.html(f'<p class="gs-told">{html.escape(f"{chart.title}: {chart.told}")}</p>')


def picked(key: str) -> dict[str, Any] | None:
    """The mark that is picked in the chart of that key, None if none is."""
    event = cast("Any", st.session_state[key])
    points = event.selection.get(charts.PICKED) or []
    return points[0] if points else None
