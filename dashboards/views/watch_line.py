"""One line that says whether somebody watches, and what is not known."""

import html
from typing import Final

import streamlit as st

from dashboards import formats, shared_incidents
from dashboards.direction import isolated
from dashboards.feed import one_line
from dashboards.incident_wording import INCIDENT_WORDS as WORDS
from dashboards.part_wording import told_by_part
from dashboards.store import StoreAwayError
from dashboards.wording import WORDS as PAGE_WORDS
from schemas.errors import StoreError

_MAX_NAMED: Final = 5
# The dot of views/freshness.py for each state.
_DOTS: Final = {"ok": "fresh", "learning": "quiet", "unknown": "stale", "away": "stale"}


def watch_line() -> None:
    """Draw the line."""
    try:
        watch = shared_incidents.watch()
    except StoreAwayError:
        _line("away", PAGE_WORDS.away, "")
        return
    except StoreError:
        _line("stale", PAGE_WORDS.failed, "")
        return
    note = one_line(told_by_part(watch.detail), characters=120) if watch.state != "ok" else ""
    if watch.state == "away":
        note = WORDS.watch_away_note
    elif watch.unknown:
        names = formats.listed(
            isolated(one_line(name, characters=40)) for name in watch.unknown[:_MAX_NAMED]
        )
        note = WORDS.watch_unknown_brands.format(names=names)
    _line(_DOTS[watch.state], WORDS.watch_states[watch.state], note)


def _line(dot: str, name: str, note: str) -> None:
    st.html(
        f'<p class="gs-fresh gs-{dot}"><span class="gs-dot"></span>'
        f"<b>{html.escape(name)}</b> {html.escape(note)}</p>"
    )
