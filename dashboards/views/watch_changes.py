"""What the draft changes, and the button that saves it."""

import html
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboards import formats, shared_watchlist, view_state, visitor
from dashboards.direction import isolated
from dashboards.feed import one_line
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.views.breakdown import card_title
from dashboards.views.mistakes import draw_mistakes
from dashboards.views.note import note
from dashboards.views.viewer_name import name_field, viewer_name
from dashboards.views.watch_session import Draft, discard, draft, newest_version
from dashboards.watchlist_draft import mistakes_of
from dashboards.watchlist_wording import WATCHLIST_WORDS as WORDS
from schemas.errors import StoreError, WatchlistError
from schemas.watchlist_text import watchlist_text
from schemas.watchlist_versions import Change, SavedWatchlist, changes

MAX_WHY_CHARACTERS: Final = 300
_MOST: Final = 12
_MOST_STORED: Final = 200
_WHY: Final = "watch_why"
_SAID: Final = "watch_said"
_PLACE: Final = "watch"


def changes_card() -> None:
    """Draw the list of changes, and what keeps them from being saved."""
    kept = draft()
    with st.container(border=True, key="card-watch-changes"):
        card_title(WORDS.changed, WORDS.changed_help)
        if not kept.is_changed:
            note(WORDS.nothing_changed)
            return
        found = changes(kept.base, kept.watchlist)
        lines = [_line(change) for change in found[:_MOST]]
        if len(found) > _MOST:
            more = len(found) - _MOST
            lines.append(f"<li>{html.escape(WORDS.further(more, count=formats.count(more)))}</li>")
        st.html(f'<ul class="gs-changes">{"".join(lines)}</ul>')
        draw_mistakes(mistakes_of(kept.watchlist))


def save_card() -> None:
    """Draw the button, and what became of the last click on it."""
    kept = draft()
    newest = newest_version()
    with st.container(border=True, key="card-watch-save"):
        if newest is not None and newest.id != kept.made_from:
            note(_meanwhile(newest))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name_field(place=_PLACE)
            st.text_input(WORDS.why, key=view_state.widget(_WHY, ""), max_chars=MAX_WHY_CHARACTERS)
            saveable = kept.is_changed and not mistakes_of(kept.watchlist)
            st.button(
                WORDS.save,
                key="watch-save",
                type="primary" if saveable else "secondary",
                disabled=not saveable,
                on_click=_save,
            )
            st.button(WORDS.discard, disabled=not kept.is_changed, on_click=_discard)
        said = html.escape(str(st.session_state.get(_SAID, "")))
        st.html(f'<p class="gs-note" role="status">{said}</p>')


def change_told(change: Change) -> str:
    """One change in words."""
    kind, owner, value = change.fact
    word = WORDS.added if change.added else WORDS.gone
    told = [WORDS.kinds.get(kind, kind), *([owner] if owner else []), value]
    shown = " \u00b7 ".join(isolated(one_line(each, characters=120)) for each in told)
    return f"{shown} ({word})"


def _line(change: Change) -> str:
    sign, name = ("+", "new") if change.added else ("\u2212", "gone")
    return (
        f'<li class="gs-{name}"><b aria-hidden="true">{sign}</b> '
        f"{html.escape(change_told(change))}</li>"
    )


def _meanwhile(newest: SavedWatchlist) -> str:
    [time] = formats.moment_labels([newest.at], view_state.zone(), today=view_state.now())
    return WORDS.saved_meanwhile.format(
        who=isolated(one_line(newest.who, characters=60)), time=time
    )


def _save() -> None:
    who = viewer_name(place=_PLACE)
    if not who:
        st.session_state[_SAID] = INCIDENT_WORDS.who_missing
        return
    kept = draft()
    try:
        shared_watchlist.writer().save(
            _version(kept, who), made_from=kept.made_from, by=visitor.present()
        )
    except (StoreError, WatchlistError) as error:
        st.session_state[_SAID] = WORDS.not_saved.format(reason=error)
        return
    finally:
        shared_watchlist.forget()
    discard()
    view_state.reset_widgets(_WHY)
    st.session_state[_SAID] = WORDS.saved


def _version(kept: Draft, who: str) -> SavedWatchlist:
    found = changes(kept.base, kept.watchlist)
    return SavedWatchlist(
        id=uuid4(),
        at=datetime.now(UTC),
        who=who,
        why=str(st.session_state[view_state.widget(_WHY, "")]).strip(),
        changes=tuple(change.line for change in found[:_MOST_STORED]),
        text="" if _is_file(kept) else watchlist_text(kept.watchlist),
    )


def _is_file(kept: Draft) -> bool:
    """Whether it says what the file says, which then counts again."""
    try:
        return shared_watchlist.file_watchlist() == kept.watchlist
    except WatchlistError:
        return False


def _discard() -> None:
    st.session_state.pop(_SAID, None)
    discard()
