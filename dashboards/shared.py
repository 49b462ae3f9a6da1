"""Answers shared between viewers: each question goes to ClickHouse once for all who ask it.

A live window's end is cut to its refresh interval, so that the keys of viewers who look at the
same things are the same; the time to live only decides how often a fixed period is read again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboards.answers import shared_answer
from dashboards.author_secret import load_pseudonyms
from dashboards.config import load_config
from dashboards.csv_export import CELL_CHARACTERS, MAX_ROWS, to_csv
from dashboards.filters import FeedFilter, Scope
from dashboards.queries import catalog, overview, posts, promotions, rollups
from dashboards.queries.catalog import Extent, FurtherNames, Names
from dashboards.queries.overview import Overview
from dashboards.queries.posts import FeedPost, Page
from dashboards.queries.promotions import VersionChange
from dashboards.store import Store, TableMissingError
from dashboards.time_range import Window, milliseconds
from dashboards.visitor import reader
from schemas.pseudonyms import Pseudonyms
from schemas.readers import reader_url

NAMES_TTL_S: Final = 15
# Names of long periods cost much to find and change little; new ones of the last hour are there
# at once.
LONG_NAMES_TTL_S: Final = 600
ANSWER_TTL_S: Final = 25
FRESH_TTL_S: Final = 2
ACTIVE_TTL_S: Final = 1
# Names are asked for in periods cut to this, so that they are asked for seldom.
Found = TypeVar("Found")

_NAMES_STEP_MS: Final = 300_000
_LONG_NAMES_STEP_MS: Final = 3_600_000
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 86_400_000
_NOTHING: Final = "nothing"
_NAMES_REACH_MS: Final = 30 * _DAY_MS


def store() -> Store:
    """The way to ClickHouse of those who see the same brands as this viewer."""
    return _store(reader())


@st.cache_resource(show_spinner=False)
def _store(who: str) -> Store:
    url = load_config().clickhouse_url
    if not who:
        return Store(url, still_wanted=_still_wanted)
    return Store(reader_url(url, who), limited=True, still_wanted=_still_wanted)


def _still_wanted() -> None:
    """Raise what stops a script of Streamlit, if its viewer has moved on or left."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        # Whoever looks into the session's state is stopped, as whoever draws something is.
        st.session_state.get(_NOTHING)


@st.cache_resource(ttl=60, show_spinner=False)
def pseudonyms() -> Pseudonyms | None:
    """What stands for authors' names on this page; None for the names themselves."""
    config = load_config()
    return load_pseudonyms(config.clickhouse_url) if config.hide_authors else None


def names(window: Window) -> Names:
    """What there is to choose from: the window's last 30 days, or all of it if it is longer."""
    period = _names_period(window, step_ms=_LONG_NAMES_STEP_MS)
    _, recent_ms = _names_period(window, step_ms=_NAMES_STEP_MS)
    known = _rolled_names(*period)[0] if rollups_ready() else _names(*period)
    return known.joined(_recent_names(recent_ms - _LONG_NAMES_STEP_MS, recent_ms))


@shared_answer(ttl=LONG_NAMES_TTL_S, max_entries=50)
def _rolled_names(since_ms: int, until_ms: int) -> tuple[Names, FurtherNames]:
    query = catalog.rolled_names_query(since_ms=since_ms, until_ms=until_ms)
    return catalog.read_rolled_names(store().rows(query))


@shared_answer(ttl=LONG_NAMES_TTL_S, max_entries=50)
def _names(since_ms: int, until_ms: int) -> Names:
    query = catalog.names_query(since_ms=since_ms, until_ms=until_ms)
    return catalog.read_names(store().rows(query))


@shared_answer(ttl=NAMES_TTL_S, max_entries=50)
def _recent_names(since_ms: int, until_ms: int) -> Names:
    query = catalog.names_query(since_ms=since_ms, until_ms=until_ms)
    return catalog.read_names(store().rows(query))


def topic_names(window: Window) -> tuple[str, ...]:
    """The topics to choose from, most frequent first."""
    period = _names_period(window, step_ms=_LONG_NAMES_STEP_MS)
    return _rolled_names(*period)[1].topics if rollups_ready() else _topic_names(*period)


@shared_answer(ttl=LONG_NAMES_TTL_S, max_entries=50)
def _topic_names(since_ms: int, until_ms: int) -> tuple[str, ...]:
    query = catalog.topic_names_query(since_ms=since_ms, until_ms=until_ms)
    return tuple(str(name) for (name,) in store().rows(query))


def further_names(window: Window) -> FurtherNames:
    """Topics, products and countries to choose from."""
    period = _names_period(window, step_ms=_LONG_NAMES_STEP_MS)
    return _rolled_names(*period)[1] if rollups_ready() else _further_names(*period)


@shared_answer(ttl=LONG_NAMES_TTL_S, max_entries=50)
def _further_names(since_ms: int, until_ms: int) -> FurtherNames:
    query = catalog.further_names_query(since_ms=since_ms, until_ms=until_ms)
    return catalog.read_further_names(store().rows(query), _topic_names(since_ms, until_ms))


@shared_answer(ttl=FRESH_TTL_S, max_entries=1)
def extent() -> Extent:
    """How much the table holds, and the times that it covers."""
    return catalog.read_extent(store().rows(catalog.extent_query()))


