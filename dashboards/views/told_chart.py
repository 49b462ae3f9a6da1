"""Draws a chart, and below it what it shows in words; tells what is picked in it."""

import html
from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast

import pyarrow as pa
import streamlit as st

from dashboards import charts
from dashboards.charts import Chart, Rows

_GENERATION: Final = "chart_generation"

OnPick = Callable[[dict[str, Any] | None], None]


def draw(chart: Chart, key: str, *, on_pick: OnPick | None = None) -> None:
    """Draw it.  on_pick: called with the mark that is picked in it, or None once it is let go."""
    rows = _table(chart.rows)
    if on_pick is None:
        st.vega_lite_chart(rows, chart.spec, key=key, alt=chart.title)
    else:
        generation = _generation()
        st.vega_lite_chart(
            rows,
            chart.spec,
            key=_key(key, generation),
            alt=chart.title,
            on_select=partial(_picked, key, generation, on_pick),
            selection_mode=[charts.PICKED],
        )
    st.html(f'<p class="gs-told">{html.escape(f"{chart.title}: {chart.told}")}</p>')


def forget_picks() -> None:
    """Draw all charts anew, with nothing picked in them."""
    st.session_state[_GENERATION] = _generation() + 1


def _table(rows: Rows) -> pa.Table:
    """The rows by columns, as they go to the browser: Streamlit would make a data frame before."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def _picked(key: str, generation: int, on_pick: OnPick) -> None:
    if generation != _generation():
        return  # The browser tells once more what was picked in a chart that is no longer there.
    event = cast("Any", st.session_state[_key(key, generation)])
    points = event.selection.get(charts.PICKED) or []
    on_pick(points[0] if points else None)


def _key(key: str, generation: int) -> str:
    return f"{key}-{generation}"


def _generation() -> int:
    """Changes whenever charts are to forget what was picked in them."""
    return cast(int, st.session_state.get(_GENERATION, 0))
