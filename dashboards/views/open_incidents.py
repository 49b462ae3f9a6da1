"""How many incidents are open, and the way to them."""

import streamlit as st

from dashboards import shared_incidents
from dashboards.incident_wording import INCIDENT_WORDS as WORDS
from dashboards.views.navigation import to_incidents
from schemas.errors import StoreError


def open_incidents() -> None:
    """Draw a button that leads to the incidents, if any is open; faults are told elsewhere."""
    try:
        found = sum(one.is_open for one in shared_incidents.listed())
    except StoreError:
        return
    if found:
        st.button(
            WORDS.open_incidents(found, count=found),
            key="open-incidents",
            icon=":material/crisis_alert:",
            type="tertiary",
            on_click=_clicked,
        )


def _clicked() -> None:
    to_incidents()
    st.rerun()
