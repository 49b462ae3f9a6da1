"""The feed's cards in the browser: keyed, so that what a reader has open stays as it is."""

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Final

import streamlit as st

from dashboards.palette import SENTIMENT_COLOURS

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
) -> None:
    """Draw the cards of `data` (see feed.js) and hear of the reader's clicks.

    on_more: older posts are wanted. on_topic: a topic was clicked; its name is the state
    `topic` under the key.
    """
    _component()(key=key, data=data, on_more_change=on_more, on_topic_change=on_topic)


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
