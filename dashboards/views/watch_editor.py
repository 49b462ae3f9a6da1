"""The editor of the watchlist: brands, rules, or all as text, and beside them what would change."""

from typing import Final

import streamlit as st

from dashboards import visitor
from dashboards.views import navigation, states
from dashboards.views.breakdown import card_title
from dashboards.views.navigation import BRANDS, EDITABLE, RULES, TEXT
from dashboards.views.watch_brands import brands_form
from dashboards.views.watch_changes import changes_card, save_card
from dashboards.views.watch_preview import preview_card
from dashboards.views.watch_rules import rules_form, trial_card
from dashboards.views.watch_session import draft
from dashboards.views.watch_text import text_form
from dashboards.views.watch_versions import versions_card
from dashboards.watchlist_wording import WATCHLIST_WORDS as WORDS
from schemas.access import NotAllowedError, Right
from schemas.errors import WatchlistError

_CHOICE: Final = "watch_part"
_FORMS: Final = {BRANDS: brands_form, RULES: rules_form, TEXT: text_form}


def may_edit() -> bool:
    """Whether to offer it: it names all brands, so only to those who see all."""
    try:
        person = visitor.present()
    except NotAllowedError:
        return False
    return person.may(Right.EDIT) and person.sees("")


def editor_choice(part: str) -> None:
    """Draw the switch between the incidents and the parts that can be edited."""
    st.session_state[_CHOICE] = part
    st.segmented_control(
        WORDS.parts,
        ["", *EDITABLE],
        format_func=WORDS.part_names.__getitem__,
        key=_CHOICE,
        required=True,
        label_visibility="collapsed",
        on_change=_chosen,
    )


def editor(part: str) -> None:
    """Draw the editor. part: one of navigation.EDITABLE."""
    st.fragment(_editor, key=f"watch-editor-{part}")(part)
    if part == RULES:
        trial_card()


def _editor(part: str) -> None:
    with states.faults_shown():
        try:
            draft()
        except WatchlistError as error:
            note = WORDS.unreadable_note.format(mistake=str(error).splitlines()[0])
            states.panel(WORDS.unreadable, note, icon="wrong")
            return
        left, right = st.columns([5, 6])
        with left:
            with st.container(border=True, key="card-watch-form"):
                card_title(WORDS.edit, WORDS.edit_help)
                _FORMS[part]()
            versions_card()
        with right:
            changes_card()
            save_card()
            if part != RULES:
                preview_card()


def _chosen() -> None:
    navigation.to_editor(str(st.session_state[_CHOICE]))
