"""Draws a chart of the page Trust; what is clicked in it leads to the page Explore."""

from collections.abc import Callable
from functools import partial
from typing import Final, cast

import streamlit as st

from dashboards import view_state
from dashboards.charts import Chart
from dashboards.filters import View
from dashboards.views import told_chart

_GENERATION: Final = "trust_generation"
Leads = Callable[[str], View | None]


def draw(chart: Chart, key: str, *, leads: Leads | None = None) -> None:
    """Draw it. leads: where a click on what has that name leads, None if nowhere."""
    name = f"trust-{key}-{_generation()}"
    told_chart.draw(
        chart, name, on_pick=partial(_picked, _generation(), name, leads) if leads else None
    )


def _generation() -> int:
    return cast(int, st.session_state.get(_GENERATION, 0))


def _picked(generation: int, key: str, leads: Leads) -> None:
    if generation != _generation():
        return
    point = told_chart.picked(key) or {}
    name = str(point.get("name") or "")
    target = leads(name) if name else None
    if target is None:
        return
    st.session_state[_GENERATION] = generation + 1
    view_state.go(target)
    st.rerun()
