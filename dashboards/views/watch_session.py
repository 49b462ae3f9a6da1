"""The draft of a watchlist that this viewer edits, kept for the session."""

from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

import streamlit as st

from dashboards import shared_watchlist, view_state
from schemas.watchlist import Watchlist
from schemas.watchlist_versions import SavedWatchlist

_DRAFT: Final = "watch_draft"
_WIDGETS: Final = "watch_"


@dataclass(frozen=True, slots=True)
class Draft:
    """base: what was in force when it was begun. made_from: that version. turn: counts beginnings.

    base and made_from stay while watchlist is edited.
    """

    watchlist: Watchlist
    base: Watchlist
    made_from: UUID | None
    turn: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.watchlist != self.base


def draft() -> Draft:
    """The draft; one that nobody has changed follows what is in force.

    Raises WatchlistError where the file counts and cannot be read, or StoreError.
    """
    newest = newest_version()
    kept = cast("Draft | None", st.session_state.get(_DRAFT))
    if kept is not None and (kept.is_changed or kept.made_from == _id(newest)):
        return kept
    return _begin(newest, turn=kept.turn + 1 if kept else 0)


def discard() -> None:
    """Begin again with what is in force."""
    kept = draft()
    shared_watchlist.forget()
    _begin(newest_version(), turn=kept.turn + 1)


def edit(watchlist: Watchlist) -> None:
    """Let the draft say this; the fields that are shown say it already."""
    kept = draft()
    st.session_state[_DRAFT] = Draft(watchlist, kept.base, kept.made_from, kept.turn)


def load(watchlist: Watchlist) -> None:
    """Let the draft say this, and all fields begin with it."""
    kept = draft()
    st.session_state[_DRAFT] = Draft(watchlist, kept.base, kept.made_from, kept.turn + 1)


def field(name: str, start: object) -> str:
    """The key of one of the editor's fields; see view_state.widget. New with each beginning."""
    return view_state.widget(f"{_WIDGETS}{draft().turn}_{name}", start)


def newest_version() -> SavedWatchlist | None:
    """The version that counts; None for the file."""
    found = shared_watchlist.versions()
    return found[0] if found else None


def _begin(newest: SavedWatchlist | None, *, turn: int) -> Draft:
    base = shared_watchlist.read(newest)
    begun = Draft(base, base, _id(newest), turn)
    st.session_state[_DRAFT] = begun
    return begun


def _id(version: SavedWatchlist | None) -> UUID | None:
    return version.id if version else None
