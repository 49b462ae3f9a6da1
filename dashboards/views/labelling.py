"""A reader says what a post of the feed really means."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any, Final

import streamlit as st

from dashboards import shared, shared_explore, shared_trust, visitor
from dashboards.config import load_config
from dashboards.correction_writer import CorrectionWriter
from dashboards.queries.posts import FeedPost
from dashboards.queries.trust_labels import LabelEvent, WaitingPost
from dashboards.recorded_wording import NOBODY
from dashboards.views.viewer_name import known_name
from schemas.errors import StoreError
from schemas.scores import SENTIMENTS

_DRAWN: Final = "labelling_drawn"
Labelled = FeedPost | LabelEvent | WaitingPost


def offer(found: Iterable[FeedPost]) -> None:
    """Take labels for these posts alone: what the browser says is not to be trusted."""
    st.session_state[_DRAWN] = {post.key.text: post for post in found}


def take(component: str, parts: Sequence[str]) -> None:
    """Write down the label that was just clicked in the component with that key.

    parts: of the page, to be drawn anew with it, long before they are due.
    """
    said: Any = st.session_state[component].get("label")
    if not isinstance(said, dict):
        return
    post = st.session_state.get(_DRAWN, {}).get(said.get("key"))
    sentiment = said.get("sentiment")
    if post is None or sentiment not in (*SENTIMENTS, ""):
        return
    if say(post, sentiment, before=post.sentiment):
        st.rerun(parts)


def say(post: Labelled, sentiment: str, *, before: str, reason: str = "") -> bool:
    """Write down in the viewer's name what a post says, or "" to take a label back.

    before: what was in force. Returns whether it is written down; else the viewer is told.
    """
    try:
        _writer().correct(
            brand=post.brand,
            posted_at=post.posted_at.replace(tzinfo=post.posted_at.tzinfo or UTC),
            source=post.source,
            post_id=post.post_id,
            sentiment=sentiment,
            before=before,
            who=known_name() or NOBODY,
            by=visitor.present(),
            reason=reason,
        )
    except StoreError as error:
        st.toast(str(error), icon=":material/error:")
        return False
    shared.forget()
    shared_explore.forget()
    shared_trust.forget_labels()
    return True


@st.cache_resource(show_spinner=False)
def _writer() -> CorrectionWriter:
    """The one way of this process to write labels."""
    return CorrectionWriter(load_config().clickhouse_url)
