"""The feed's cards in the browser: keyed, so that what a reader has open stays as it is."""

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Final

import streamlit as st

from dashboards import visitor
from dashboards.palette import SENTIMENT_COLOURS
from schemas.access import Right

_NAME: Final = "groundswell.feed"
_SKELETON: Final = (
    '<div class="feed" tabindex="0" role="region"><button class="waiting" type="button" hidden>'
    '</button><div class="cards" role="feed"></div><div class="tail"></div></div>'
)


def draw_feed(
    data: dict[str, Any],
    *,
    key: str,
    on_more: Callable[[], None],
    on_topic: Callable[[], None],
    on_label: Callable[[], None] | None = None,
) -> None:
    """Draw the cards of `data` (see feed.js) and hear of the reader's clicks.

    on_more: older posts are wanted. on_topic: a topic was clicked; its name is the state
    `topic` under the key. on_label: a post was labelled; its key and the sentiment ("" to take a
    label back) are the state `label`. None where no labels are taken.
    """
    _component()(
        key=key,
        data={**data, "labels": on_label is not None and visitor.may(Right.CORRECT)},
        on_more_change=on_more,
        on_topic_change=on_topic,
        on_label_change=on_label or _nothing,
    )


def _nothing() -> None:
    """Nobody hears of it."""


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer
    files = resources.files(__name__)
    colours = "".join(f"--{name}: {colour};" for name, colour in SENTIMENT_COLOURS.items())
    return st.components.v2.component(
        _NAME,
        html=_SKELETON,
        css=f":host {{ {colours} }}\n{files.joinpath('feed.css').read_text(encoding='utf-8')}",
        js=files.joinpath("feed.js").read_text(encoding="utf-8"),
    )
