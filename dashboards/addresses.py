"""The page's address: what it shows, and the language that its reader chose.

Everything that leads somewhere else on the page goes through here, so that a language that was
chosen stays chosen.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Final, cast
from urllib.parse import urlencode

import streamlit as st

from dashboards.language import ENGLISH, LANGUAGES, speak

# `lang` is the languages of the posts.
LANGUAGE: Final = "ui"
_CHOSEN: Final = "language_chosen"

Parameters = Mapping[str, Sequence[str] | str]


def adopt_language(*, usual: str = "") -> None:
    """Speak the language of the address, else the browser's, else the usual one."""
    asked = str(st.query_params.get(LANGUAGE, ""))
    st.session_state[_CHOSEN] = asked if asked in LANGUAGES else ""
    preferred = (asked, _base(st.context.locale or ""), _base(usual))
    speak(next((name for name in preferred if name in LANGUAGES), ENGLISH))


def choose_language(chosen: str) -> None:
    """Let the address ask for that language, one of LANGUAGES."""
    st.query_params[LANGUAGE] = chosen


def parameters() -> dict[str, list[str]]:
    """What the address says of the page."""
    return {name: st.query_params.get_all(name) for name in st.query_params if name != LANGUAGE}


def go_to(target: Parameters) -> None:
    """Let the address say that of the page."""
    st.query_params.from_dict(cast("Mapping[str, Sequence[str]]", {**target, **_language()}))


def link(target: Parameters) -> str:
    """A link to that of the page; to be escaped where it enters markup."""
    return f"?{urlencode({**target, **_language()}, doseq=True, errors='replace')}"


def linked(markup: str, target: Parameters) -> str:
    """The markup as a link to that of the page."""
    return f'<a href="{html.escape(link(target))}" target="_self">{markup}</a>'


def _language() -> dict[str, str]:
    chosen = str(st.session_state.get(_CHOSEN, ""))
    return {LANGUAGE: chosen} if chosen else {}


def _base(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()
