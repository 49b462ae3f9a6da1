"""Saved views and notes, shared between viewers as in shared.py."""

import streamlit as st

from dashboards.answers import shared_answer
from dashboards.config import load_config
from dashboards.keepsake_writer import KeepsakeWriter
from dashboards.queries import keepsakes
from dashboards.shared import store
from dashboards.store import TableMissingError
from dashboards.time_range import Window, milliseconds
from schemas.keepsakes import SavedView, TimeNote

TTL_S = 10


@st.cache_resource(show_spinner=False)
def writer() -> KeepsakeWriter:
    """The one way to write of this process."""
    return KeepsakeWriter(load_config().clickhouse_url)


@shared_answer(ttl=TTL_S, max_entries=1)
def views() -> list[SavedView]:
    """All saved views, by name; none while the table is not there."""
    try:
        return keepsakes.read_views(store().rows(keepsakes.views_query()))
    except TableMissingError:
        return []


def notes(window: Window, brands: tuple[str, ...]) -> list[TimeNote]:
    """The notes of a period that are about these brands, or of all where none is given."""
    minute_ms = 60_000
    until_ms = (milliseconds(window.until) // minute_ms + 1) * minute_ms
    return _notes(milliseconds(window.since), until_ms, brands)


@shared_answer(ttl=TTL_S, max_entries=50)
def _notes(since_ms: int, until_ms: int, brands: tuple[str, ...]) -> list[TimeNote]:
    query = keepsakes.notes_query(since_ms=since_ms, until_ms=until_ms)
    try:
        return keepsakes.read_notes(store().rows(query), brands)
    except TableMissingError:
        return []


def forget() -> None:
    """Read again at once: the viewer has just changed something."""
    views.clear()
    _notes.clear()
