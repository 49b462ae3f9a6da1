"""Who looks at the page, for what is written down in their name."""

from typing import Final

import streamlit as st

from dashboards import view_state
from dashboards.incident_wording import INCIDENT_WORDS as WORDS

MAX_CHARACTERS: Final = 80


def viewer_name() -> str:
    """The viewer's name: as signed in, or as given in the field that this draws, else ""."""
    known = str(st.user.get("name") or st.user.get("email") or "")
    if known:
        return known[:MAX_CHARACTERS]
    given = st.text_input(
        WORDS.who,
        key=view_state.widget("who", st.session_state.get("who_kept", "")),
        help=WORDS.who_help,
        max_chars=MAX_CHARACTERS,
        autocomplete="name",
        width=220,
    )
    # A widget that is not drawn forgets; a name holds for all of the visit.
    st.session_state["who_kept"] = given.strip()
    return given.strip()
