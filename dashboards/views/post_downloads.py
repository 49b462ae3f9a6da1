"""The buttons that take posts along as a table; drawn with the whole page alone."""

from datetime import tzinfo
from functools import partial
from typing import Final

import streamlit as st

from dashboards import csv_export, exports, formats, shared, shared_explore, view_state, visitor
from dashboards.explore_wording import EXPLORE_WORDS
from dashboards.queries.choice import choice_of
from dashboards.view_state import Shown
from dashboards.views.note import note
from dashboards.wording import WORDS
from schemas.access import Right

_FORMATS: Final = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_ICON: Final = ":material/download:"


def feed_download() -> None:
    """Draw the button for the posts of the page Now, as they are chosen when it is clicked."""
    if not visitor.may(Right.EXPORT):
        return
    shown = view_state.shown()
    told = WORDS.export_help.format(rows=formats.count(csv_export.MAX_ROWS))
    made = partial(_feed_file, shown, view_state.zone())
    _button(WORDS.export, "csv", made, shown, told=told, icon=_ICON)


def list_downloads() -> None:
    """Draw the buttons for the posts of the page Explore, as they are chosen at the click."""
    if not visitor.may(Right.EXPORT):
        return
    shown, zone = view_state.shown(), view_state.zone()
    with st.popover(EXPLORE_WORDS.download, icon=_ICON):
        note(EXPLORE_WORDS.download_help.format(rows=formats.count(csv_export.MAX_ROWS)))
        for label, ending in ((EXPLORE_WORDS.csv, "csv"), (EXPLORE_WORDS.parquet, "parquet")):
            _button(label, ending, partial(_list_file, shown, zone, ending), shown, wide=True)


def _button(  # noqa: PLR0913 - what it says, makes and looks like
    label: str,
    ending: str,
    made: partial[bytes],
    shown: Shown,
    *,
    told: str | None = None,
    icon: str | None = None,
    wide: bool = False,
) -> None:
    name, mime = f"groundswell-posts.{ending}", _FORMATS[ending]
    st.download_button(
        label,
        data=exports.recorded(ending, made, address=shown.address, file_name=name, mime=mime),
        file_name=name,
        mime=mime,
        help=told,
        on_click="ignore",
        icon=icon,
        width="stretch" if wide else "content",
    )


def _feed_file(shown: Shown, zone: tzinfo) -> bytes:
    view = shown.view
    return shared.posts_csv(view.feed, view.scope, shown.window(zone))


def _list_file(shown: Shown, zone: tzinfo, ending: str) -> bytes:
    view = shown.view
    return shared_explore.downloaded(
        choice_of(view), shown.window(zone), view.listing.sort, parquet=ending == "parquet"
    )
