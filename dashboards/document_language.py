"""Tells the browser which language the page is in, for screen readers, fonts and its translator."""

from functools import cache
from typing import Any, Final

import streamlit as st

from dashboards.language import language

_KEY: Final = "document-language"
_JS: Final = "export default ({ data }) => { document.documentElement.lang = data.language; };"
# Simplified Chinese, by its script: `zh` alone leaves the choice of glyphs to the browser.
_TAGS: Final = {"zh": "zh-Hans"}


def tell_language() -> None:
    """Set the document's language; draws nothing."""
    _component()(key=_KEY, data={"language": _TAGS.get(language(), language())})


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer
    return st.components.v2.component("groundswell.language", html="", js=_JS)
