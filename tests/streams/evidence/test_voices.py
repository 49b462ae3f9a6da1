"""Copies are one voice, in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.evidence.near_duplicates import leaders
from streams.evidence.voices import fold
from tests.streams.evidence.builders import post

TEXTS = (
    "My parcel has been lost for three weeks and nobody answers the phone.",
    "配送太慢了,等了三个星期还没有收到货,客服也不回复",
    "注文した荷物が三週間たっても届かないし、電話もつながらない",
    "รอพัสดุมาสามสัปดาห์แล้ว ยังไม่ได้ของเลย แย่มาก",
    "ضاع طردي منذ ثلاثة أسابيع ولا أحد يرد على الهاتف",
    "택배가 3주째 오지 않는데 아무도 전화를 받지 않아요",
)


def numbers(*texts):
    return leaders(texts, [""] * len(texts))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "copy",
    [
        "{} https://example.org/a?b=1",
        "@someone {}",
        "RT @shop: {}",
        "{} #scandal #shop",
        "{}!!!",
        "\u200b{}",
    ],
)
def test_copy_with_other_decoration_is_no_voice_of_its_own(text: str, copy: str):
    """Addresses, mentions, hashtags, stops and invisible characters do not count."""
    assert numbers(text, copy.format(text)) == [0, 0]


@pytest.mark.parametrize("text", TEXTS)
def test_slightly_changed_copy_is_found(text: str):
    """Some characters fewer at the end."""
    assert numbers(text, text[: int(len(text) * 0.85)]) == [0, 0]


def test_different_texts_stay_apart():
    """Six texts about one matter in six languages, and two in one language."""
    other = "My parcel arrived within a day and the driver was friendly."
    assert numbers(*TEXTS, other) == [0, 1, 2, 3, 4, 5, 6]


def test_short_texts_are_copies_of_the_same_author_only():
    """Many people find it slow; one who says so twice is one voice."""
    assert leaders(["so slow"] * 4, ["", "", "ann", "ann"]) == [0, 1, 2, 2]


def test_text_of_tags_only_is_compared_as_it_is():
    """What is left without its tags is nothing."""
    assert numbers(
        "#boycott_the_shop #never", "#boycott_the_shop #never", "#great_shop_always"
    ) == [*(0, 0, 2)]


def test_hostile_texts_are_harmless():
    """Empty, giant, surrogates, controls, and one letter for ever."""
    hostile = ["", "\x00" * 50, "\ud800" * 30, "a" * 200_000, "\u202e" * 40, "😀" * 500]
    assert numbers(*hostile, *hostile)[3] == 3


@given(
    st.lists(st.sampled_from([*TEXTS, "so slow", "", "#a"]), max_size=30),
    st.randoms(use_true_random=False),
)
def test_every_post_is_in_one_voice_whatever_the_order(texts, random):
    """Folding loses and repeats nothing, and does not depend on the order of the input."""
    posts = [post(text) for text in texts]
    voices = fold(posts)
    assert sorted(p.post_id for voice in voices for p in voice.posts) == sorted(
        p.post_id for p in posts
    )
    long = {text for text in texts if text in TEXTS}
    assert sum(voice.first.text in TEXTS for voice in voices) == len(long)
    random.shuffle(posts)
    assert fold(posts) == voices
