"""Draws a chart of the page Trust; what is clicked in it leads to the page Explore."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from dashboards import view_state
from dashboards.charts import Chart
from dashboards.filters import View
from dashboards.views import told_chart

Leads = Callable[[str], View | None]


def draw(chart: Chart, key: str, *, leads: Leads | None = None) -> None:
    """Draw it. leads: where a click on what has that name leads, None if nowhere."""
    on_pick = partial(_picked, leads) if leads else None
    told_chart.draw(chart, f"trust-{key}", on_pick=on_pick)


def _picked(leads: Leads, point: dict[str, Any] | None) -> None:
    name = str((point or {}).get("name") or "")
    target = leads(name) if name else None
    if target is None:
        return
    told_chart.forget_picks()
    view_state.go(target)
    st.rerun()
