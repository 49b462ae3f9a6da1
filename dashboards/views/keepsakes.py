"""Saved views and notes: two small menus at the top of the pages that show the view."""

import html
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, urlencode
from uuid import uuid4

import msgspec
import streamlit as st

from dashboards import addresses, formats, shared_keepsakes, view_state, visitor
from dashboards.direction import with_names_isolated
from dashboards.feed import one_line
from dashboards.filters import from_address, to_address
from dashboards.keepsake_wording import KEEPSAKE_WORDS as WORDS
from dashboards.views.menu import opened
from dashboards.views.note import note
from dashboards.views.viewer_name import known_name, name_field, viewer_name
from schemas.access import Right
from schemas.errors import StoreError
from schemas.keepsakes import SavedView, TimeNote

MAX_NAME_CHARACTERS: Final = 80
MAX_NOTE_CHARACTERS: Final = 300
_NAME: Final = "keep_name"
_TEXT: Final = "keep_text"
_MOMENT: Final = "keep_moment"
_BRAND: Final = "keep_brand"
_SAID: Final = "keep_said"


def keepsakes() -> None:
    """Draw the menus; faults of ClickHouse are told by other parts."""
    st.fragment(_menus, key="keepsakes")()


def _menus() -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", width="content", key="keepsakes-menus"
    ):
        views = opened(WORDS.views, key="views-menu", icon=":material/bookmark:")
        notes = opened(WORDS.notes, key="notes-menu", icon=":material/edit_note:")
    if views is not None:
        with views:
            note(WORDS.views_help)
            _views()
    if notes is not None:
        with notes:
            note(WORDS.notes_help)
            _notes()


def _views() -> None:
    try:
        kept = shared_keepsakes.views()
    except StoreError:
        kept = []
    if not kept:
        note(WORDS.no_views)
    for view in kept:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(_link(view), width="stretch")
            _remove_button(view)
    if not visitor.may(Right.KEEP):
        return
    with st.form("save-view", border=False):
        st.text_input(WORDS.name, key=view_state.widget(_NAME, ""), max_chars=MAX_NAME_CHARACTERS)
        name_field(place="views")
        st.form_submit_button(WORDS.save, on_click=_save_view)
    _told("view")


def _link(view: SavedView) -> str:
    """The address is read and written anew: nothing but a view of this page is linked to."""
    parameters = to_address(from_address(parse_qs(view.address)))
    name = html.escape(one_line(view.name, characters=MAX_NAME_CHARACTERS))
    who = html.escape(one_line(view.who, characters=40))
    link = addresses.linked(f"<bdi>{name}</bdi>", parameters)
    return f'<p class="gs-kept">{link} <small><bdi>{who}</bdi></small></p>'


def _notes() -> None:
    scope = view_state.view().scope
    try:
        kept = shared_keepsakes.notes(view_state.window(), scope.brands)
    except StoreError:
        kept = []
    if not kept:
        note(WORDS.no_notes)
    zone, today = view_state.zone(), view_state.now()
    times = formats.moment_labels([one.moment for one in kept], zone, today=today)
    for one, time in zip(kept, times, strict=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            about = [one.brand] if one.brand else []
            told = " \u00b7 ".join([time, *about, one.text, one.who])
            shown = with_names_isolated(one_line(told, characters=MAX_NOTE_CHARACTERS + 120))
            st.text(shown, width="stretch")
            _remove_button(one)
    if not visitor.may(Right.KEEP):
        return
    with st.form("save-note", border=False):
        st.text_input(WORDS.text, key=view_state.widget(_TEXT, ""), max_chars=MAX_NOTE_CHARACTERS)
        st.datetime_input(
            WORDS.moment,
            key=view_state.widget(
                _MOMENT, view_state.now().astimezone(zone).replace(tzinfo=None, microsecond=0)
            ),
        )
        st.selectbox(
            WORDS.brand,
            _brands_to_note(scope.brands),
            format_func=lambda name: one_line(name, characters=60) or WORDS.all_brands,
            key=view_state.widget(_BRAND, _brands_to_note(scope.brands)[0]),
            placeholder=WORDS.all_brands,
        )
        name_field(place="notes")
        st.form_submit_button(WORDS.save, on_click=_save_note)
    _told("note")


def _brands_to_note(chosen: tuple[str, ...]) -> list[str]:
    """What a note may be about; "" for all brands, which is not for those limited to some."""
    own = visitor.present().brands
    return ["", *chosen] if own is None else sorted(own)


def _remove_button(kept: SavedView | TimeNote) -> None:
    if not visitor.may(Right.KEEP):
        return
    st.button(
        WORDS.remove,
        key=f"remove-{kept.id}",
        type="tertiary",
        icon=":material/close:",
        on_click=_remove,
        args=(kept,),
    )


def _save_view() -> None:
    name = str(st.session_state[view_state.widget(_NAME, "")]).strip()
    if not name:
        _tell("view", WORDS.name_missing)
        return
    address = urlencode(to_address(view_state.view()), doseq=True, errors="replace")
    who = viewer_name(place="views")
    _write(
        SavedView(id=uuid4(), at=datetime.now(UTC), who=who, name=name, address=address),
        WORDS.saved,
    )


def _save_note() -> None:
    text = str(st.session_state[view_state.widget(_TEXT, "")]).strip()
    moment = st.session_state[view_state.widget(_MOMENT, None)]
    if not text or not isinstance(moment, datetime):
        _tell("note", WORDS.text_missing)
        return
    written = TimeNote(
        id=uuid4(),
        at=datetime.now(UTC),
        who=viewer_name(place="notes"),
        moment=moment.replace(tzinfo=view_state.zone()).astimezone(UTC),
        brand=str(st.session_state[view_state.widget(_BRAND, "")] or ""),
        text=text,
    )
    _write(written, WORDS.saved)


def _remove(kept: SavedView | TimeNote) -> None:
    who = known_name() or kept.who
    gone = msgspec.structs.replace(kept, at=datetime.now(UTC), who=who, removed=True)
    _write(gone, WORDS.removed)


def _write(kept: SavedView | TimeNote, said: str) -> None:
    kind = "view" if isinstance(kept, SavedView) else "note"
    if not kept.who:
        _tell(kind, WORDS.who_missing)
        return
    try:
        shared_keepsakes.writer().write(kept, by=visitor.present())
    except StoreError as error:
        _tell(kind, WORDS.not_saved.format(reason=error))
        return
    shared_keepsakes.forget()
    view_state.reset_widgets(_NAME, _TEXT, _MOMENT)
    _tell(kind, said)
    # The charts show it at once.
    st.rerun()


def _tell(kind: str, text: str) -> None:
    st.session_state[_SAID] = (kind, text)


def _told(kind: str) -> None:
    """What came of the last click; it stays until the next."""
    about, text = st.session_state.get(_SAID, ("", ""))
    said = html.escape(text) if about == kind else ""
    st.html(f'<p class="gs-note" role="status">{said}</p>')
