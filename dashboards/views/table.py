"""A plain table that is read aloud as one."""

import html
from collections.abc import Sequence

import streamlit as st

from dashboards.views.note import note


def plain_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, name: str, empty: str = ""
) -> None:
    """Draw plain text in cells; the first of a row names it. empty: said where there is no row."""
    if not rows and empty:
        note(empty)
        return
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row"><bdi>{html.escape(first)}</bdi></th>'
        + "".join(f"<td><bdi>{html.escape(text)}</bdi></td>" for text in rest)
        + "</tr>"
        for first, *rest in rows
    )
    st.html(
        f'<div class="gs-scroll" role="region" tabindex="0" aria-label="{html.escape(name)}">'
        f'<table class="gs-table gs-plain"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
