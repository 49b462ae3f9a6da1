"""Answers about incidents, shared between viewers as in shared.py."""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboards.action_writer import ActionWriter
from dashboards.answers import shared_answer
from dashboards.config import load_config
from dashboards.queries import backtests, incidents, timeline, watching
from dashboards.queries.backtests import Trial
from dashboards.queries.incidents import Deed, History, Listed
from dashboards.queries.timeline import Frame, Point
from dashboards.queries.watching import Watch
from dashboards.shared import store
from dashboards.store import TableMissingError

LIST_TTL_S: Final = 1.5
TIMELINE_TTL_S: Final = 4


@st.cache_resource(show_spinner=False)
def writer() -> ActionWriter:
    """The one way to write of this process."""
    return ActionWriter(load_config().clickhouse_url)


@shared_answer(ttl=LIST_TTL_S, max_entries=1)
def listed() -> list[Listed]:
    """The incidents; open ones first. None while no monitor has made the tables."""
    try:
        return incidents.read_list(store().rows(incidents.list_query()))
    except TableMissingError:
        return []


@shared_answer(ttl=LIST_TTL_S, max_entries=100)
def history(key: str) -> History | None:
    """One incident; None if there is no such one."""
    try:
        return incidents.read_history(store().rows(incidents.history_query(key)))
    except TableMissingError:
        return None


@shared_answer(ttl=LIST_TTL_S, max_entries=100)
def deeds(key: str, brand: str, since: datetime) -> list[Deed]:
    """What people did to an incident, the newest first."""
    return incidents.read_deeds(store().rows(incidents.deeds_query(key, brand, since=since)))


@shared_answer(ttl=TIMELINE_TTL_S, max_entries=50)
def points(frame: Frame) -> list[Point]:
    """The timeline's points; without a band where no monitor has stored one."""
    counts = store().rows(timeline.counts_query(frame))
    try:
        band = store().rows(timeline.band_query(frame))
    except TableMissingError:
        band = []
    return timeline.read_points(frame, counts, band)


@shared_answer(ttl=LIST_TTL_S, max_entries=1)
def watch() -> Watch:
    """Whether somebody watches, and what is not known at present."""
    try:
        rows = store().rows(watching.states_query())
    except TableMissingError:
        rows = []
    return watching.read_states(rows, now=datetime.now(UTC))


@shared_answer(ttl=LIST_TTL_S, max_entries=1)
def trials() -> list[Trial]:
    """What was tried on the past, the newest first."""
    try:
        return backtests.read_trials(store().rows(backtests.trials_query()))
    except TableMissingError:
        return []


def forget() -> None:
    """Read again at once: the viewer has just changed something."""
    listed.clear()
    history.clear()
    deeds.clear()
    trials.clear()
