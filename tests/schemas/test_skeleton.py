"""The form in which brands are looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.skeleton import _settled, skeleton, skeletons


@pytest.mark.parametrize(
    ("hidden", "plain"),
    [
        ("App\u200ble", "apple"),
        ("ＡＰＰＬＥ", "apple"),
        ("𝐀𝐩𝐩𝐥𝐞", "apple"),
        ("Аррle", "apple"),  # the first three letters are Cyrillic
        ("\u202eApple\u202c", "apple"),
        ("Citroën", "citroen"),
        ("Cafe\u0301", "cafe"),
        ("İstanbul", "istanbul"),
        ("Straße", "strasse"),
        ("ｶﾞｽ", "ガス"),
        ("Apple\n\t  Pay ", "apple pay"),
        ("a\x00b", "ab"),
    ],
)
def test_what_a_reader_does_not_see_is_gone(hidden, plain):
    """Tricks with invisible, wide, accented and look-alike letters lead to the plain name."""
    assert skeleton(hidden) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("شَاوْمِي", "شاومي"),
        ("شـــاومى", "شاومي"),
        ("أبل", "ابل"),
        ("آبل", "ابل"),
        ("ٱلْبَطَّارِيَّة", "البطاريه"),
        ("کیفیت", "كيفيت"),
        ("שָׁלוֹם", "שלום"),
        ("फ़ोन ज़्यादा", "फोन ज्यादा"),
        ("हूँ", "हूं"),
        ("نوت ١٣", "نوت 13"),
        ("رنو ۱۳", "رنو 13"),
        ("रेडमी १३", "रेडमी 13"),
        ("รุ่น ๑๓", "รุ่น 13"),
        ("Ёлка", "елка"),
        ("ΚΑΛΉ ΕΛΛΑΣ", "καλη Ελλάς"),
        ("Ørsted, Łódź, Đặng", "orsted, lodz, dang"),
        ("蘋果電池，臺灣", "苹果电池，台湾"),
        ("這個麵包後來變髒了", "这个面包后来变脏了"),
    ],
)
def test_one_word_spelt_in_two_ways(one, other):
    """Vowel signs, dots, hamzas, digits and strokes that people leave out or write otherwise."""
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مول", "مؤول"),
        ("йод", "иод"),
        ("苹果", "芒果"),
        ("ไม่", "ไม"),
        ("का", "की"),
        ("がす", "かす"),
    ],
)
def test_other_words_stay_apart(one, other):
    """Marks that make another word of it count."""
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("text", ["苹果手机", "अच्छा", "ไม่ดี", "سامسونج", "삼성전자", "привет"])
def test_other_scripts_keep_their_words_apart(text):
    """Folding leaves two words of one script different."""
    assert skeleton(text) != skeleton(text[:-1])
    assert skeleton(text)


@given(st.text())
def test_a_skeleton_is_its_own_skeleton(text):
    """Folding twice changes nothing, so aliases and texts meet in one form."""
    once = skeleton(text)
    assert skeleton(once) == once


@given(st.lists(st.text()))
def test_neighbours_do_not_matter(texts):
    """Folded together or alone, a text has the same skeleton."""
    assert skeletons(texts) == [skeleton(text) for text in texts]


@given(st.text(st.characters(codec="ascii")))
def test_plain_texts_take_a_shorter_way_to_the_same_place(text):
    """What needs no table of look-alikes is folded without it, beside a neighbour that does."""
    assert skeleton(text) == _settled([text])[0]
    assert skeletons([text, "Citroën"]) == [skeleton(text), "citroen"]
