"""Which way texts run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.direction import LEFT_TO_RIGHT, RIGHT_TO_LEFT, text_direction

ARABIC = "\u0627\u0644\u0628\u0637\u0627\u0631\u064a\u0629 \u0633\u064a\u0626\u0629"
HEBREW = "\u05d4\u05e8\u05db\u05d1\u05ea \u05d0\u05d9\u05d7\u05e8\u05d4"
# What may stand before the words and says nothing of how they run.
BEFORE = (
    "",
    "\u200e",
    "\u200f\u061c\u200e\u2066",
    "@someone ",
    "@someone@example.social: ",
    "https://example.org/abc ",
    "WWW.Example.org ",
    "\U0001f600 ",
    "#1 - ",
)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("lang", ["", "und", "ar", "en"])
def test_marks_names_and_addresses_say_nothing(before: str, lang: str):
    """The words do; of a language that was mistaken there is no letter."""
    assert text_direction(f"{before}{ARABIC}", lang) == RIGHT_TO_LEFT
    assert text_direction(f"{before}The train was late", lang) == LEFT_TO_RIGHT


@pytest.mark.parametrize(
    ("text", "lang", "direction"),
    [
        (f"Velorra {ARABIC}", "ar", RIGHT_TO_LEFT),
        (f"Velorra {HEBREW}", "he", RIGHT_TO_LEFT),
        (f"{ARABIC} means: a bad battery", "en", LEFT_TO_RIGHT),
        (f"{ARABIC} Velorra", "", RIGHT_TO_LEFT),
        (f"Velorra {ARABIC}", "und", LEFT_TO_RIGHT),
        ("mar7aba ya gama3a", "arz", LEFT_TO_RIGHT),
        (f"@{ARABIC}", "ar", RIGHT_TO_LEFT),
        ("\u7535\u6c60\u5f88\u5dee", "zh", LEFT_TO_RIGHT),
        ("@someone https://example.org \U0001f600 12", "ar", LEFT_TO_RIGHT),
    ],
)
def test_the_language_decides_between_both(text: str, lang: str, direction: str):
    """Where letters of one direction alone are there, they decide; else the first of them."""
    assert text_direction(text, lang) == direction


@given(st.text(), st.text(max_size=3))
def test_every_text_has_one(text: str, lang: str):
    """Whatever it is made of."""
    assert text_direction(text, lang) in {LEFT_TO_RIGHT, RIGHT_TO_LEFT}
