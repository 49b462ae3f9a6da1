"""The button that makes a report of what is looked at."""

from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from dashboards import exports, view_state, visitor
from dashboards.language import in_language, language
from dashboards.report_wording import REPORT_WORDS as WORDS
from dashboards.view_state import Shown
from schemas.access import Right

_PDF: Final = "application/pdf"


def report_button() -> None:
    """Draw the button for what is looked at when it is clicked.

    Drawn with the whole page alone: a click on a button that was drawn anew meanwhile is lost.
    """
    made = partial(_view_report, view_state.shown(), _zone(), language())
    _button(made, f"groundswell-{view_state.view().page}.pdf")


def incident_report_button(key: str) -> None:
    """Draw the button for one incident."""
    _button(partial(_incident_report, key, _zone(), language()), f"groundswell-{key[:8]}.pdf")


def _button(made: Callable[[], bytes], file_name: str) -> None:
    if not visitor.may(Right.EXPORT):
        return
    st.download_button(
        WORDS.button,
        data=exports.recorded("report", made, file_name=file_name, mime=_PDF),
        file_name=file_name,
        mime=_PDF,
        help=WORDS.button_help,
        on_click="ignore",
        icon=":material/picture_as_pdf:",
        key="report",
    )


# What draws a report is loaded when somebody wants one.
def _view_report(shown: Shown, zone: str, spoken: str) -> bytes:
    from dashboards.report.reading import report_of, window_of

    view = shown.view
    with in_language(spoken):
        return report_of(view, window_of(view, zone=zone, now=shown.at), zone=zone)


def _incident_report(key: str, zone: str, spoken: str) -> bytes:
    from dashboards.report.reading import incident_report

    with in_language(spoken):
        return incident_report(key, zone=zone)


def _zone() -> str:
    """The name of the viewer's time zone."""
    return getattr(view_state.zone(), "key", "UTC")
