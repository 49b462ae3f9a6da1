"""Phrases that stand in a text word for word."""

import pytest

from models.phrases import PhraseFinder

FINDER = PhraseFinder(
    {"power": ["battery", "Akku", "电池", "배터리"], "price": ["battery", "too much money"], "": []}
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The BATTERY is empty", {0, 1}),
        ("The b\u200battery is full", {0, 1}),
        ("Der Akku ist leer", {0}),
        ("电池不耐用", {0}),
        ("배터리가 빨리 닳아요", {0}),
        ("It costs too  much\nmoney!", {1}),
        ("It costs too much", set()),
        ("Akkus", set()),
        ("\ud83d", set()),
        ("\ud83d battery", {0, 1}),
        ("", set()),
    ],
)
def test_phrases_are_found_as_words(text, found):
    """In any case and script, across odd spaces, hidden characters and particles."""
    assert FINDER.find([text, "nothing"]) == [found, set()]


def test_no_phrases_find_nothing():
    """Neither without topics nor with phrases of which nothing is visible."""
    assert PhraseFinder({}).find(["a"]) == [set()]
    assert PhraseFinder({"a": ["\u200b", " "]}).find(["a", ""]) == [set(), set()]
