"""One line that says how fresh the page is: live, quiet, stale, not known, paused, or cut off."""

import html
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboards import formats, shared, shared_incidents, view_state
from dashboards.feed import one_line
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.part_wording import told_by_part
from dashboards.queries.watching import Watch
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
    watch = None
    if age >= QUIET_AFTER:
        with suppress(StoreError):
            watch = shared_incidents.watch()
    _line(*state_of(age, watch), f"\u00b7 {read}")


def state_of(age: timedelta, watch: Watch | None) -> tuple[str, str, str]:
    """The dot, the word and the note. age: of the newest scoring. watch: None where not asked.

    Nothing new may be quiet, or posts may wait for a worker: the monitor knows which.
    """
    if watch is not None and watch.state == "unknown":
        reason = one_line(told_by_part(watch.detail), characters=120)
        return "stale", INCIDENT_WORDS.watch_states["unknown"], reason
    note = WORDS.newest.format(age=formats.age(age))
    if age < QUIET_AFTER:
        return "fresh", WORDS.fresh, note
    return ("quiet", WORDS.quiet, note) if age < STALE_AFTER else ("stale", WORDS.stale, note)


def _line(state: str, name: str, note: str, read: str = "") -> None:
    """read: what gives way where there is little room."""
    st.html(
        f'<p class="gs-fresh gs-{state}"><span class="gs-dot"></span>'
        f"<b>{html.escape(name)}</b> {html.escape(note)} "
        f'<span class="gs-read">{html.escape(read)}</span></p>'
    )
