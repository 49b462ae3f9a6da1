"""The search box, and what is wrong with what was typed into it."""

import html
from typing import Final

import streamlit as st

from dashboards import view_state
from dashboards.explore_wording import EXPLORE_WORDS as WORDS
from dashboards.feed import one_line
from dashboards.filters import MAX_SEARCH_CHARACTERS
from dashboards.search.parser import parse
from dashboards.search.tree import SearchError

# Long enough that nobody is told off in the middle of a word.
_PAUSE: Final = "600ms"


def search_box(text: str) -> str:
    """Draw the box, started from `text`; returns what stands in it now."""
    typed = st.text_input(
        WORDS.search,
        key=view_state.widget("text", text),
        placeholder=WORDS.search,
        label_visibility="collapsed",
        icon=":material/search:",
        max_chars=MAX_SEARCH_CHARACTERS,
        type="search",
        live=_PAUSE,
    )
    return (typed or "").strip()


def mistake_in(text: str) -> SearchError | None:
    """What is wrong with the search, if it cannot be understood."""
    try:
        parse(text)
    except SearchError as error:
        return error
    return None


def search_is_clear(text: str) -> bool:
    """Whether the search can be understood; says what is wrong where it cannot."""
    error = mistake_in(text)
    if error is None:
        return True
    found = one_line(error.found, characters=30)
    told = WORDS.search_wrong.format(
        position=error.position, found=found, remedy=one_line(error.remedy, characters=200)
    )
    st.html(f'<p class="gs-wrong" role="alert">{html.escape(told)}</p>')
    return False
