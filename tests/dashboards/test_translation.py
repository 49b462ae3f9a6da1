from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.config import TRANSLATE_VARIABLE, load_config
from dashboards.feed import visible_text
from dashboards.translation import MAX_ADDRESS_CHARACTERS, is_template, translation
from schemas.errors import SettingsError
from tests.dashboards import hostile
from tests.dashboards.test_feed import card_of

GOOGLE = "https://translate.google.com/?sl=auto&tl={language}&text={text}&op=translate"
DEEPL = "https://www.deepl.com/translator#{source}/{language}/{text}"
OWN = "http://translate.intra:8080/{language}/{text}"

any_text = st.text(st.characters(codec=None), max_size=900)
words = st.sampled_from(["كويس", "ดีมาก", "可以", "a", "क्षि", "👩‍👩‍👧", "%", " "])
long_text = st.lists(words, max_size=900).map(lambda parts: "".join(parts) + "ก" * 600)


@pytest.mark.parametrize("template", [GOOGLE, DEEPL, OWN, "https://[::1]/?q={text}"])
def test_templates_of_translators(template: str):
    """Those of public ones and of a company's own."""
    assert is_template(template)


@pytest.mark.parametrize(
    "template",
    [
        "https://translate.example/?tl={language}",
        "https://translate.example/?a={text}&b={text}",
        "translate.example/?text={text}",
        "ftp://translate.example/{text}",
        "javascript:alert({text})",
        "https:///{text}",
        "https://{text}/",
        "https://{language}.example/{text}",
        "https://me:secret@translate.example/{text}",
        "https://translate.example/?text={text}&to={lang}",
        "https://translate.example/?text={text}&to={",
        "https://translate.example/?text={{text}}",
        "https://translate.example/?text={text}&x=a b",
        'https://translate.example/?text={text}"',
        "https://translate.example/?text={text}\n",
        "https://translate.example:99999/?text={text}",
        "https://[::1/?text={text}",
        "https://übersetzer.example/?text={text}",
        "https://translate.example/?text={text}&x=" + "x" * 500,
    ],
)
def test_what_is_no_template(template: str):
    """The page says so, names the variable and what was expected."""
    assert not is_template(template)
    with pytest.raises(SettingsError, match=rf"{TRANSLATE_VARIABLE}=.* is not .*\{{text\}} once"):
        load_config({TRANSLATE_VARIABLE: template})


def test_whose_language_it_is_decides():
    """No link for what the reader reads, for what has no words, or where no translator is set."""
    assert translation(GOOGLE, "The train.", lang="en", reader="en") is None
    assert translation(GOOGLE, "火车", lang="zh", reader="zh") is None
    assert translation(GOOGLE, "👍 10/10 !!", lang="und", reader="en") is None
    assert translation("", "火车", lang="zh", reader="en") is None
    for lang in ("ar", "en", "und", "", "yue"):
        assert translation(GOOGLE, "قطار", lang=lang, reader="zh")


def test_languages_have_the_names_that_translators_use():
    def address(template: str, lang: str, reader: str) -> str:
        found = translation(template, "x", lang=lang, reader=reader)
        assert found
        return found.address

    assert address(DEEPL, "de", "en") == "https://www.deepl.com/translator#de/en/x"
    assert address(DEEPL, "zh", "en").endswith("#zh-CN/en/x")
    assert address(DEEPL, "de", "zh").endswith("#de/zh-CN/x")
    for unknown in ("und", "", "arz"):
        assert address(DEEPL, unknown, "en").endswith("#auto/en/x")


@pytest.mark.parametrize("text", [*hostile.texts(), "\ud83d lone", "a{text}b{language}\r\n&#?/%00"])
def test_hostile_texts_stay_in_their_place(text: str):
    """The address has the template's parts, and beside them the text alone."""
    check(visible_text(text))


@given(any_text)
def test_any_text_stays_in_its_place(text: str):
    check(text)


@given(long_text)
def test_long_texts_are_cut_between_characters(text: str):
    """What is sent is a beginning of the text, and no letter of it lacks its marks."""
    found, sent = check(text)
    assert found.cut
    rest = text[len(sent) :]
    assert rest[0] not in "\u093f\u094d\u0e35\u200d"
    assert not sent.endswith("\u200d")


def check(text: str):
    """The link of a text and what it sends; both None where there is none."""
    found = translation(GOOGLE, text, lang="ar", reader="en")
    if found is None:
        assert not any(map(str.isalpha, text))
        return None, None
    assert len(found.address) <= MAX_ADDRESS_CHARACTERS
    assert set(found.address) <= set(map(chr, range(ord("!"), ord("~") + 1)))
    parts = urlsplit(found.address)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "translate.google.com", "/")
    assert found.host == "translate.google.com"
    assert parts.fragment == ""
    query = parse_qs(parts.query, keep_blank_values=True, errors="strict")
    assert query.keys() == {"sl", "tl", "text", "op"}
    [sent] = query["text"]
    sayable = text.encode(errors="replace").decode()
    assert sayable.startswith(sent)
    assert found.cut == (len(sent) < len(sayable))
    assert unquote(found.address).endswith("&op=translate")
    return found, sent


def test_a_text_of_marks_alone_is_cut_all_the_same():
    """There is no place between characters."""
    found = translation(GOOGLE, "a" + "\u0e35" * 4000, lang="th", reader="en")
    assert found
    assert found.cut
    assert len(found.address) > MAX_ADDRESS_CHARACTERS - 9


def test_a_card_has_its_language_and_its_link():
    """Without a translator there is none; an unknown language is not the page's."""
    card = card_of(lang="und", text="قطار")
    assert (card["lang"], card["translate"]) == ("", None)
    card = card_of(lang="arz", text="قطار", translator=OWN)
    assert (card["lang"], card["direction"]) == ("arz", "rtl")
    assert card["translate"] == {
        "address": "http://translate.intra:8080/en/%D9%82%D8%B7%D8%A7%D8%B1",
        "cut": False,
        "host": "translate.intra",
    }
    assert card_of(lang="en", text="The train.", translator=OWN)["translate"] is None
