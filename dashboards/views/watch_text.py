"""The whole watchlist as text, for what the forms do not have."""

from typing import Final

import streamlit as st

from dashboards.views.mistakes import draw_mistakes
from dashboards.views.watch_session import draft, field, load
from dashboards.watchlist_wording import WATCHLIST_WORDS as WORDS
from schemas.errors import WatchlistError
from schemas.watchlist import parse_watchlist
from schemas.watchlist_text import watchlist_text

_HEIGHT: Final = 520
_WRONG: Final = "watch_text_wrong"


def text_form() -> None:
    """Draw it."""
    st.text_area(
        WORDS.text,
        key=field("text", watchlist_text(draft().watchlist)),
        help=WORDS.text_help,
        height=_HEIGHT,
    )
    st.button(WORDS.take_text, on_click=_take)
    draw_mistakes(st.session_state.get(_WRONG, ()), with_lines=True)


def _take() -> None:
    text = str(st.session_state[field("text", "")])
    try:
        taken = parse_watchlist(text)
    except WatchlistError as error:
        st.session_state[_WRONG] = error.mistakes
        return
    st.session_state.pop(_WRONG, None)
    load(taken)
