"""The versions that were saved: who, when, why and what; each can be loaded again."""

import html
from typing import Final

import streamlit as st

from dashboards import formats, shared_watchlist, view_state
from dashboards.direction import with_names_isolated
from dashboards.feed import one_line
from dashboards.views.breakdown import card_title
from dashboards.views.mistakes import draw_mistakes
from dashboards.views.note import note
from dashboards.views.watch_session import load
from dashboards.watchlist_wording import WATCHLIST_WORDS as WORDS
from schemas.errors import WatchlistError
from schemas.watchlist_versions import SavedWatchlist

_WRONG: Final = "watch_load_wrong"
_MOST_CHANGES: Final = 3
_CHARACTERS: Final = 300


def versions_card() -> None:
    """Draw the list."""
    found = shared_watchlist.versions()
    with st.container(border=True, key="card-watch-versions"):
        card_title(WORDS.versions, WORDS.versions_help)
        if not found:
            note(WORDS.no_versions)
            return
        times = formats.moment_labels(
            [one.at for one in found], view_state.zone(), today=view_state.now()
        )
        for number, (one, time) in enumerate(zip(found, times, strict=True)):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(_told(one, time, newest=number == 0), width="stretch")
                _load_button(str(one.id), one)
        with st.container(horizontal=True, vertical_alignment="center"):
            told = html.escape(WORDS.the_file)
            st.html(f'<p class="gs-kept">{told}</p>', width="stretch")
            _load_button("file", None)
        draw_mistakes(st.session_state.get(_WRONG, ()))


def _told(one: SavedWatchlist, time: str, *, newest: bool) -> str:
    what = [*one.changes[:_MOST_CHANGES], *(["\u2026"] if one.changes[_MOST_CHANGES:] else [])]
    first = " \u00b7 ".join(
        [
            time,
            one.who,
            *([WORDS.the_file] if not one.text else []),
            *([one.why] if one.why else []),
        ]
    )
    shown, small = (
        html.escape(with_names_isolated(one_line(text, characters=_CHARACTERS)))
        for text in (first, "; ".join(what))
    )
    badge = f" <b>{html.escape(WORDS.in_force)}</b>" if newest else ""
    return f'<p class="gs-kept"><span>{shown}</span>{badge}<br><small>{small}</small></p>'


def _load_button(name: str, saved: SavedWatchlist | None) -> None:
    st.button(
        WORDS.load,
        key=f"watch-load-{name}",
        type="tertiary",
        on_click=_load,
        args=(saved,),
    )


def _load(saved: SavedWatchlist | None) -> None:
    try:
        loaded = shared_watchlist.read(saved)
    except WatchlistError as error:
        st.session_state[_WRONG] = error.mistakes
        return
    st.session_state.pop(_WRONG, None)
    load(loaded)
