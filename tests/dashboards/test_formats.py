from datetime import UTC, datetime, timedelta

import pytest

from dashboards import formats
from dashboards.language import LANGUAGES, in_language

NOON = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_before", "labels"),
    [
        ([0, 0], ["12:00", "12:00"]),
        ([1, 0], ["10 Mar 12:00", "11 Mar 12:00"]),
        ([365, 0], ["11 Mar 2025 12:00", "11 Mar 12:00"]),
    ],
)
def test_moments_are_dated_together(days_before: list[int], labels: list[str]):
    """A period that begins on another day says on which day it ends, too."""
    moments = [NOON - timedelta(days=days) for days in days_before]
    assert formats.moment_labels(moments, UTC, today=NOON) == labels


def test_nought_has_no_sign():
    """What rounds to nought is neither up nor down."""
    assert formats.signed_percent(-0.0001) == "0.0%"
    assert formats.signed_points(-0.123) == f"{formats.MINUS}12.3"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("KR", {"en": "South Korea", "zh": "\u97e9\u56fd"}),
        ("ID", {"en": "Indonesia", "zh": "\u5370\u5ea6\u5c3c\u897f\u4e9a"}),
        ("QX", {"en": "QX", "zh": "QX"}),
        ("", {"en": "", "zh": ""}),
    ],
)
def test_countries_have_names(code: str, names: dict[str, str]):
    """In the reader's language; a code that stands for none stays as it is."""
    for language in LANGUAGES:
        with in_language(language):
            assert formats.country_name(code) == names[language]