def newest_scored_at(now: datetime) -> datetime | None:
    """When the newest mention of the last day was scored; None if there is none."""
    minute_ms = milliseconds(now) // 60_000 * 60_000
    # A whole day need not be read where the last hour has mentions.
    return _newest_scored_at(minute_ms - _HOUR_MS, minute_ms + _DAY_MS) or _newest_scored_at(
        minute_ms - _DAY_MS, minute_ms + _DAY_MS
    )


@shared_answer(ttl=FRESH_TTL_S, max_entries=5)
def _newest_scored_at(since_ms: int, until_ms: int) -> datetime | None:
    query = catalog.freshness_query(since_ms=since_ms, until_ms=until_ms)
    return catalog.read_freshness(store().rows(query))


def numbers(scope: Scope, window: Window) -> Overview:
    """All numbers of the scope in the window and the period before."""
    notice_promotion()
    return _numbers(scope, window)


@shared_answer(ttl=ANSWER_TTL_S, max_entries=200)
def _numbers(scope: Scope, window: Window) -> Overview:
    query = overview.overview_query(
        scope,
        window,
        several_versions=several_versions(window),
        use_rollups=rollups_ready(),
    )
    return overview.read_overview(store().rows(query), window)


@shared_answer(ttl=ANSWER_TTL_S, max_entries=200)
def feed_posts(feed: FeedFilter, scope: Scope, window: Window, page: Page) -> list[FeedPost]:
    """A page of the feed, newest first."""
    several = several_versions(window)
    since_ms, until_ms = milliseconds(window.since), milliseconds(window.until)
    if page.older_than:
        until_ms = min(until_ms, page.older_than.posted_at_ms + 1)
    if page.down_to:
        since_ms = max(since_ms, page.down_to.posted_at_ms)
    periods = posts.periods_to_try(feed, since_ms=since_ms, until_ms=until_ms)
    tried = periods[-1:] if page.down_to else periods
    return _first_posts(feed, scope, page, tried, several=several)


def posts_csv(feed: FeedFilter, scope: Scope, window: Window) -> bytes:
    """The newest posts of the feed as a table for spreadsheets, with their whole text."""
    page = Page(limit=MAX_ROWS, text_characters=CELL_CHARACTERS)
    since_ms, until_ms = milliseconds(window.since), milliseconds(window.until)
    periods = posts.periods_to_try(feed, since_ms=since_ms, until_ms=until_ms)
    return to_csv(_first_posts(feed, scope, page, periods, several=several_versions(window)))


def _first_posts(
    feed: FeedFilter,
    scope: Scope,
    page: Page,
    periods: Sequence[tuple[int, int]],
    *,
    several: bool,
) -> list[FeedPost]:
    """A page of posts of the first of these periods that fills it, else of the last."""

    def read(since_ms: int, until_ms: int) -> list[FeedPost]:
        query = posts.posts_query(
            feed, scope, page, since_ms=since_ms, until_ms=until_ms, several_versions=several
        )
        return posts.read_posts(store().rows(query))

    return first_filled(periods, read, lambda found: len(found) >= page.limit)


def first_filled(
    periods: Sequence[tuple[int, int]],
    read: Callable[[int, int], Found],
    is_enough: Callable[[Found], bool],
) -> Found:
    """What was read of the first of these growing periods that has enough, else of the last."""
    *shorter, whole = periods
    for period in shorter:
        found = read(*period)
        if is_enough(found):
            return found
    return read(*whole)


def _names_period(window: Window, *, step_ms: int = _NAMES_STEP_MS) -> tuple[int, int]:
    until_ms = -(-milliseconds(window.until) // step_ms) * step_ms
    since_ms = min(milliseconds(window.before), until_ms - _NAMES_REACH_MS)
    return since_ms // step_ms * step_ms, until_ms


@shared_answer(ttl=FRESH_TTL_S, max_entries=1)
def rollups_ready() -> bool:
    """Whether the rollups may be asked; not where they are not there yet."""
    try:
        return rollups.read_ready(store().rows(rollups.ready_query()))
    except TableMissingError:
        return False


def notice_promotion() -> None:
    """Forget all answers once another model version is active: they were of the one before."""
    active, known = _active_version(), _known_version()
    if known and known[0] != active:
        st.cache_data.clear()
    known[:] = [active]


@st.cache_resource(show_spinner=False)
def _known_version() -> list[str]:
    """The version that was active when somebody last looked; one list for all viewers."""
    return []


@shared_answer(ttl=ACTIVE_TTL_S, max_entries=1)
def _active_version() -> str:
    try:
        return promotions.read_active(store().rows(promotions.active_query()))
    except TableMissingError:
        return ""


@shared_answer(ttl=FRESH_TTL_S, max_entries=50)
def version_changes(since_ms: int, until_ms: int) -> list[VersionChange]:
    """When another model version became the one that people see, in a period."""
    try:
        query = promotions.changes_query(since_ms=since_ms, until_ms=until_ms)
        return promotions.read_changes(store().rows(query))
    except TableMissingError:
        return []


def several_versions(window: Window) -> bool:
    """Whether more than one model version scored mentions of that time."""
    return several_versions_between(*_names_period(window))


def several_versions_between(since_ms: int, until_ms: int) -> bool:
    """The same of a period."""
    return _versions(since_ms, until_ms) > 1


@shared_answer(ttl=NAMES_TTL_S, max_entries=50)
def _versions(since_ms: int, until_ms: int) -> int:
    ask = catalog.rolled_versions_query if rollups_ready() else catalog.versions_query
    return len(store().rows(ask(since_ms=since_ms, until_ms=until_ms)))


def forget() -> None:
    """Read again at once: the viewer has just changed something."""
    _numbers.clear()
    feed_posts.clear()
