"""The page "Compare": brands side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboards import compare_charts, formats, shared_compare, view_state
from dashboards.charts import Chart
from dashboards.compare_charts import Cell, names_of
from dashboards.compare_wording import COMPARE_WORDS as WORDS
from dashboards.comparison import LEAST_IN_LANGUAGE, SameMix, drive, same_mix
from dashboards.explore_wording import EXPLORE_WORDS
from dashboards.exploring import narrowed
from dashboards.filters import EXPLORE, Pick
from dashboards.measures import Counts, Estimate, net_sentiment
from dashboards.narrowing import MAY_LACK
from dashboards.queries.choice import choice_of
from dashboards.queries.comparison import Standing
from dashboards.views import states, told_chart
from dashboards.views.breakdown import card_title
from dashboards.views.compare_table import compare_table
from dashboards.views.explore_filters import explore_filters
from dashboards.views.filter_bar import filter_bar
from dashboards.views.freshness import REFRESH_S, freshness
from dashboards.views.note import note
from dashboards.views.page_top import page_top
from dashboards.views.report_button import report_button
from dashboards.wording import WORDS as PAGE_WORDS

# Without a choice so many are compared; with one, so many at most.
USUAL_BRANDS: Final = 5
MAX_BRANDS: Final = 10
MAX_NAMES: Final = 10
_MAX_RATINGS: Final = 20


def compare_page(*, demo: bool) -> None:
    """Draw the page."""
    view_state.pause(paused=False)
    with page_top(demo=demo), st.container(width="content"):
        st.fragment(freshness, run_every=REFRESH_S)()
    paper = filter_bar()
    if not explore_filters():
        return
    with paper:
        report_button()
    interval = view_state.SETTLED_REFRESH_S
    st.fragment(_comparison, run_every=interval, key="comparison", parallel=True)()


def _comparison() -> None:
    with states.faults_shown():
        view = view_state.view()
        choice = choice_of(view)
        found = shared_compare.standings(choice, view_state.settled_window())
        compared = found[: MAX_BRANDS if view.scope.brands else USUAL_BRANDS]
        if not compared:
            states.nothing_here(view.scope, narrowed=not choice.is_whole_scope)
            return
        if len(compared) < 2:
            st.info(WORDS.only_one if len(view.scope.brands) == 1 else WORDS.one_left)
        if view.scope.brands and len(found) > MAX_BRANDS:
            st.info(WORDS.too_many.format(count=MAX_BRANDS))
        mix = _mix(compared)
        with st.container(border=True, key="card-table"):
            compare_table(compared, mix, view)
        _charts(compared, mix)


def _mix(compared: Sequence[Standing]) -> SameMix | None:
    """The same mix of languages, if the viewer wants it and it is possible."""
    asked = st.toggle(
        WORDS.mixed,
        key=view_state.widget("mix", view_state.view().same_mix),
        help=WORDS.mixed_help.format(least=LEAST_IN_LANGUAGE),
    )
    view_state.change(replace(view_state.view(), same_mix=asked))
    if not asked:
        return None
    mix = same_mix(compared)
    if not mix.nets:
        st.warning(WORDS.no_mix.format(least=LEAST_IN_LANGUAGE))
        return None
    names = formats.listed(map(formats.language_name, mix.langs[:MAX_NAMES]))
    if len(mix.langs) > MAX_NAMES:
        rest = PAGE_WORDS.others.format(count=len(mix.langs) - MAX_NAMES)
        names = formats.listed([names, rest])
    st.text(WORDS.mix_note.format(langs=names, covered=formats.percent(mix.covered)))
    return mix


def _charts(compared: Sequence[Standing], mix: SameMix | None) -> None:
    brands = names_of([one.brand for one in compared])
    left, right = st.columns([0.4, 0.6])
    with left.container(border=True, key="card-nets", height="stretch"):
        card_title(WORDS.mixed if mix else WORDS.net, WORDS.net_help_chart)
        _draw(compare_charts.net_by_brand(_nets(compared, mix), label=brands.__getitem__), "net")
    with right.container(border=True, key="card-drivers", height="stretch"):
        card_title(WORDS.drivers, WORDS.drivers_help)
        _drivers(compared, brands)
    left, right = st.columns(2)
    with left.container(border=True, key="card-langs", height="stretch"):
        card_title(PAGE_WORDS.langs, WORDS.langs_help)
        langs = {one.brand: one.langs for one in compared}
        titles = (PAGE_WORDS.langs, WORDS.lang)
        _shares(compared, langs, "lang", titles, brands, label=formats.language_name)
    with right.container(border=True, key="card-countries", height="stretch"):
        card_title(EXPLORE_WORDS.countries, WORDS.countries_help)
        countries = {one.brand: one.countries for one in compared}
        titles = (EXPLORE_WORDS.countries, WORDS.country)
        _shares(compared, countries, "country", titles, brands, label=formats.country_name)
    with st.container(border=True, key="card-ratings"):
        card_title(WORDS.ratings, WORDS.ratings_help)
        _ratings(compared, brands)


def _nets(compared: Sequence[Standing], mix: SameMix | None) -> dict[str, tuple[Counts, Estimate]]:
    nets = {}
    for one in compared:
        net = mix.nets.get(one.brand) if mix else net_sentiment(one.total)
        if net:
            nets[one.brand] = (one.total, net)
    return nets


def _drivers(compared: Sequence[Standing], brands: Mapping[str, str]) -> None:
    topics = names_of(_most({one.brand: one.topics for one in compared}))
    if not topics:
        note(WORDS.no_topics)
        return
    cells = [
        Cell(topic, one.brand, value, formats.signed_points(value), one.topics[topic])
        for one in compared
        for topic in topics
        if topic in one.topics
        for value in [drive(one.topics[topic], one.total)]
    ]
    chart = compare_charts.heat(
        cells,
        title=WORDS.drivers,
        rows=topics,
        columns=brands,
        titles=(WORDS.topic, WORDS.brand),
        signed=True,
        value_title=WORDS.driver,
    )
    _draw(chart, "topic")


def _shares(  # noqa: PLR0913 - what is drawn, of what, under which names
    compared: Sequence[Standing],
    parts: Mapping[str, Mapping[str, Counts]],
    dimension: str,
    titles: tuple[str, str],
    brands: Mapping[str, str],
    *,
    label: Callable[[str], str],
) -> None:
    title, row_title = titles
    names = names_of(_most(parts), label)
    cells = [
        Cell(name, one.brand, value, formats.percent(value), counts)
        for one in compared
        for name in names
        if (counts := parts[one.brand].get(name))
        for value in [counts.total / one.total.total]
    ]
    if not any(cell.row for cell in cells):
        note(PAGE_WORDS.no_name)
        return
    chart = compare_charts.heat(
        cells,
        title=title,
        rows=names,
        columns=brands,
        titles=(row_title, WORDS.brand),
        signed=False,
        value_title=WORDS.share_of_brand,
    )
    _draw(chart, dimension)


def _ratings(compared: Sequence[Standing], brands: Mapping[str, str]) -> None:
    values = sorted({value for one in compared for value in one.ratings})[:_MAX_RATINGS]
    if not values:
        note(WORDS.no_ratings)
        return
    cells = [
        Cell(one.brand, f"{value:g}", net.value, formats.signed_percent(net.value), counts)
        for one in compared
        for value, counts in one.ratings.items()
        if value in values and (net := net_sentiment(counts))
    ]
    chart = compare_charts.heat(
        cells,
        title=WORDS.ratings,
        rows=brands,
        columns={f"{value:g}": f"{value:g}" for value in values},
        titles=(WORDS.brand, WORDS.rated),
        signed=True,
    )
    _draw(chart, "rating")


def _most(parts: Mapping[str, Mapping[str, Counts]]) -> list[str]:
    """The names with most mentions of all brands together."""
    sizes: dict[str, int] = {}
    for counted in parts.values():
        for name, counts in counted.items():
            sizes[name] = sizes.get(name, 0) + counts.total
    return sorted(sizes, key=lambda name: (-sizes[name], name))[:MAX_NAMES]


def _draw(chart: Chart, dimension: str) -> None:
    told_chart.draw(chart, f"compare-{dimension}", on_pick=partial(_picked, dimension))


def _picked(dimension: str, point: dict[str, Any] | None) -> None:
    """Show the posts of the field that was clicked, on the page Explore."""
    picks = picks_of(dimension, point) if point is not None else ()
    if not picks:
        return
    told_chart.forget_picks()
    target = replace(view_state.view(), page=EXPLORE)
    for pick in picks:
        target = narrowed(target, pick)
    view_state.go(target)
    st.rerun()


def picks_of(dimension: str, point: Mapping[str, Any]) -> tuple[Pick, ...]:
    """What a click on a field of that chart picked; none where it stands for no single name."""
    if dimension == "net":
        names = [("brand", point.get("name"))]
    elif dimension == "rating":
        names = [("brand", point.get("row")), (dimension, point.get("column"))]
    else:
        names = [("brand", point.get("column")), (dimension, point.get("row"))]
    if not all(name or (name == "" and kind in MAY_LACK) for kind, name in names):
        return ()
    return tuple(Pick(kind, str(name)) for kind, name in names)
