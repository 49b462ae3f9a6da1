"""The top of every page: the title, and a place for what is said about its freshness."""

from base64 import b64encode
from importlib import resources
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import addresses, view_state
from dashboards.document_language import tell_language
from dashboards.language import LANGUAGES, language
from dashboards.views.account import account
from dashboards.views.navigation import page_choice
from dashboards.wording import WORDS

_LOGO: Final = b64encode(resources.files("dashboards").joinpath("logo.svg").read_bytes()).decode()


def page_top(*, demo: bool) -> DeltaGenerator:
    """Draw the title; returns the row's right end, to be filled."""
    tell_language()
    with st.container(horizontal=True, vertical_alignment="center", key="top"):
        badge = f'<span class="gs-demo" title="{WORDS.demo_help}">{WORDS.demo}</span>'
        logo = f'<img alt="" src="data:image/svg+xml;base64,{_LOGO}">'
        title = f"{logo}{WORDS.title}{badge if demo else ''}"
        st.html(f'<h1 class="gs-title">{title}</h1>', width="content")
        page_choice()
        st.space("stretch")
        place = st.container(horizontal=True, vertical_alignment="center", width="content")
        _language_choice()
        account()
    return place


def _language_choice() -> None:
    """A button for each language but the one spoken, in its own words."""
    for name, own in LANGUAGES.items():
        if name != language():
            st.button(
                own,
                key=f"speak-{name}",
                type="tertiary",
                icon=":material/translate:",
                on_click=_speak,
                args=(name,),
            )


def _speak(name: str) -> None:
    addresses.choose_language(name)
    view_state.restart_widgets()
