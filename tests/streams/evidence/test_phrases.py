"""Words that set posts apart, in scripts with and without spaces."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.evidence.log_odds import contrast
from streams.evidence.phrases import Document, distinguishing
from streams.evidence.runs import runs

USUAL = {
    "en": ("The screen of my phone is bright", "I use the phone for work", "Is the phone worth it"),
    "zh": ("今天用手机看视频屏幕很清楚", "手机的电池可以用两天", "不知道手机值不值这个价格"),
    "th": ("หน้าจอของโทรศัพท์สวยมาก", "แบตเตอรี่โทรศัพท์ใช้ได้สองวัน", "ไม่แน่ใจว่าโทรศัพท์คุ้มราคาไหม"),
    "ar": ("شاشة الهاتف رائعة جدا", "أستخدم الهاتف في العمل", "هل يستحق الهاتف السعر"),
}
NEWS = {
    "en": ("exploded while charging", "It exploded while charging, the phone is gone"),
    "zh": ("充电时爆炸了", "我的手机充电时爆炸了"),
    "th": ("ระเบิดตอนชาร์จ", "โทรศัพท์ระเบิดตอนชาร์จ"),
    "ar": ("انفجر أثناء الشحن", "الهاتف انفجر أثناء الشحن"),
}


def documents(texts, lang, count):
    chance = random.Random(1)
    return [Document.of(f"{chance.choice(texts)}. {n}", lang) for n in range(count)]


@pytest.mark.parametrize("lang", NEWS)
def test_longest_phrase_of_what_is_new_comes_first(lang: str):
    """Not its parts, not the words that everybody uses."""
    phrase, text = NEWS[lang]
    usual = documents(USUAL[lang], lang, 200)
    here = documents(USUAL[lang], lang, 20) + documents([text], lang, 20)
    found = distinguishing(here, usual)
    assert phrase in found[0].text
    assert found[0].posts == 20
    assert found[0].share == 0.5
    assert found[0].usual_share == 0
    assert found[0].strength > 3
    assert not [one for one in found[1:] if one.text in phrase]


def test_stop_words_of_a_language_that_became_frequent_do_not_stand_out():
    """German words are compared with German posts, not with the English majority."""
    usual_de = ("Der Akku und das Display sind gut", "Die Kamera und der Ton sind gut")
    news = "Der Akku und das Netzteil sind geschmolzen"
    usual = documents(USUAL["en"], "en", 300) + documents(usual_de, "de", 60)
    found = {phrase.text for phrase in distinguishing(documents([news], "de", 40), usual)}
    assert any("geschmolzen" in text for text in found)
    assert not found & {"der", "und", "sind", "die", "das"}


def test_usual_share_is_that_of_the_same_languages():
    """A tenth of the usual German posts have it, however many others are English."""
    texts = ["Der Akku hält"] * 9 + ["Der Akku ist explodiert"]
    usual = documents(USUAL["en"], "en", 400) + [
        Document.of(f"{text}. {n}", "de") for n, text in enumerate(texts * 10)
    ]
    here = documents(["Der Akku ist explodiert"], "de", 60)
    shares = {phrase.text: phrase.usual_share for phrase in distinguishing(here, usual)}
    assert shares == {"explodiert": pytest.approx(0.1)} or shares == {
        "ist explodiert": pytest.approx(0.1)
    }


def test_everyday_words_at_the_ends_say_nothing():
    """Neither the article before the new word nor the verb after it."""
    usual = documents(USUAL["en"], "en", 60)
    here = documents(["The charger is the worst for my desk"], "en", 12)
    found = [phrase.text for phrase in distinguishing(here, usual)]
    assert found[0].startswith("charger")
    assert not {"the charger", "is the", "for"} & set(found)


def test_language_of_which_nothing_is_known_gives_no_phrases():
    """Nothing can be told apart from what was never seen."""
    assert distinguishing(documents(USUAL["en"], "en", 30), []) == []


def test_same_posts_have_nothing_apart():
    """Here as usual."""
    same = documents(USUAL["en"], "en", 60)
    assert distinguishing(same, same) == []


def test_runs_end_at_stops_addresses_and_other_scripts():
    """A phrase reaches over none of them; a hashtag's word is a word."""
    text = "Great phone, 手机很好 see https://x.org/great @ann now #Recall\u200bNow"
    assert [run.text for run in runs(text)] == [
        *(" great phone ", "手机很好", " see ", " now ", " recallnow ")
    ]


def test_marks_belong_to_their_word():
    """Vowel signs of Hindi and Thai are parts of words, apostrophes too."""
    assert [run.text for run in runs("हिन्दी में don't ที่นี่")] == [" हिन्दी में don't ", "ที่นี่"]


@given(st.lists(st.text(max_size=60), max_size=12), st.lists(st.text(max_size=60), max_size=12))
def test_any_text_is_harmless(here, usual):
    """Shares stay shares, phrases are in their posts, the strongest come first."""
    found = distinguishing(
        [Document.of(text, "en") for text in here], [Document.of(text, "en") for text in usual]
    )
    assert all(0 < phrase.share <= 1 and 0 <= phrase.usual_share <= 1 for phrase in found)
    assert all(phrase.posts >= 2 and phrase.text == phrase.text.strip() for phrase in found)


@given(
    st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
)
def test_strength_is_antisymmetric_and_has_the_sign_of_the_difference(here, usual):
    """Exchanging the sides turns the sign; strong is only what has another share."""
    (count, voices), (usual_count, usual_voices) = here, usual

    def strength(a, n, b, m):
        numbers = (np.array([[float(a)]]), np.array([float(n)]))
        others = (np.array([[float(b)]]), np.array([float(m)]))
        return float(contrast(*numbers, *others).strength[0])

    found = strength(count, voices, usual_count, usual_voices)
    turned = strength(usual_count, usual_voices, count, voices)
    assert found == pytest.approx(-turned, abs=1e-4)
    if abs(found) > 0.5:
        assert (found > 0) == (count * usual_voices > usual_count * voices)
