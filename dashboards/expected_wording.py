"""Every word about what is ordinary; see wording.py."""

from typing import Final

from dashboards.language import Words


class ExpectedWording(Words):
    """In English."""

    incident: str = "Incident"
    sentence: str = "What happened"
    version: str = "Model version"
    told: str = "ordinary now: {low} to {high}"
    band: str = (
        "Grey: the ordinary range of {series}. Where there is none, it is not known. A bar of "
        "several minutes is compared with the sum of their ranges."
    )
    choose: str = "Choose one brand, and at most one language, to see what is ordinary for it."
    not_yet: str = "What is ordinary for {series} is not known yet."
    not_yet_known: str = "The monitor has stored nothing about it for this period."
    learning: str = "The monitor is still learning the past."
    away: str = "The monitor is not running."
    opened: str = "Incidents that began here:"


EXPECTED_WORDS: Final = ExpectedWording()
