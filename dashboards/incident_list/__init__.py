"""The list of incidents in the browser: one line each, to be opened by mouse or keyboard."""

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Final

import streamlit as st

_NAME: Final = "groundswell.incidents"
_SKELETON: Final = '<ol class="incidents"></ol>'


def draw_list(data: dict[str, Any], *, key: str, on_open: Callable[[], None]) -> None:
    """Draw the lines of `data` (see list.js) and hear which one is opened.

    on_open: a line was chosen; its incident's key is the state `open` under the key.
    """
    _component()(key=key, data=data, on_open_change=on_open)


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer
    files = resources.files(__name__)
    return st.components.v2.component(
        _NAME,
        html=_SKELETON,
        css=files.joinpath("list.css").read_text(encoding="utf-8"),
        js=files.joinpath("list.js").read_text(encoding="utf-8"),
    )
