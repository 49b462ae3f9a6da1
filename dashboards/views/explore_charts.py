"""The charts of the page Explore: a click on a bar makes it a filter."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboards import charts, formats, group_charts, view_state
from dashboards.charts import Chart
from dashboards.explore_wording import EXPLORE_WORDS as WORDS
from dashboards.exploring import narrowed
from dashboards.filters import Pick
from dashboards.narrowing import MAY_LACK, named, token
from dashboards.queries.breakdown import Breakdown
from dashboards.queries.overview import Bucket
from dashboards.views import told_chart
from dashboards.views.breakdown import card_title, is_live, named_pick, notes_shown, time_pick
from dashboards.views.note import note
from dashboards.wording import WORDS as PAGE_WORDS

Reader = Callable[[str, dict[str, Any]], Pick | None]


def draw_time(buckets: Sequence[Bucket]) -> None:
    """Mentions over time."""
    with st.container(border=True, key="card-time"):
        card_title(PAGE_WORDS.over_time, WORDS.over_time_help)
        _draw(charts.over_time(buckets, live=is_live(), notes=notes_shown()), "time", time_pick)


def draw_facets(found: Breakdown, facets: Sequence[str], *, mentions: int) -> None:
    """What the mentions are made of, two charts a row.

    facets: some of breakdown.FACETS. mentions: how many there are.
    """
    words = {
        "brand": (WORDS.brands, PAGE_WORDS.share_of_voice_help),
        "topic": (WORDS.topics, PAGE_WORDS.topics_help),
        "lang": (PAGE_WORDS.langs, PAGE_WORDS.languages_help),
        "country": (WORDS.countries, WORDS.countries_help + WORDS.click),
        "source": (PAGE_WORDS.sources, PAGE_WORDS.sources_help),
        "product": (WORDS.products, WORDS.products_help + WORDS.click),
        "rating": (WORDS.ratings, WORDS.ratings_help + WORDS.click),
        "emotion": (WORDS.emotions, WORDS.emotions_help + WORDS.click),
        "author": (WORDS.authors, WORDS.authors_chart_help + WORDS.click),
    }
    for first in range(0, len(facets), 2):
        pair = facets[first : first + 2]
        for column, facet in zip(st.columns(len(pair)), pair, strict=True):
            title, help_text = words[facet]
            with column.container(border=True, key=f"card-{facet}s", height="stretch"):
                card_title(title, help_text)
                if any(group.name for group in found.facets[facet]):
                    _draw(_facet_chart(found, facet, title, mentions), facet, _name_pick)
                else:
                    note(WORDS.none_given)


def _facet_chart(found: Breakdown, facet: str, title: str, mentions: int) -> Chart:
    groups, others = found.facets[facet], found.others[facet]
    if facet == "topic":
        return group_charts.by_topic(groups, others=others)
    label = _LABELS.get(facet, str)
    if facet in MAY_LACK:
        groups = tuple(replace(group, name=token(group.name)) for group in groups)
        return group_charts.by_group(
            groups, title=title, label=lambda name: label(named(name)), others=others
        )
    return group_charts.by_group(
        groups,
        title=title,
        label=label,
        others=others,
        # A mention may show several emotions, or none.
        whole=mentions if facet == "emotion" else 0,
    )


def _name_pick(dimension: str, point: dict[str, Any]) -> Pick | None:
    pick = named_pick(dimension, point)
    return replace(pick, value=named(pick.value)) if pick and dimension in MAY_LACK else pick


def _emotion_name(name: str) -> str:
    return WORDS.emotion_names.get(name, name)


_LABELS: Final[dict[str, Callable[[str], str]]] = {
    "lang": formats.language_name,
    "country": formats.country_name,
    "emotion": _emotion_name,
}


def _draw(chart: Chart, dimension: str, read: Reader) -> None:
    told_chart.draw(chart, f"explore-{dimension}", on_pick=partial(_picked, dimension, read))


def _picked(dimension: str, read: Reader, point: dict[str, Any] | None) -> None:
    pick = read(dimension, point) if point is not None else None
    if pick is None:
        return
    # What was picked is a filter then, and no longer a mark.
    told_chart.forget_picks()
    view_state.go(narrowed(view_state.view(), pick))
    st.rerun()
