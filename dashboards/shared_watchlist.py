"""The watchlist in force, its versions, and what a changed one would find; see shared.py."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboards.answers import shared_answer
from dashboards.config import load_config
from dashboards.queries import watchlists
from dashboards.queries.listing import periods_to_try
from dashboards.queries.watchlists import MAX_PHRASES
from dashboards.shared import first_filled, several_versions_between, store
from dashboards.store import TableMissingError, TooLargeError
from dashboards.time_range import milliseconds
from dashboards.watchlist_preview import Affected, Difference, StoredPost, affected, differences
from dashboards.watchlist_writer import WatchlistWriter
from schemas.errors import Mistake, WatchlistError
from schemas.watchlist import Watchlist, load_watchlist, parse_watchlist
from schemas.watchlist_versions import SavedWatchlist

TTL_S: Final = 1.5
POSTS_TTL_S: Final = 300
# Candidates are asked for up to a moment cut to this, so that an edit finds them again.
_STEP_MS: Final = 300_000


@st.cache_resource(show_spinner=False)
def writer() -> WatchlistWriter:
    """The one way to save of this process."""
    return WatchlistWriter(load_config().clickhouse_url)


@shared_answer(ttl=TTL_S, max_entries=1)
def versions() -> list[SavedWatchlist]:
    """What was saved, the newest first."""
    try:
        return watchlists.read_versions(store().rows(watchlists.versions_query()))
    except TableMissingError:
        return []


def file_watchlist() -> Watchlist:
    """What the file says, without its routes. Raises WatchlistError if it cannot be read."""
    path = load_config().watchlist
    if path is None:
        missing = Mistake(1, "$", "(missing)", "set watchlist")
        raise WatchlistError("watchlist.yaml", [missing])
    return replace(load_watchlist(path), routes=())


def read(saved: SavedWatchlist | None) -> Watchlist:
    """What a version says; None, or one without text, for the file. Raises WatchlistError."""
    return parse_watchlist(saved.text) if saved and saved.text else file_watchlist()


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be said otherwise of stored posts. complete: whether all were looked at."""

    differences: tuple[Difference, ...]
    complete: bool


def preview(before: Watchlist, after: Watchlist, *, days: int) -> Preview:
    """Of the posts of the last days. Raises StoreError, TooLargeError for too many changes."""
    looked_for = affected(before, after)
    if not looked_for:
        return Preview((), complete=True)
    if len(looked_for.phrases) > MAX_PHRASES:
        raise TooLargeError(f"{len(looked_for.phrases)} phrases are too many for a preview")
    until_ms = (milliseconds(datetime.now(UTC)) // _STEP_MS + 1) * _STEP_MS
    since_ms = until_ms - milliseconds_of(timedelta(days=days)) - _STEP_MS
    stored, complete = _candidates(looked_for, since_ms, until_ms)
    return Preview(tuple(differences(before, after, stored)), complete)


def milliseconds_of(span: timedelta) -> int:
    """The span in milliseconds."""
    return round(span.total_seconds() * 1000)


@shared_answer(ttl=POSTS_TTL_S, max_entries=20)
def _candidates(
    looked_for: Affected, since_ms: int, until_ms: int
) -> tuple[list[StoredPost], bool]:
    several = several_versions_between(since_ms, until_ms)

    def read(start: int, end: int) -> tuple[list[StoredPost], bool]:
        query = watchlists.candidates_query(
            looked_for, since_ms=start, until_ms=end, several_versions=several
        )
        return watchlists.read_candidates(store().rows(query))

    # The newest are wanted: where a part of the period has enough of them, the rest is not read.
    periods = periods_to_try("newest", since_ms=since_ms, until_ms=until_ms)
    return first_filled(periods, read, lambda found: not found[1])


def forget() -> None:
    """Read again at once: the viewer has just changed something."""
    versions.clear()
