"""Menus that open under a button."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def opened(label: str, *, key: str, icon: str | None = None) -> DeltaGenerator | None:
    """Draw the button; the menu to be filled, None while it is closed.

    The browser does not know what stands in a closed menu: if that were drawn, its values would be
    lost with the next run.
    """
    menu = st.popover(label, icon=icon, key=key, on_change="rerun")
    return menu if menu.open else None
