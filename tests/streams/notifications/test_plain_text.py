"""Text of posts becomes one harmless line that reads the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.notifications.plain_text import cleaned, inert
from tests.dashboards.hostile import texts

INVISIBLE = "\u2060"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("two\nlines\tand  a\u2028b", "two lines and a b"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("a\u200bb\u200cc\u200d\u200dd\ufeff", "ab\u200cc\u200dd"),
        ("x" + "\u0301" * 500 + "y", "x" + "\u0301" * 4 + "y"),
        ("\u3164\u115f hidden", "hidden"),
        ("a\0b\x1b[31mc\x7f", "ab[31mc"),
        ("😀👨\u200d👩", "😀👨\u200d👩"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("w" * 50, "w" * 19 + "…"),
        ("", ""),
    ],
)
def test_cleaned(text: str, seen: str):
    """What stays is what a reader sees."""
    assert cleaned(text, most=20) == seen


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("@everyone and @here", "@e"),
        ("https://evil.test/x", "://"),
        ("www.evil.test", "www.e"),
        ("evil.com", "l.c"),
        ("me@evil.com", "@e"),
        ("a.例え.テスト", ".例"),
    ],
)
def test_nothing_in_it_is_alive(text: str, live: str):
    """It reads the same, and no program finds a mention or an address in it."""
    assert live in text
    assert live not in inert(text)
    assert inert(text).replace(INVISIBLE, "") == text


@given(st.text() | st.sampled_from(texts()), st.integers(2, 300))
def test_cleaned_is_always_one_short_visible_line(text: str, most: int):
    """Whatever is thrown at it; cleaning again changes nothing."""
    found = cleaned(text, most=most)
    assert len(found) <= most
    kinds = {unicodedata.category(char) for char in found} - {"Cf"}
    assert not kinds & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert all(char in "\u200c\u200d" for char in found if unicodedata.category(char) == "Cf")
    assert cleaned(found, most=most) == found
