"""Signing in and out."""

import logging
from typing import Final

import streamlit as st

from dashboards import visitor
from dashboards.access_wording import ACCESS_WORDS as WORDS
from dashboards.config import load_config
from dashboards.feed import one_line
from dashboards.views import states
from schemas.errors import AccessError

_LOG: Final = logging.getLogger(__name__)
_SHOWN_CHARACTERS: Final = 60


def admitted() -> bool:
    """Whether this viewer may see the page; else what they can do about it is drawn."""
    try:
        if visitor.visitor() is not None:
            return True
    except AccessError as error:
        # Names of people and brands are not for everybody.
        _LOG.error("access.yaml: %s", error)
        states.panel(WORDS.wrong_file, WORDS.wrong_file_note, icon="wrong")
    else:
        if st.user.get("is_logged_in"):
            email = visitor.signed_in_email() or WORDS.no_email
            states.panel(WORDS.no_access, WORDS.no_access_note.format(email=email), icon="wrong")
        else:
            states.panel(WORDS.sign_in, WORDS.sign_in_note)
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.user.get("is_logged_in"):
            st.button(WORDS.sign_out, on_click=st.logout, icon=":material/logout:")
        else:
            st.button(WORDS.sign_in, on_click=st.login, type="primary", icon=":material/login:")
    return False


def account() -> None:
    """Draw who is signed in, and the way out; nothing where nobody signs in."""
    if not load_config().sign_in:
        return
    email = one_line(visitor.signed_in_email(), characters=_SHOWN_CHARACTERS)
    st.button(
        WORDS.sign_out, help=email, type="tertiary", icon=":material/logout:", on_click=st.logout
    )
