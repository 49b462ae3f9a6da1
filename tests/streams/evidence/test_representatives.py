"""Which posts are quoted."""

from streams.evidence.phrases import Document
from streams.evidence.posts import QUOTED_CHARACTERS, Voice, quote
from streams.evidence.representatives import far_reaching, representative
from tests.streams.evidence.builders import post


def voices(*texts, **values):
    return [Voice((post(text, **values),)) for text in texts]


def documents(found):
    return [Document.of(voice.first.text, voice.first.lang) for voice in found]


def test_what_most_say_comes_first_and_is_said_once():
    """Two of the many about the battery at most before the one about the price."""
    battery = [f"The battery exploded on day {n} in the {n}. kitchen" for n in range(8)]
    price = ["The price is too high for me, too high", "Far too high a price"]
    found = voices(*battery, *price, "Hello there")
    quoted = representative(found, documents(found), [], limit=3)
    texts = [voice.first.text for voice in quoted]
    assert texts[0] in battery
    assert set(texts) & set(price)
    assert len(set(texts)) == 3


def test_sentiment_of_the_incident_is_preferred():
    """Of two that say the same, the negative one is quoted."""
    good = voices("The battery lasts and lasts", sentiment="positive")
    bad = voices("The battery lasts and lasts")
    found = [*good, *bad]
    (first, *_) = representative(found, documents(found), [], sentiment="negative")
    assert first.first.sentiment == "negative"


def test_nothing_to_quote():
    """No voices, or voices without words."""
    assert representative([], [], []) == []
    silent = voices("", "!!!")
    assert len(representative(silent, documents(silent), [])) == 2


def test_far_reaching_are_by_reach_of_any_copy():
    """The copy that reached most is quoted; unknown reach is none."""
    one = Voice((post("a", reach=5), post("a", reach=900)))
    two = Voice((post("b", reach=70),))
    assert far_reaching([two, Voice((post("c"),)), one]) == [one, two]
    assert one.farthest.reach == 900


def test_quotes_are_cut():
    """A giant text is cut, an address that is too long is left out."""
    quoted = quote(post("x" * 10_000, url="https://e.org/" + "y" * 10_000), copies=3)
    assert len(quoted.text) == QUOTED_CHARACTERS
    assert (quoted.url, quoted.copies) == ("", 3)
