"""The feed: the posts behind the numbers, newest first."""

from dataclasses import replace
from typing import Any, Final, cast

import streamlit as st

from dashboards import formats, shared, view_state
from dashboards.direction import isolated
from dashboards.feed import one_line
from dashboards.feed_component import draw_feed
from dashboards.filters import FeedFilter, Pick, View
from dashboards.language import language
from dashboards.queries.posts import FeedPost, Page, PostKey
from dashboards.store import StoreAwayError
from dashboards.time_range import from_milliseconds
from dashboards.views import labelling
from dashboards.views.breakdown import card_title, clear_pick
from dashboards.views.drawn_posts import drawn_posts
from dashboards.views.note import note
from dashboards.views.search_box import mistake_in, search_box, search_is_clear
from dashboards.wording import WORDS
from schemas.errors import StoreError
from schemas.scores import SENTIMENTS

STEP_POSTS: Final = 25
MAX_POSTS: Final = 300
_COMPONENT: Final = "feed-cards"
_QUESTION: Final = "feed_question"
_DOWN_TO: Final = "feed_down_to"
_LAST: Final = "feed_last"
# The last post of a list that became full: those shown come after it.
_AFTER: Final = "feed_after"
_FULL: Final = "feed_full"
_ENDED: Final = "feed_ended"
_KEPT: Final = "feed_kept"
_TAKEN: Final = "feed_can_be_taken"


def posts_can_be_taken() -> bool:
    """Whether there are any to be taken along: none of a search that cannot be understood.

    For the page, which draws the buttons for that; it is drawn anew when the answer changes.
    """
    clear = mistake_in(view_state.view().feed.text) is None
    st.session_state[_TAKEN] = clear
    return clear


def posts() -> None:
    """Draw the filters of the feed and its cards."""
    clear = _filters()
    if clear != st.session_state.get(_TAKEN, clear):
        st.rerun()
    if not clear:
        return
    view = view_state.view()
    if st.session_state.get(_QUESTION) != view:
        st.session_state[_QUESTION] = view
        _forget_place()
    down_to = cast("PostKey | None", st.session_state.get(_DOWN_TO))
    after = cast("PostKey | None", st.session_state.get(_AFTER))
    page = Page(limit=MAX_POSTS if down_to else STEP_POSTS, older_than=after, down_to=down_to)
    found = _read(view, page)
    st.session_state[_LAST] = found[-1].key if found else None
    st.session_state[_FULL] = len(found) >= MAX_POSTS
    # The place is always there, as that of the pick is.
    with st.container():
        if after:
            _way_back(after)
        elif view.feed != FeedFilter():
            _tell_count(len(found), ended=_ended(found))
    labelling.offer(found)
    draw_feed(
        _data(found, view),
        key=_COMPONENT,
        on_more=_more,
        on_topic=_topic_clicked,
        on_label=lambda: labelling.take(
            _COMPONENT, [view_state.NUMBERS_PART, view_state.FEED_PART]
        ),
    )


def _read(view: View, page: Page) -> list[FeedPost]:
    """Read the posts; those read before while ClickHouse is away, which the page's top says."""
    asked = (view, page.older_than)
    try:
        found = shared.feed_posts(view.feed, view.scope, view_state.window(), page)
    except StoreAwayError:
        seen, kept = st.session_state.get(_KEPT, (None, []))
        if seen != asked:
            raise
        return cast("list[FeedPost]", kept)
    st.session_state[_KEPT] = (asked, found)
    return found


def _known_topics() -> tuple[str, ...]:
    """Topics to choose from; none while ClickHouse is away."""
    try:
        return shared.topic_names(view_state.window())
    except StoreAwayError:
        return ()


def _data(found: list[FeedPost], view: View) -> dict[str, Any]:
    return {
        "cards": drawn_posts(found),
        "words": {**WORDS.card, "sentiments": WORDS.sentiments},
        "filter": repr((view, st.session_state.get(_AFTER))),
        "reach": repr(st.session_state.get(_DOWN_TO)),
        "locale": language(),
        "more": not _ended(found),
        "end": WORDS.no_more,
    }


