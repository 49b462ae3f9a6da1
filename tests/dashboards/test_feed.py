import json
import unicodedata
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.feed import cards, one_line, safe_link, visible_text
from dashboards.queries.posts import FeedPost
from tests.dashboards import hostile

any_text = st.text(st.characters(codec=None), max_size=200)


def feed_post(**values) -> FeedPost:
    """A post as the query gives it."""
    plain = {
        "brand": "Aurora",
        "posted_at": datetime(2026, 3, 11, tzinfo=UTC),
        "source": "mastodon",
        "post_id": "1",
        "kind": "social",
        "text": "fine",
        "characters": 4,
        "lang": "en",
        "product": "",
        "rating": None,
        "author": "",
        "url": "",
        "country": "",
        "reach": 0,
        "sentiment": "positive",
        "score": 0.5,
        "topics": (),
        "model_version": "first",
    }
    return FeedPost(**{**plain, **values})


def card_of(*, translator: str = "", **values):
    """The card of such a post."""
    return cards([feed_post(**values)], lang_name=lambda code: code, translator=translator)[0]


@pytest.mark.parametrize("text", hostile.texts())
def test_hostile_texts_become_visible_text(text: str):
    """No control character and no mark of direction that reaches beyond its word is left."""
    check_visible(visible_text(text))


@given(any_text)
def test_any_text_becomes_visible_text(text: str):
    """The same of any text; and what is visible already stays as it is."""
    shown = visible_text(text)
    check_visible(shown)
    assert visible_text(shown) == shown


def check_visible(shown: str) -> None:
    """Nothing hides and nothing reorders."""
    assert not {c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}} - {"\n", "\t"}
    assert not {c for c in shown if unicodedata.bidirectional(c) in {"LRE", "RLE", "LRO", "RLO"}}
    assert not {c for c in shown if unicodedata.bidirectional(c) in {"LRI", "RLI", "FSI"}}
    assert "\n\n\n" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "Der Zug f\u00e4hrt.",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0e14\u0e35\u0e21\u0e32\u0e01",
        "\U0001f468\u200d\U0001f469",
        "\u0928\u092e\u0938\u094d\u0924\u0947",
        "a\tb\nc",
    ],
)
def test_ordinary_texts_are_shown_as_they_are(text: str):
    """Joiners of Persian and emoji, vowel signs and line breaks belong to the text."""
    assert visible_text(text) == text


def test_stacked_marks_are_cut():
    """Four marks on one letter stay, more do not climb over the lines above."""
    assert visible_text("x" + "\u0301" * 500) == "x" + "\u0301" * 4


@given(any_text, st.integers(2, 50))
def test_a_name_is_one_short_line(text: str, characters: int):
    """A brand or an author takes one line, whatever it holds."""
    line = one_line(text, characters=characters)
    assert len(line) <= characters
    assert not set(line) & {"\n", "\t", "\u2028"}


@pytest.mark.parametrize("url", hostile.LINKS)
def test_hostile_addresses_are_no_links(url: str):
    """They are shown as text, at most."""
    assert safe_link(url) == ""
    assert card_of(url=url)["link"] == ""


@given(st.one_of(any_text, any_text.map("https://".__add__), st.sampled_from(hostile.LINKS)))
def test_a_link_leads_to_the_web(url: str):
    """Whatever passes is http or https to a plain host."""
    link = safe_link(url)
    assert link in {"", url}
    if link:
        parts = urlsplit(link)
        assert parts.scheme in {"http", "https"}
        assert parts.netloc.replace(":", "").replace(".", "").replace("-", "").isalnum()
        assert not set(link) & set(" <>\"'\\\n\t")


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a?b=c&d=%20#e", "http://127.0.0.1:8080/x", "https://xn--e1afmkfd.test/"],
)
def test_ordinary_addresses_are_links(url: str):
    """An address of the Web can be followed."""
    assert safe_link(url) == url
    assert card_of(url=url)["link"] == url


def test_a_card_holds_plain_values():
    """A card goes to the browser as JSON, a lone surrogate and all."""
    post = feed_post(
        text="bad \ud800 text", author="\udfff", topics=("a", "b"), rating=4.0, score=-0.456
    )
    (card,) = cards([post], lang_name=lambda code: code.upper())
    assert json.loads(json.dumps(card)) == card
    json.dumps(card).encode("utf-8")
    assert card["score"] == "\u22120.46"
    assert card["rating"] == "4"
    assert card["lang_name"] == "EN"


def test_long_texts_are_folded():
    """A long text, or one of many lines, is shown in part until it is unfolded."""
    assert not card_of(text="short", characters=5)["folded"]
    assert card_of(text="x" * 500, characters=500)["folded"]
    assert card_of(text="\n a" * 20, characters=60)["folded"]
    assert card_of(text="x" * 4000, characters=9000)["cut"]


def test_a_card_says_which_way_its_text_runs():
    """A mark of direction, a name or an address before the words does not turn it around."""
    arabic = "\u0627\u0644\u0628\u0637\u0627\u0631\u064a\u0629"
    for before in ("\u200e", "@someone ", "https://example.org ", "Velorra "):
        assert card_of(text=f"{before}{arabic}", lang="ar")["direction"] == "rtl"
    assert card_of()["direction"] == "ltr"
