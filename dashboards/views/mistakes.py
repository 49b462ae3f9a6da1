"""What is wrong in what a person wrote, a line each."""

import html
from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboards.direction import with_names_isolated
from dashboards.feed import one_line
from dashboards.part_wording import told_by_part
from dashboards.watchlist_wording import WATCHLIST_WORDS as WORDS
from schemas.errors import Mistake

_MOST: Final = 10
_CHARACTERS: Final = 400


def draw_mistakes(mistakes: Sequence[Mistake], *, with_lines: bool = False) -> None:
    """Draw them; nothing where there are none. with_lines: where the reader sees the lines."""
    if not mistakes:
        return
    items = "".join(f"<li>{html.escape(_told(one, with_lines))}</li>" for one in mistakes[:_MOST])
    st.html(
        f'<div class="gs-mistakes" role="alert"><p>{html.escape(WORDS.mistakes)}</p>'
        f"<ul>{items}</ul></div>"
    )


def _told(mistake: Mistake, with_lines: bool) -> str:  # noqa: FBT001
    place = f"{mistake.line}: " if with_lines else ""
    told = f"{place}{mistake.value}: {told_by_part(mistake.remedy)}"
    return with_names_isolated(one_line(told, characters=_CHARACTERS))
