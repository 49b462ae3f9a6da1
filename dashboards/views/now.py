"""The page "Now": what is being said, in which mood, and the posts that say it."""

from dataclasses import dataclass
from typing import Final, cast

import streamlit as st

from dashboards import formats, shared, view_state
from dashboards.filters import Scope
from dashboards.queries.overview import Overview
from dashboards.store import StoreAwayError
from dashboards.time_range import Window
from dashboards.views import states
from dashboards.views.brand_cards import brand_cards
from dashboards.views.breakdown import draw_group_charts, draw_time_charts, is_live
from dashboards.views.filter_bar import filter_bar
from dashboards.views.freshness import REFRESH_S, freshness
from dashboards.views.headline import headline
from dashboards.views.open_incidents import open_incidents
from dashboards.views.page_top import page_top
from dashboards.views.post_downloads import feed_download
from dashboards.views.posts import posts, posts_can_be_taken
from dashboards.views.report_button import report_button
from dashboards.views.rising import draw_rising
from dashboards.wording import WORDS

_LAST: Final = "numbers_last"


def now_page(*, demo: bool) -> None:
    """Draw the page."""
    with page_top(demo=demo):
        alarm = st.container(width="content")
        place = st.container(width="content")
        live = st.toggle(WORDS.live, key=view_state.widget("live", True), help=WORDS.live_help)
        view_state.pause(paused=not live)
    paper = filter_bar()
    interval = view_state.refresh_s()
    if posts_can_be_taken():
        with paper:
            feed_download()
            report_button()
    with place:
        st.fragment(freshness, run_every=interval and REFRESH_S)()
    with alarm:
        st.fragment(open_incidents, run_every=interval and REFRESH_S)()
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        st.fragment(_numbers, run_every=interval, key=view_state.NUMBERS_PART, parallel=True)()
    with right, st.container(border=True, key="feed"):
        st.fragment(_posts, run_every=interval, key=view_state.FEED_PART, parallel=True)()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read of ClickHouse last, to be shown while it is away."""

    scope: Scope
    window: Window
    numbers: Overview


def _numbers() -> None:
    with states.faults_shown():
        reading = _read()
        if not reading.numbers.now.total:
            states.nothing_here(reading.scope)
            return
        st.html(f'<p class="gs-period">{_period(reading.window)}</p>')
        headline(reading.numbers)
        brand_cards(reading.numbers.brands, reading.window, live=is_live())
        draw_time_charts(reading.numbers)
        draw_rising(reading.numbers)
        draw_group_charts(reading.numbers)


def _read() -> _Reading:
    """Read the numbers; those read before, and a word about it, while ClickHouse is away."""
    scope, window = view_state.view().scope, view_state.window()
    # The word has a place of its own, so that the charts below keep theirs when it comes and goes.
    place = st.container()
    try:
        reading = _Reading(scope, window, shared.numbers(scope, window))
    except StoreAwayError:
        last = cast("_Reading | None", st.session_state.get(_LAST))
        if last is None or last.scope != scope:
            raise
        at = formats.clock(last.window.until, view_state.zone())
        place.warning(WORDS.away_old.format(time=at), icon=":material/cloud_off:")
        return last
    st.session_state[_LAST] = reading
    return reading


def _posts() -> None:
    with states.faults_shown():
        posts()


def _period(window: Window) -> str:
    zone, today = view_state.zone(), view_state.now()
    since, until, before = formats.moment_labels(
        [window.since, window.until, window.before], zone, today=today
    )
    return WORDS.compared.format(since=since, until=until, before=before)
