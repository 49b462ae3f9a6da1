"""The page "Explore": any choice of mentions, what it is made of, and its posts."""

from dataclasses import replace
from typing import Any, Final, cast

import streamlit as st

from dashboards import formats, shared_explore, view_state, visitor
from dashboards.csv_export import MAX_ROWS
from dashboards.explore_wording import EXPLORE_WORDS as WORDS
from dashboards.feed_component import draw_feed
from dashboards.language import language
from dashboards.narrowing import SORTS, Listing
from dashboards.queries.breakdown import FIRST_FACETS, FURTHER_FACETS
from dashboards.queries.choice import Choice, choice_of
from dashboards.queries.listing import MAX_SKETCHED
from dashboards.time_range import Window
from dashboards.views import labelling, states
from dashboards.views.breakdown import card_title
from dashboards.views.drawn_posts import drawn_posts
from dashboards.views.explore_charts import draw_facets, draw_time
from dashboards.views.explore_filters import explore_filters
from dashboards.views.filter_bar import filter_bar
from dashboards.views.freshness import REFRESH_S, freshness
from dashboards.views.headline import mood_tiles
from dashboards.views.page_top import page_top
from dashboards.views.post_downloads import list_downloads
from dashboards.views.report_button import report_button
from dashboards.wording import WORDS as PAGE_WORDS
from schemas.access import Right

STEP_POSTS: Final = 25
MAX_POSTS: Final = 300
_PICTURE_PART: Final = "explore-picture"
_LIST_PART: Final = "explore-list"
_COMPONENT: Final = "explore-cards"
_QUESTION: Final = "explore_question"
_LIMIT: Final = "explore_limit"
# The choice whose mentions were counted last, and how many they are.
_COUNTED: Final = "explore_counted"


def explore_page(*, demo: bool) -> None:
    """Draw the page."""
    view_state.pause(paused=False)
    with page_top(demo=demo), st.container(width="content"):
        st.fragment(freshness, run_every=REFRESH_S)()
    paper = filter_bar()
    if not explore_filters():
        return
    with paper:
        list_downloads()
        report_button()
    interval = view_state.SETTLED_REFRESH_S
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        st.fragment(_picture, run_every=interval, key=_PICTURE_PART, parallel=True)()
    with right, st.container(border=True, key="feed"):
        st.fragment(_list, run_every=interval, key=_LIST_PART, parallel=True)()


def _choice() -> Choice:
    return choice_of(view_state.view())


def _picture() -> None:
    with states.faults_shown():
        window = view_state.settled_window()
        found = shared_explore.broken_down(_choice(), window)
        if not found.total.total:
            states.nothing_here(view_state.view().scope, narrowed=not _choice().is_whole_scope)
            return
        st.html(f'<p class="gs-period">{_period(window)}</p>')
        mood_tiles(found.total)
        draw_time(found.buckets)
        mentions = found.total.total
        st.session_state[_COUNTED] = (_choice(), mentions)
        draw_facets(found, FIRST_FACETS, mentions=mentions)
        # What takes longer comes below what is there by then.
        further = shared_explore.further_facets(_choice(), window)
        draw_facets(further, FURTHER_FACETS, mentions=mentions)


def _list() -> None:
    with states.faults_shown():
        view = view_state.view()
        card_title(PAGE_WORDS.posts, WORDS.posts_help)
        order = _order(view.listing)
        question = (_choice(), order)
        if st.session_state.get(_QUESTION) != question:
            st.session_state[_QUESTION] = question
            st.session_state[_LIMIT] = STEP_POSTS
        limit = cast(int, st.session_state[_LIMIT])
        found, more = shared_explore.listed_posts(
            _choice(), view_state.settled_window(), order, limit=limit
        )
        drawn = drawn_posts(post for post, _ in found)
        data: dict[str, Any] = {
            "cards": [
                {**card, "copies": copies} for card, (_, copies) in zip(drawn, found, strict=True)
            ],
            "words": {
                **PAGE_WORDS.card,
                "more": WORDS.show_more,
                "sentiments": PAGE_WORDS.sentiments,
            },
            "filter": repr(question),
            "reach": str(limit),
            "locale": language(),
            "more": more and limit < MAX_POSTS,
            "end": _end(order, sum(copies for _, copies in found), more=more),
        }
        labelling.offer(post for post, _ in found)
        draw_feed(
            data,
            key=_COMPONENT,
            on_more=_more,
            on_topic=_topic_clicked,
            on_label=lambda: labelling.take(_COMPONENT, [_PICTURE_PART, _LIST_PART]),
        )


def _end(order: Listing, shown: int, *, more: bool) -> str:
    """What is said below the last post.

    shown: posts that the cards stand for. more: whether the list knows of others.
    """
    # Of what comes after those in which copies are looked for, the list knows nothing.
    if not more and not (order.folded and shown >= MAX_SKETCHED):
        return WORDS.no_more
    told = [WORDS.others]
    choice, count = st.session_state.get(_COUNTED, (None, 0))
    # The numbers are drawn beside the list: they may be those of the choice before.
    if choice == _choice():
        numbers = {"shown": formats.count(shown), "count": formats.count(count)}
        told.insert(0, WORDS.shown_of.format(**numbers))
    if visitor.may(Right.EXPORT):
        told.append(WORDS.download_has.format(rows=formats.count(MAX_ROWS)))
    return " ".join(told)


def _order(listing: Listing) -> Listing:
    with st.container(horizontal=True, vertical_alignment="center", key="list-order"):
        sort = st.selectbox(
            WORDS.sort,
            SORTS,
            format_func=WORDS.sorts.__getitem__,
            key=view_state.widget("sort", listing.sort),
            placeholder=WORDS.sort,
            label_visibility="collapsed",
        )
        folded = st.toggle(
            WORDS.fold,
            key=view_state.widget("fold", listing.folded),
            help=WORDS.fold_help.format(posts=formats.count(MAX_SKETCHED)),
        )
    order = Listing(sort, folded)
    view_state.change(replace(view_state.view(), listing=order))
    return order


def _more() -> None:
    st.session_state[_LIMIT] = min(cast(int, st.session_state[_LIMIT]) + STEP_POSTS, MAX_POSTS)


def _topic_clicked() -> None:
    name = st.session_state[_COMPONENT].get("topic")
    view = view_state.view()
    if isinstance(name, str) and name and name not in view.feed.topics:
        topics = (*view.feed.topics, name)
        view_state.go(replace(view, feed=replace(view.feed, topics=topics)))
        st.rerun()


def _period(window: Window) -> str:
    zone, today = view_state.zone(), view_state.now()
    since, until = formats.moment_labels([window.since, window.until], zone, today=today)
    return f"{since} \u2013 {until}"
