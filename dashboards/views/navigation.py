"""The way between the pages; the address says which one is shown."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

import streamlit as st

from dashboards import view_state
from dashboards.filters import to_address
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.wording import WORDS

PAGE: Final = "page"
INCIDENT: Final = "incident"
NOW: Final = "now"
INCIDENTS: Final = "incidents"
_CHOICE: Final = "page_choice"
_MAX_KEY_CHARACTERS: Final = 200


def is_incidents() -> bool:
    """Whether the address asks for the page of incidents."""
    return bool(incident()) or st.query_params.get(PAGE) == INCIDENTS


def incident() -> str:
    """The key of the incident that the address names, or ""."""
    return str(st.query_params.get(INCIDENT, ""))[:_MAX_KEY_CHARACTERS]


def page_choice() -> None:
    """Draw the switch between the pages."""
    st.session_state[_CHOICE] = INCIDENTS if is_incidents() else NOW
    st.segmented_control(
        WORDS.pages,
        [NOW, INCIDENTS],
        format_func={NOW: WORDS.now_page, INCIDENTS: INCIDENT_WORDS.page}.__getitem__,
        key=_CHOICE,
        required=True,
        label_visibility="collapsed",
        on_change=_chosen,
    )


def to_incidents() -> None:
    """Show the list of incidents."""
    st.query_params.from_dict({PAGE: INCIDENTS})


def to_incident(key: str) -> None:
    """Show one incident."""
    st.query_params.from_dict({INCIDENT: key})


def _to_now() -> None:
    """Show what is said now, as this viewer last looked at it."""
    kept = view_state.last_view()
    address = to_address(kept) if kept else {}
    st.query_params.from_dict(cast("Mapping[str, Sequence[str]]", address))


def _chosen() -> None:
    if st.session_state[_CHOICE] == INCIDENTS:
        to_incidents()
    else:
        _to_now()
