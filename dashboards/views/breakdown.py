"""The charts; what is picked in one of them is what the feed shows."""

import html
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final, cast

import streamlit as st

from dashboards import charts, group_charts, view_state
from dashboards.charts import Chart
from dashboards.filters import Pick
from dashboards.queries.overview import Overview
from dashboards.wording import WORDS
from schemas.language_names import language_name

_GENERATION: Final = "chart_generation"


def draw_time_charts(numbers: Overview) -> None:
    """Mentions and net sentiment over time."""
    with st.container(border=True, key="card-time"):
        card_title(WORDS.over_time, WORDS.over_time_help)
        _draw(charts.over_time(numbers.buckets, live=_is_live()), "time", _time_pick)
        card_title(WORDS.net_over_time, WORDS.net_over_time_help)
        _draw(charts.net_over_time(numbers.buckets), "net", None)


def draw_group_charts(numbers: Overview) -> None:
    """Share of voice, topics, languages and sources."""
    left, right = st.columns(2)
    with left.container(border=True, key="card-brands", height="stretch"):
        card_title(WORDS.share_of_voice, WORDS.share_of_voice_help)
        _draw(
            group_charts.by_group(numbers.brands, title=WORDS.share_of_voice), "brand", _named_pick
        )
    with right.container(border=True, key="card-topics", height="stretch"):
        card_title(WORDS.topics, WORDS.topics_help)
        if any(group.now.total for group in numbers.topics):
            _draw(group_charts.by_topic(numbers.topics), "topic", _named_pick)
        else:
            st.caption(WORDS.no_topics)
    left, right = st.columns(2)
    with left.container(border=True, key="card-langs", height="stretch"):
        card_title(WORDS.langs, WORDS.languages_help)
        chart = group_charts.by_group(numbers.langs, title=WORDS.langs, label=language_name)
        _draw(chart, "lang", _named_pick)
    with right.container(border=True, key="card-sources", height="stretch"):
        card_title(WORDS.sources, WORDS.sources_help)
        _draw(group_charts.by_group(numbers.sources, title=WORDS.sources), "source", _named_pick)


def clear_pick() -> None:
    """Show all posts again: the charts are drawn anew with nothing picked."""
    view_state.change_feed(replace(view_state.view().feed, pick=None))
    st.session_state[_GENERATION] = _generation() + 1
    st.rerun([view_state.NUMBERS_PART, view_state.FEED_PART])


def _generation() -> int:
    """Changes whenever all charts are to forget what was picked in them."""
    return cast(int, st.session_state.get(_GENERATION, 0))


def _is_live() -> bool:
    return view_state.window().until >= view_state.now() - timedelta(minutes=1)


def card_title(text: str, help_text: str) -> None:
    """The title of a card, with its definition on hover."""
    st.markdown(f"###### {text}", help=help_text)


def _draw(
    chart: Chart, dimension: str, read: Callable[[str, dict[str, Any]], Pick | None] | None
) -> None:
    key = f"chart-{dimension}-{_generation()}"
    if read is None:
        st.vega_lite_chart(chart.rows, chart.spec, key=key, alt=chart.title)
    else:
        st.vega_lite_chart(
            chart.rows,
            chart.spec,
            key=key,
            alt=chart.title,
            on_select=partial(_picked, _generation(), dimension, read),
            selection_mode=[charts.PICKED],
        )
    st.html(f'<p class="gs-told">{html.escape(f"{chart.title}: {chart.told}")}</p>')


def _picked(
    generation: int, dimension: str, read: Callable[[str, dict[str, Any]], Pick | None]
) -> None:
    if generation != _generation():
        return  # The browser tells once more what was picked in a chart that is no longer there.
    event = cast("Any", st.session_state[f"chart-{dimension}-{generation}"])
    points = event.selection.get(charts.PICKED) or []
    pick = read(dimension, points[0]) if points else None
    view_state.change_feed(replace(view_state.view().feed, pick=pick))
    st.rerun(view_state.FEED_PART)


def _named_pick(dimension: str, point: dict[str, Any]) -> Pick | None:
    name = str(point.get("name") or "")
    return Pick(dimension, name, str(point.get("sentiment") or "")) if name else None


def _time_pick(dimension: str, point: dict[str, Any]) -> Pick | None:
    period = f"{int(point['start'])}-{int(point['end'])}"
    return Pick(dimension, period, str(point.get("sentiment") or ""))
