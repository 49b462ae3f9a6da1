"""The programme: the same minute gives the same posts, with bad news now and then."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose.demo.posts import demo_posts
from compose.demo.programme import SURGE_BRAND, Programme, spoiled
from schemas.errors import InvalidPostError
from schemas.post import decode_post, encode_post

START = 29_500_000
LATER = datetime(2030, 1, 1, tzinfo=UTC)
programme = Programme(demo_posts(), 3.0)


@given(minute=st.integers(29_000_000, 30_000_000))
def test_a_minute_is_always_the_same(minute):
    """Played twice, a minute replaces itself: same posts, same ids, all within it, valid."""
    posts = programme.usual(minute)
    assert posts == Programme(demo_posts(), 3.0).usual(minute)
    assert len({post.post_id for post in posts}) == len(posts)
    for post in posts:
        assert minute == int(post.posted_at.timestamp() // 60)
        assert decode_post(encode_post(post), now=LATER).post_id == post.post_id


def test_rate_is_kept_over_a_day():
    """The average is what was asked for, the afternoon is busier than the night."""
    day = START - START % 1440
    counts = [len(programme.usual(day + minute)) for minute in range(0, 1440, 4)]
    assert sum(counts) * 4 / 86_400 == pytest.approx(3.0, rel=0.1)
    assert sum(counts[14 * 15 : 17 * 15]) > 1.5 * sum(counts[2 * 15 : 5 * 15])


def test_texts_come_again_only_after_all_others():
    """Within an hour no text repeats before thousands of others were played."""
    hour = START - START % 60
    texts = [post.text for minute in range(60) for post in programme.usual(hour + minute)]
    last: dict[str, int] = {}
    for place, text in enumerate(texts):
        assert place - last.get(text, -10_000) > 5000
        last[text] = place


def test_surge_of_bad_news():
    """From the fourth minute on, for four minutes, and again three quarters of an hour later."""
    minutes = [n for n in range(120) if programme.surge(START + n, start_minute=START)]
    assert minutes == [3, 4, 5, 6, 48, 49, 50, 51, 93, 94, 95, 96]
    posts = programme.surge(START + 4, start_minute=START)
    usual = [p for p in programme.usual(START + 4) if p.brand == SURGE_BRAND]
    assert {post.brand for post in posts} == {SURGE_BRAND}
    assert len(posts) > 2 * len(usual)
    assert {post.rating for post in posts} <= {1.0, 2.0}


@pytest.mark.parametrize("choice", range(4))
def test_spoiled_records_are_no_posts(choice):
    """Each carelessness makes a dead letter."""
    record = encode_post(programme.usual(START)[0])
    with pytest.raises(InvalidPostError):
        decode_post(spoiled(record, choice=choice), now=LATER)
