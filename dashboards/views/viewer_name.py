"""Who looks at the page, for what is written down in their name."""

from typing import Final

import streamlit as st

from dashboards import view_state, visitor
from dashboards.incident_wording import INCIDENT_WORDS as WORDS

MAX_CHARACTERS: Final = 80
_FIELD: Final = "who"
_KEPT: Final = "who_kept"


def name_field(*, place: str = "") -> None:
    """Draw a field for the viewer's name, unless they are signed in.

    place: of several fields on one page, which one.
    """
    if _signed_in():
        return
    st.text_input(
        WORDS.who,
        key=view_state.widget(_FIELD + place, st.session_state.get(_KEPT, "")),
        help=WORDS.who_help,
        max_chars=MAX_CHARACTERS,
        autocomplete="name",
        width=220,
    )
    # A field that is not drawn forgets; a name holds for all of the visit.
    st.session_state[_KEPT] = viewer_name(place=place) or st.session_state.get(_KEPT, "")


def viewer_name(*, place: str = "") -> str:
    """The viewer's name, "" if it is not known.

    To be asked where something is done, not where its button is drawn: the name may be given by
    the same click.
    """
    field = view_state.widget(_FIELD + place, st.session_state.get(_KEPT, ""))
    return _signed_in() or str(st.session_state[field]).strip()[:MAX_CHARACTERS]


def known_name() -> str:
    """The viewer's name where no field for it is drawn: signed in, or given before; else ""."""
    return _signed_in() or str(st.session_state.get(_KEPT, ""))


def _signed_in() -> str:
    return visitor.signed_in_email()
