"""Every word of reports that the page does not have; see wording.py."""

from typing import Final

from dashboards.language import Words


class ReportWording(Words):
    """In English."""

    button: str = "Report"
    button_help: str = "This view on one page, as PDF."
    explore: str = "Explore"
    search: str = "Search"
    further: str = "Further filters"
    footer: str = "Groundswell, {time}. Numbers with their intervals (95%) as on the page."


REPORT_WORDS: Final = ReportWording()
