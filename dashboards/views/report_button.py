"""The button that makes a report of what is looked at."""

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import Final

import streamlit as st

from dashboards import addresses, exports, view_state, visitor
from dashboards.addresses import Parameters
from dashboards.language import in_language, language
from dashboards.report_wording import REPORT_WORDS as WORDS
from dashboards.view_state import Shown
from schemas.access import Right

_PDF: Final = "application/pdf"


def report_button() -> None:
    """Draw the button for what is looked at when it is clicked; with the whole page alone."""
    shown = view_state.shown()
    made = partial(_view_report, shown, view_state.zone(), language())
    _button(made, f"groundswell-{view_state.view().page}.pdf", shown.address)


def incident_report_button(key: str) -> None:
    """Draw the button for one incident; with the whole page alone."""
    made = partial(_incident_report, key, view_state.zone(), language())
    _button(made, f"groundswell-{key[:8]}.pdf", partial(dict, addresses.parameters()))


def _button(made: Callable[[], bytes], file_name: str, address: Callable[[], Parameters]) -> None:
    if not visitor.may(Right.EXPORT):
        return
    st.download_button(
        WORDS.button,
        data=exports.recorded("report", made, address=address, file_name=file_name, mime=_PDF),
        file_name=file_name,
        mime=_PDF,
        help=WORDS.button_help,
        on_click="ignore",
        icon=":material/picture_as_pdf:",
        key="report",
    )


# What draws a report is loaded when somebody wants one.
def _view_report(shown: Shown, zone: tzinfo, spoken: str) -> bytes:
    from dashboards.report.reading import report_of

    with in_language(spoken):
        return report_of(shown.view, shown.window(zone), zone=zone)


def _incident_report(key: str, zone: tzinfo, spoken: str) -> bytes:
    from dashboards.report.reading import incident_report

    with in_language(spoken):
        return incident_report(key, zone=zone)
