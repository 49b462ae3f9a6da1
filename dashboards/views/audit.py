"""Who did what, on the page Operations: for admins where people sign in."""

from typing import Final

import streamlit as st

from dashboards import formats, shared_operations, view_state, visitor
from dashboards.access_wording import ACCESS_WORDS as WORDS
from dashboards.feed import one_line
from dashboards.queries.audit import MAX_DEEDS
from dashboards.recorded_wording import recorded_text
from dashboards.views.breakdown import card_title
from dashboards.views.table import plain_table
from schemas.access import Right

_MAX_CHARACTERS: Final = 160


def audit() -> None:
    """Draw the table; nothing for others than admins."""
    if not visitor.may(Right.AUDIT):
        return
    found = shared_operations.deeds()
    times = formats.moment_labels(
        [deed.at for deed in found], view_state.zone(), today=view_state.now()
    )
    rows = [
        [time, *(one_line(text, characters=_MAX_CHARACTERS) for text in texts)]
        for time, texts in zip(
            times,
            (
                (recorded_text(one.who), _told(one.what), one.object, recorded_text(one.detail))
                for one in found
            ),
            strict=True,
        )
    ]
    with st.container(border=True, key="card-audit"):
        card_title(WORDS.audit, WORDS.audit_help.format(count=MAX_DEEDS))
        heads = [WORDS.when, WORDS.who, WORDS.did, WORDS.about, WORDS.detail]
        plain_table(heads, rows, name=WORDS.audit, empty=WORDS.no_audit)


def _told(what: str) -> str:
    """The deed in the reader's words; as it is recorded where there are none."""
    return WORDS.deeds.get(what, what)
