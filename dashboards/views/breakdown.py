"""The charts; what is picked in one of them is what the feed shows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboards import charts, formats, group_charts, shared, shared_keepsakes, view_state
from dashboards.charts import Chart
from dashboards.expected_charts import ordinary_and_not
from dashboards.feed import one_line
from dashboards.filters import Pick
from dashboards.queries.overview import Overview
from dashboards.queries.promotions import VersionChange
from dashboards.time_range import milliseconds
from dashboards.views import told_chart
from dashboards.views.ordinary import read_ordinary, tell_ordinary
from dashboards.wording import WORDS
from schemas.errors import StoreError

_MAX_NOTE_CHARACTERS: Final = 120


def draw_time_charts(numbers: Overview) -> None:
    """Mentions with what is ordinary, and net sentiment, over time."""
    period = (numbers.buckets[0].start_ms, numbers.buckets[-1].end_ms)
    changes = _changes_shown(*period)
    ordinary = read_ordinary()
    with st.container(border=True, key="card-time"):
        card_title(WORDS.over_time, WORDS.over_time_help)
        overlay = ordinary_and_not(
            ordinary.expected, ordinary.incidents, changes, zone=view_state.zone()
        )
        chart = charts.over_time(
            numbers.buckets, live=is_live(), notes=notes_shown(), overlay=overlay
        )
        _draw(chart, "time", time_pick)
        tell_ordinary(ordinary)
        card_title(WORDS.net_over_time, WORDS.net_over_time_help)
        _draw(charts.net_over_time(numbers.buckets, changes), "net", None)


def draw_group_charts(numbers: Overview) -> None:
    """Share of voice, topics, languages and sources."""
    left, right = st.columns(2)
    with left.container(border=True, key="card-brands", height="stretch"):
        card_title(WORDS.share_of_voice, WORDS.share_of_voice_help)
        _draw(
            group_charts.by_group(numbers.brands, title=WORDS.share_of_voice), "brand", named_pick
        )
    with right.container(border=True, key="card-topics", height="stretch"):
        card_title(WORDS.topics, WORDS.topics_help)
        if any(group.now.total for group in numbers.topics):
            _draw(group_charts.by_topic(numbers.topics), "topic", named_pick)
        else:
            st.caption(WORDS.no_topics)
    left, right = st.columns(2)
    with left.container(border=True, key="card-langs", height="stretch"):
        card_title(WORDS.langs, WORDS.languages_help)
        chart = group_charts.by_group(numbers.langs, title=WORDS.langs, label=formats.language_name)
        _draw(chart, "lang", named_pick)
    with right.container(border=True, key="card-sources", height="stretch"):
        card_title(WORDS.sources, WORDS.sources_help)
        _draw(group_charts.by_group(numbers.sources, title=WORDS.sources), "source", named_pick)


def clear_pick() -> None:
    """Show all posts again: the charts are drawn anew with nothing picked."""
    view_state.change_feed(replace(view_state.view().feed, pick=None))
    told_chart.forget_picks()
    st.rerun([view_state.NUMBERS_PART, view_state.FEED_PART])


def _changes_shown(since_ms: int, until_ms: int) -> list[VersionChange]:
    """Changes of the model version; none while ClickHouse is away."""
    try:
        return shared.version_changes(since_ms, until_ms)
    except StoreError:
        return []


def notes_shown() -> list[tuple[int, str]]:
    """Notes of the period, for the chart over time: moments in milliseconds, and words.

    None while ClickHouse is away: numbers that were read before are shown all the same.
    """
    try:
        found = shared_keepsakes.notes(view_state.window(), view_state.view().scope.brands)
    except StoreError:
        return []
    return [
        (milliseconds(note.moment), one_line(note.text, characters=_MAX_NOTE_CHARACTERS))
        for note in found
    ]


def is_live() -> bool:
    """Whether the period ends now, so that its last bucket is still filling."""
    return view_state.window().until >= view_state.now() - timedelta(minutes=1)


def card_title(text: str, help_text: str) -> None:
    """The title of a card, with its definition on hover."""
    st.markdown(f"###### {text}", help=help_text)


def _draw(
    chart: Chart, dimension: str, read: Callable[[str, dict[str, Any]], Pick | None] | None
) -> None:
    on_pick = partial(_picked, dimension, read) if read else None
    told_chart.draw(chart, f"chart-{dimension}", on_pick=on_pick)


def _picked(
    dimension: str,
    read: Callable[[str, dict[str, Any]], Pick | None],
    point: dict[str, Any] | None,
) -> None:
    pick = read(dimension, point) if point is not None else None
    view_state.change_feed(replace(view_state.view().feed, pick=pick))
    st.rerun(view_state.FEED_PART)


def named_pick(dimension: str, point: dict[str, Any]) -> Pick | None:
    """What a click on a bar with a name picked; None for bars that stand for several."""
    name = str(point.get("name") or "")
    return Pick(dimension, name, str(point.get("sentiment") or "")) if name else None


def time_pick(dimension: str, point: dict[str, Any]) -> Pick | None:
    """What a click on a bar over time picked."""
    period = f"{int(point['start'])}-{int(point['end'])}"
    return Pick(dimension, period, str(point.get("sentiment") or ""))
