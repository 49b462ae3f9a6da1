"""The way between the pages; the address says which one is shown."""

from dataclasses import replace
from typing import Final

import streamlit as st

from dashboards import addresses, view_state
from dashboards.compare_wording import COMPARE_WORDS
from dashboards.explore_wording import EXPLORE_WORDS
from dashboards.exploring import compared, explored
from dashboards.filters import COMPARE, EXPLORE, NOW, PAGES, View
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.operations_wording import OPERATIONS_WORDS
from dashboards.trust_wording import TRUST_WORDS
from dashboards.wording import WORDS

PAGE: Final = "page"
INCIDENT: Final = "incident"
INCIDENTS: Final = "incidents"
EDIT: Final = "edit"
BRANDS: Final = "brands"
RULES: Final = "rules"
TEXT: Final = "text"
# What of the watchlist can be edited.
EDITABLE: Final = (BRANDS, RULES, TEXT)
OPERATIONS: Final = "operations"
TRUST: Final = "trust"
_CHOICE: Final = "page_choice"
_MAX_KEY_CHARACTERS: Final = 200
_PAGES: Final = (NOW, EXPLORE, COMPARE, INCIDENTS, TRUST, OPERATIONS)


def page() -> str:
    """The page that the address asks for."""
    asked = str(st.query_params.get(PAGE, NOW))
    return INCIDENTS if incident() else asked if asked in _PAGES else NOW


def incident() -> str:
    """The key of the incident that the address names, or ""."""
    return str(st.query_params.get(INCIDENT, ""))[:_MAX_KEY_CHARACTERS]


def edited() -> str:
    """Which part of the watchlist the address asks for, or ""."""
    asked = str(st.query_params.get(EDIT, ""))
    return asked if asked in EDITABLE else ""


def titles() -> dict[str, str]:
    """The pages' names in the reader's language."""
    return {
        NOW: WORDS.now_page,
        EXPLORE: EXPLORE_WORDS.page,
        COMPARE: COMPARE_WORDS.page,
        INCIDENTS: INCIDENT_WORDS.page,
        TRUST: TRUST_WORDS.page,
        OPERATIONS: OPERATIONS_WORDS.page,
    }


def page_choice() -> None:
    """Draw the switch between the pages."""
    st.session_state[_CHOICE] = page()
    st.segmented_control(
        WORDS.pages,
        _PAGES,
        format_func=titles().__getitem__,
        key=_CHOICE,
        required=True,
        label_visibility="collapsed",
        on_change=_chosen,
    )


def to_incidents() -> None:
    """Show the list of incidents."""
    addresses.go_to({PAGE: INCIDENTS})


def to_editor(part: str) -> None:
    """Show a part of the watchlist, or the list of incidents for ""."""
    addresses.go_to({PAGE: INCIDENTS, **({EDIT: part} if part else {})})


def to_incident(key: str) -> None:
    """Show one incident."""
    addresses.go_to({INCIDENT: key})


def to_view(page_name: str) -> None:
    """Show another page of what this viewer last looked at. page_name: one of filters.PAGES."""
    kept = view_state.last_view() or View()
    ways = {EXPLORE: explored, COMPARE: compared}
    view_state.go(ways[page_name](kept) if page_name in ways else replace(kept, page=page_name))


def _chosen() -> None:
    chosen = st.session_state[_CHOICE]
    if chosen in PAGES:
        to_view(chosen)
    else:
        addresses.go_to({PAGE: chosen})
