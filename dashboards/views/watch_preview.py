"""What the draft would have found in stored posts, and the posts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from dashboards import formats, shared_watchlist
from dashboards.feed_component import draw_feed
from dashboards.language import language
from dashboards.queries.posts import SHOWN_CHARACTERS, FeedPost
from dashboards.queries.watchlists import MAX_ROWS
from dashboards.views.breakdown import card_title
from dashboards.views.drawn_posts import drawn_posts
from dashboards.views.note import note
from dashboards.views.watch_session import draft, field
from dashboards.watchlist_draft import mistakes_of
from dashboards.watchlist_preview import Difference, Outcome
from dashboards.watchlist_wording import WATCHLIST_WORDS as WORDS
from dashboards.wording import WORDS as PAGE_WORDS

MAX_SHOWN: Final = 20


def preview_card() -> None:
    """Draw it, once the draft changes something."""
    kept = draft()
    if not kept.is_changed:
        return
    with st.container(border=True, key="card-watch-preview"):
        card_title(WORDS.preview, WORDS.preview_help)
        if mistakes_of(kept.watchlist):
            note(WORDS.without_preview)
            return
        days = st.segmented_control(
            WORDS.period,
            list(WORDS.periods),
            format_func=WORDS.periods.__getitem__,
            key=field("days", next(iter(WORDS.periods))),
            required=True,
        )
        found = shared_watchlist.preview(kept.base, kept.watchlist, days=days or 1)
        if not found.complete:
            note(WORDS.only_newest.format(count=formats.count(MAX_ROWS)))
        if not found.differences:
            note(WORDS.none_found)
        for outcome in Outcome:
            same = [one for one in found.differences if one.outcome is outcome]
            if same:
                _posts(outcome, same)


def _posts(outcome: Outcome, found: Sequence[Difference]) -> None:
    told = WORDS.outcomes[outcome](len(found), count=formats.count(len(found)))
    st.markdown(f"**{told}**")
    posts = [_as_post(one) for one in found[:MAX_SHOWN]]
    data: dict[str, Any] = {
        "cards": drawn_posts(posts),
        "words": {**PAGE_WORDS.card, "sentiments": PAGE_WORDS.sentiments, "label": told},
        "filter": f"{outcome}-{len(found)}",
        "reach": "",
        "locale": language(),
        "more": False,
        "end": "",
    }
    with st.container(key=f"watch-{outcome}"):
        draw_feed(data, key=f"preview-{outcome}", on_more=_nothing, on_topic=_nothing)


def _as_post(one: Difference) -> FeedPost:
    """The post under the brand that it is about here."""
    post = one.post
    return replace(
        post, brand=one.brand, product=one.product, text=post.text[:SHOWN_CHARACTERS], topics=()
    )


def _nothing() -> None:
    """These are all there are."""
