"""Answers shared between viewers: each question goes to ClickHouse once for all who ask it.

A live window's end is cut to its refresh interval, so that the keys of viewers who look at the
same things are the same; the time to live only decides how often a fixed period is read again.
"""

from datetime import datetime
from typing import Final

import streamlit as st

from dashboards.config import load_config
from dashboards.csv_export import CELL_CHARACTERS, MAX_ROWS, to_csv
from dashboards.filters import FeedFilter, Scope
from dashboards.queries import catalog, overview, posts, rollups
from dashboards.queries.catalog import Extent, Names
from dashboards.queries.overview import Overview
from dashboards.queries.posts import FeedPost, Page
from dashboards.store import Store, TableMissingError
from dashboards.time_range import Window, milliseconds

NAMES_TTL_S: Final = 15
ANSWER_TTL_S: Final = 25
FRESH_TTL_S: Final = 2
# Names are asked for in periods cut to this, so that they are asked for seldom.
_NAMES_STEP_MS: Final = 300_000
_DAY_MS: Final = 86_400_000
_NAMES_REACH_MS: Final = 30 * _DAY_MS


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The one way to ClickHouse of this process."""
    return Store(load_config().clickhouse_url)


def names(window: Window) -> Names:
    """What there is to choose from: the window's last 30 days, or all of it if it is longer."""
    return _names(*_names_period(window))


@st.cache_data(ttl=NAMES_TTL_S, max_entries=50, show_spinner=False)
def _names(since_ms: int, until_ms: int) -> Names:
    query = catalog.names_query(since_ms=since_ms, until_ms=until_ms)
    return catalog.read_names(store().rows(query))


def topic_names(window: Window) -> tuple[str, ...]:
    """The topics to choose from, most frequent first."""
    return _topic_names(*_names_period(window))


@st.cache_data(ttl=NAMES_TTL_S, max_entries=50, show_spinner=False)
def _topic_names(since_ms: int, until_ms: int) -> tuple[str, ...]:
    query = catalog.topic_names_query(since_ms=since_ms, until_ms=until_ms)
    return tuple(str(name) for (name,) in store().rows(query))


@st.cache_data(ttl=FRESH_TTL_S, max_entries=1, show_spinner=False)
def extent() -> Extent:
    """How much the table holds, and the times that it covers."""
    return catalog.read_extent(store().rows(catalog.extent_query()))


def newest_scored_at(now: datetime) -> datetime | None:
    """When the newest mention of the last day was scored; None if there is none."""
    minute_ms = milliseconds(now) // 60_000 * 60_000
    return _newest_scored_at(minute_ms - _DAY_MS, minute_ms + _DAY_MS)


@st.cache_data(ttl=FRESH_TTL_S, max_entries=5, show_spinner=False)
def _newest_scored_at(since_ms: int, until_ms: int) -> datetime | None:
    query = catalog.freshness_query(since_ms=since_ms, until_ms=until_ms)
    return catalog.read_freshness(store().rows(query))


@st.cache_data(ttl=ANSWER_TTL_S, max_entries=200, show_spinner=False)
def numbers(scope: Scope, window: Window) -> Overview:
    """All numbers of the scope in the window and the period before."""
    query = overview.overview_query(
        scope,
        window,
        several_versions=_several_versions(window),
        use_rollups=_rollups_ready(),
    )
    return overview.read_overview(store().rows(query), window)


@st.cache_data(ttl=ANSWER_TTL_S, max_entries=200, show_spinner=False)
def feed_posts(feed: FeedFilter, scope: Scope, window: Window, page: Page) -> list[FeedPost]:
    """A page of the feed, newest first."""
    several = _several_versions(window)
    since_ms, until_ms = milliseconds(window.since), milliseconds(window.until)
    if page.older_than:
        until_ms = min(until_ms, page.older_than.posted_at_ms + 1)
    if page.down_to:
        since_ms = max(since_ms, page.down_to.posted_at_ms)
    periods = posts.periods_to_try(feed, since_ms=since_ms, until_ms=until_ms)
    found: list[FeedPost] = []
    for start, end in periods[-1:] if page.down_to else periods:
        query = posts.posts_query(
            feed, scope, page, since_ms=start, until_ms=end, several_versions=several
        )
        found = posts.read_posts(store().rows(query))
        if len(found) >= page.limit:
            break
    return found


def posts_csv(feed: FeedFilter, scope: Scope, window: Window) -> bytes:
    """The newest posts of the feed as a table for spreadsheets, with their whole text."""
    page = Page(limit=MAX_ROWS, text_characters=CELL_CHARACTERS)
    since_ms, until_ms = posts.periods_to_try(
        feed, since_ms=milliseconds(window.since), until_ms=milliseconds(window.until)
    )[-1]
    query = posts.posts_query(
        feed,
        scope,
        page,
        since_ms=since_ms,
        until_ms=until_ms,
        several_versions=_several_versions(window),
    )
    return to_csv(posts.read_posts(store().rows(query)))


def _names_period(window: Window) -> tuple[int, int]:
    until_ms = -(-milliseconds(window.until) // _NAMES_STEP_MS) * _NAMES_STEP_MS
    since_ms = min(milliseconds(window.before), until_ms - _NAMES_REACH_MS)
    return since_ms // _NAMES_STEP_MS * _NAMES_STEP_MS, until_ms


@st.cache_data(ttl=FRESH_TTL_S, max_entries=1, show_spinner=False)
def _rollups_ready() -> bool:
    """Whether the rollups may be asked; not where they are not there yet."""
    try:
        return rollups.read_ready(store().rows(rollups.ready_query()))
    except TableMissingError:
        return False


def _several_versions(window: Window) -> bool:
    return len(names(window).model_versions) > 1
