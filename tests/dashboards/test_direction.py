"""Names in right-to-left scripts among words that run the other way."""

import pytest

from dashboards.direction import isolated, with_names_isolated

ARABIC = "\u0634\u0631\u0643\u0629 \u0627\u0644\u0646\u0648\u0631"
HEBREW = "\u05e8\u05db\u05d1\u05ea"


@pytest.mark.parametrize("name", ["", "Aurora", "\u6781\u5149", "Caf\u00e9 24"])
def test_other_names_stay_as_they_are(name: str):
    """Only what runs from right to left needs marks."""
    assert isolated(name) == with_names_isolated(name) == name


@pytest.mark.parametrize("name", [ARABIC, HEBREW, f"{HEBREW} 24\u2026", f"Aurora {ARABIC}"])
def test_a_name_is_isolated_whole(name: str):
    """Its numbers and its ellipsis belong to it."""
    assert isolated(name) == f"\u2068{name}\u2069"


def test_each_name_in_a_sentence_is_isolated_for_itself():
    """Numbers behind it are the sentence's."""
    told = with_names_isolated(f"{ARABIC}: 4.2 times the usual, about \u201c{HEBREW}\u201d.")
    assert told == (
        f"\u2068{ARABIC}\u2069: 4.2 times the usual, about \u201c\u2068{HEBREW}\u2069\u201d."
    )
