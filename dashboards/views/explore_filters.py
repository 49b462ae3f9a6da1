"""The filters that the pages Explore and Compare have beside those of the bar."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from dashboards import formats, shared, view_state
from dashboards.explore_wording import EXPLORE_WORDS as WORDS
from dashboards.feed import one_line
from dashboards.filters import MAX_CHOICES, MAX_VALUE_CHARACTERS, FeedFilter, Scope, View
from dashboards.narrowing import (
    EMOTIONS_SHOWN,
    MAX_LENGTH,
    MAX_RATING,
    MAX_REACH,
    Narrowing,
)
from dashboards.queries.catalog import FurtherNames
from dashboards.views.menu import opened
from dashboards.views.search_box import search_box, search_is_clear
from dashboards.wording import WORDS as PAGE_WORDS
from schemas.errors import StoreError
from schemas.scores import SENTIMENTS


def explore_filters() -> bool:
    """Draw them and look at what was chosen; False if the search cannot be understood."""
    view = view_state.view()
    known = _known()
    with st.container(horizontal=True, vertical_alignment="bottom", key="search-row"):
        text = search_box(view.feed.text)
        sentiments = _sentiments(view.feed)
        more = _more(view)
        st.button(
            WORDS.clear, on_click=_clear, help=WORDS.clear_help, icon=":material/filter_alt_off:"
        )
    with st.container(horizontal=True, vertical_alignment="bottom", key="facets"):
        topics = _names("topics", view.feed.topics, known.topics)
        products = _names("products", view.narrowing.products, known.products)
        countries = _names(
            "countries", view.narrowing.countries, known.countries, label=formats.country_name
        )
    clear = search_is_clear(text)
    view_state.change(
        replace(
            view_state.view(),
            feed=FeedFilter(sentiments=sentiments, topics=topics, text=text),
            narrowing=replace(more, products=products, countries=countries),
        )
    )
    return clear


def _sentiments(feed: FeedFilter) -> tuple[str, ...]:
    chosen = st.pills(
        PAGE_WORDS.sentiment_filter,
        SENTIMENTS,
        selection_mode="multi",
        format_func=PAGE_WORDS.sentiments.__getitem__,
        key=view_state.widget("sentiments", list(feed.sentiments)),
        label_visibility="collapsed",
        width="content",
    )
    return tuple(name for name in SENTIMENTS if name in chosen)


def _names(
    name: str,
    chosen: Sequence[str],
    known: Sequence[str],
    *,
    label: Callable[[str], str] = str,
) -> tuple[str, ...]:
    title, everything = {
        "topics": (WORDS.topics, WORDS.all_topics),
        "products": (WORDS.products, WORDS.all_products),
        "countries": (WORDS.countries, WORDS.all_countries),
    }[name]
    # What some posts come without can be asked for, too.
    lacking = [""] if known and name != "topics" else []
    picked = st.multiselect(
        title,
        list(dict.fromkeys([*known, *lacking, *chosen])),
        format_func=lambda value: one_line(label(value), characters=60) or PAGE_WORDS.no_name,
        key=view_state.widget(name, list(chosen)),
        placeholder=everything,
        max_selections=MAX_CHOICES,
    )
    return tuple(picked)


def _more(view: View) -> Narrowing:
    label = WORDS.more if not _more_set(view) else _more_label(view)
    menu = opened(label, key="more-filters")
    if menu is None:
        return view.narrowing
    with menu:
        return _further(view.narrowing)


def _further(narrowing: Narrowing) -> Narrowing:
    authors = st.multiselect(
        WORDS.authors,
        list(narrowing.authors),
        format_func=lambda value: one_line(value, characters=60) or PAGE_WORDS.no_name,
        key=view_state.widget("authors", list(narrowing.authors)),
        placeholder=WORDS.all_authors,
        help=WORDS.authors_help,
        accept_new_options=True,
        max_selections=MAX_CHOICES,
    )
    emotions = st.multiselect(
        WORDS.emotions,
        EMOTIONS_SHOWN,
        format_func=WORDS.emotion_names.__getitem__,
        key=view_state.widget("emotions", list(narrowing.emotions)),
        placeholder=WORDS.all_emotions,
    )
    low, high = st.columns(2)
    with low:
        least = _rating(WORDS.least_rating, "least_rating", narrowing.least_rating)
    with high:
        most = _rating(WORDS.most_rating, "most_rating", narrowing.most_rating)
    if least is not None and most is not None and least > most:
        st.warning(WORDS.wrong_ratings)
        least = most = None
    reach = st.number_input(
        WORDS.least_reach,
        key=view_state.widget("least_reach", narrowing.least_reach or None),
        min_value=0,
        max_value=MAX_REACH,
        value=None,
        step=100,
        help=WORDS.least_reach_help,
    )
    least_length, most_length = _range(
        (WORDS.least_length, WORDS.most_length), "length", narrowing, most=MAX_LENGTH
    )
    least_sure, most_sure = _range(
        (WORDS.least_sure, WORDS.most_sure), "sure", narrowing, most=100, told=WORDS.sure_help
    )
    named = (name[:MAX_VALUE_CHARACTERS] for name in authors if name.strip() or not name)
    return Narrowing(
        authors=tuple(named),
        emotions=tuple(name for name in EMOTIONS_SHOWN if name in emotions),
        least_rating=least,
        most_rating=most,
        least_reach=int(reach or 0),
        least_length=least_length,
        most_length=most_length,
        least_sure=least_sure,
        most_sure=most_sure,
    )


def _range(
    labels: tuple[str, str], name: str, narrowing: Narrowing, *, most: int, told: str | None = None
) -> tuple[int | None, int | None]:
    """Two whole numbers side by side; neither counts where the first is above the other."""
    ends: list[int | None] = []
    columns = st.columns(2)
    for column, label, end in zip(columns, labels, ("least", "most"), strict=True):
        start: int | None = getattr(narrowing, f"{end}_{name}")
        with column:
            found = st.number_input(
                label,
                key=view_state.widget(f"{end}_{name}", start),
                min_value=0,
                max_value=most,
                value=None,
                step=10,
                help=told,
            )
        ends.append(None if found is None else int(found))
    least, highest = ends
    if least is not None and highest is not None and least > highest:
        st.warning(WORDS.wrong_range)
        return None, None
    return least, highest


def _rating(label: str, name: str, start: float | None) -> float | None:
    key = view_state.widget(name, start)
    return st.number_input(
        label, key=key, min_value=0.0, max_value=MAX_RATING, value=None, step=0.5
    )


def _more_set(view: View) -> int:
    found = view.narrowing
    rated = found.least_rating is not None or found.most_rating is not None
    ranges = (
        (found.least_length, found.most_length),
        (found.least_sure, found.most_sure),
    )
    return (
        len(found.authors)
        + len(found.emotions)
        + rated
        + bool(found.least_reach)
        + sum(ends != (None, None) for ends in ranges)
    )


def _more_label(view: View) -> str:
    return WORDS.more_set.format(count=_more_set(view))


def _clear() -> None:
    view = view_state.view()
    scope = view.scope
    view_state.go(
        replace(
            view,
            scope=Scope(range_name=scope.range_name, since=scope.since, until=scope.until),
            feed=FeedFilter(),
            narrowing=Narrowing(),
        )
    )


def _known() -> FurtherNames:
    """What there is to choose from; nothing while ClickHouse is away, which other parts say."""
    try:
        return shared.further_names(view_state.window())
    except StoreError:
        return FurtherNames((), (), ())