def _ended(found: list[FeedPost]) -> bool:
    """Whether no posts come after these."""
    if len(found) >= MAX_POSTS and found[-1].key != st.session_state.get(_DOWN_TO):
        return False  # Newer ones pushed the last ones out.
    return len(found) < STEP_POSTS or bool(st.session_state.get(_ENDED))


def _tell_count(read: int, *, ended: bool) -> None:
    """How many posts match: what is known of it without asking for the rest."""
    if not ended:
        note(WORDS.at_least.format(count=formats.count(read)))
    elif read:
        note(WORDS.matching(read, count=formats.count(read)))


def _way_back(after: PostKey) -> None:
    """A line over posts that are not the newest ones."""
    moment = from_milliseconds(after.posted_at_ms)
    [time] = formats.moment_labels([moment], view_state.zone(), today=view_state.now())
    with st.container(horizontal=True, vertical_alignment="center", key="way-back"):
        st.text(WORDS.posts_until.format(time=time), width="stretch")
        st.button(
            WORDS.to_newest,
            on_click=_forget_place,
            type="tertiary",
            icon=":material/vertical_align_top:",
        )


def _filters() -> bool:
    """Draw them; False if the search cannot be understood."""
    feed = view_state.view().feed
    card_title(WORDS.posts, WORDS.posts_help)
    # The place is always there: what comes below it keeps its own.
    with st.container():
        if feed.pick:
            _pick_bar(feed.pick)
    text = search_box(feed.text)
    clear = search_is_clear(text)
    with st.container(horizontal=True, vertical_alignment="center"):
        sentiments = st.pills(
            WORDS.sentiment_filter,
            SENTIMENTS,
            selection_mode="multi",
            format_func=WORDS.sentiments.__getitem__,
            key=view_state.widget("sentiments", list(feed.sentiments)),
            label_visibility="collapsed",
        )
        known = _known_topics()
        topics = st.multiselect(
            WORDS.topic_filter,
            list(dict.fromkeys([*known, *feed.topics])),
            format_func=lambda name: one_line(name, characters=60),
            key=view_state.widget("topics", list(feed.topics)),
            placeholder=WORDS.all_topics,
            label_visibility="collapsed",
        )
    view_state.change_feed(
        replace(
            feed,
            text=text,
            sentiments=tuple(name for name in SENTIMENTS if name in sentiments),
            topics=tuple(topics),
        )
    )
    return clear


def _pick_bar(pick: Pick) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="pick"):
        st.text(f"{WORDS.picked}: {_pick_label(pick)}", width="stretch")
        st.button(WORDS.clear_pick, on_click=clear_pick, type="tertiary", icon=":material/close:")


def _more() -> None:
    """Read the next older posts and let the feed reach down to the last of them.

    A full list makes room: it begins anew with them.
    """
    view = view_state.view()
    last = cast("PostKey | None", st.session_state.get(_LAST))
    page = Page(limit=STEP_POSTS, older_than=last)
    try:
        older = shared.feed_posts(view.feed, view.scope, view_state.window(), page)
    except StoreError:
        return  # The page says what is wrong; the button is still there to be clicked again.
    if older and st.session_state.get(_FULL):
        st.session_state[_AFTER] = last
    st.session_state[_DOWN_TO] = older[-1].key if older else last
    st.session_state[_ENDED] = len(older) < STEP_POSTS


def _topic_clicked() -> None:
    name = st.session_state[_COMPONENT].get("topic")
    feed = view_state.view().feed
    if isinstance(name, str) and name and name not in feed.topics:
        view_state.change_feed(replace(feed, topics=(*feed.topics, name)))
        view_state.reset_widgets("topics")


def _forget_place() -> None:
    for key in (_DOWN_TO, _AFTER, _ENDED):
        st.session_state.pop(key, None)


def _pick_label(pick: Pick) -> str:
    parts = []
    if pick.dimension == "time":
        zone, today = view_state.zone(), view_state.now()
        period = [from_milliseconds(value) for value in pick.period]
        start, end = formats.moment_labels(period, zone, today=today)
        parts.append(f"{start} \u2013 {end}")
    elif pick.dimension == "lang":
        parts.append(formats.language_name(pick.value))
    else:
        parts.append(isolated(one_line(pick.value, characters=60)))
    if pick.sentiment:
        parts.append(WORDS.sentiments[pick.sentiment])
    return " \u00b7 ".join(parts)
