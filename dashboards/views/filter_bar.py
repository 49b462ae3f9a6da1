"""The bar that says what the page is about, and what was kept of it: views and notes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import formats, shared, view_state
from dashboards.feed import one_line
from dashboards.filters import LATEST, MAX_CHOICES, Scope
from dashboards.queries.catalog import Names
from dashboards.time_range import CUSTOM, RANGE_NAMES
from dashboards.views.keepsakes import keepsakes
from dashboards.wording import WORDS
from schemas.errors import StoreError
from schemas.post import EARLIEST

# On any viewer's clock.
_BOUNDS: Final = (
    (EARLIEST - timedelta(days=1)).replace(tzinfo=None),
    (LATEST + timedelta(days=1)).replace(tzinfo=None),
)


def filter_bar() -> DeltaGenerator:
    """Draw the bar and look at what the viewer chose in it.

    Returns it, for what the page can add to its end only once all filters are known.
    """
    scope = view_state.view().scope
    known = _names()
    bar = st.container(horizontal=True, vertical_alignment="bottom", key="filters")
    with bar:
        chosen = replace(
            scope,
            range_name=_range_name(scope),
            brands=_choice("brands", scope.brands, known.brands),
            langs=_choice("langs", scope.langs, known.langs, label=formats.language_name),
            sources=_choice("sources", scope.sources, known.sources),
        )
        keepsakes()
    if chosen.range_name == CUSTOM:
        chosen = _custom_period(chosen)
    view_state.change_scope(chosen)
    return bar


def _range_name(scope: Scope) -> str:
    name = st.segmented_control(
        WORDS.range,
        RANGE_NAMES,
        format_func=WORDS.ranges.__getitem__,
        key=view_state.widget("range", scope.range_name),
        required=True,
    )
    return name or scope.range_name


def _custom_period(scope: Scope) -> Scope:
    zone = view_state.zone()
    until = scope.until or view_state.now().replace(second=0, microsecond=0)
    since = scope.since or until - timedelta(days=1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start, end = (
            st.datetime_input(
                label,
                key=view_state.widget(name, moment.astimezone(zone).replace(tzinfo=None)),
                min_value=_BOUNDS[0],
                max_value=_BOUNDS[1],
                width=230,
            )
            for label, name, moment in (
                (WORDS.from_time, "since", since),
                (WORDS.to_time, "until", until),
            )
        )
    if start is None or end is None or start >= end:
        st.warning(WORDS.wrong_period)
        return replace(scope, since=since, until=until)
    return replace(
        scope,
        since=start.replace(tzinfo=zone).astimezone(UTC),
        until=end.replace(tzinfo=zone).astimezone(UTC),
    )


def _choice(
    name: str,
    chosen: Sequence[str],
    known: Sequence[str],
    *,
    label: Callable[[str], str] = lambda value: value,
) -> tuple[str, ...]:
    title, everything = {
        "brands": (WORDS.brands, WORDS.all_brands),
        "langs": (WORDS.langs, WORDS.all_langs),
        "sources": (WORDS.sources, WORDS.all_sources),
    }[name]
    picked = st.multiselect(
        title,
        list(dict.fromkeys([*known, *chosen])),
        format_func=lambda value: one_line(label(value), characters=60),
        key=view_state.widget(name, list(chosen)),
        placeholder=everything,
        max_selections=MAX_CHOICES,
    )
    return tuple(picked)


def _names() -> Names:
    """What there is to choose from; nothing while ClickHouse is away, which other parts say."""
    try:
        return shared.names(view_state.window())
    except StoreError:
        return Names((), (), ())
