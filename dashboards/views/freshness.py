"""One line that says how fresh the page is: live, quiet, stale, paused, or cut off."""

import html
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboards import formats, shared, view_state
from dashboards.store import StoreAwayError, TableMissingError
from dashboards.wording import WORDS
from schemas.errors import StoreError

QUIET_AFTER: Final = timedelta(seconds=60)
STALE_AFTER: Final = timedelta(minutes=10)
REFRESH_S: Final = 3


def freshness() -> None:
    """Draw the line."""
    if view_state.refresh_s() is None:
        at = formats.clock(view_state.now(), view_state.zone())
        _line("paused", WORDS.paused, WORDS.refreshed.format(time=at))
        return
    now = datetime.now(UTC)
    read = WORDS.refreshed.format(time=formats.clock(now, view_state.zone()))
    try:
        newest = shared.newest_scored_at(now) or shared.extent().last
    except StoreAwayError:
        _line("away", WORDS.away, "")
        return
    except TableMissingError:
        newest = None
    except StoreError:
        _line("stale", WORDS.failed, "")
        return
    if newest is None:
        _line("quiet", WORDS.waiting, read)
        return
    age = now - newest
    state, name = (
        ("fresh", WORDS.fresh)
        if age < QUIET_AFTER
        else ("quiet", WORDS.quiet)
        if age < STALE_AFTER
        else ("stale", WORDS.stale)
    )
    _line(state, name, WORDS.newest.format(age=formats.age(age)), f"\u00b7 {read}")


def _line(state: str, name: str, note: str, read: str = "") -> None:
    """read: what gives way where there is little room."""
    st.html(
        f'<p class="gs-fresh gs-{state}"><span class="gs-dot"></span>'
        f"<b>{html.escape(name)}</b> {html.escape(note)} "
        f'<span class="gs-read">{html.escape(read)}</span></p>'
    )
