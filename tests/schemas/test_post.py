"""Reading posts: what is taken, what is refused, and in which words."""

import contextlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import InvalidPostError
from schemas.post import MAX_RECORD_BYTES, Post, decode_post, encode_post

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
GOOD = {"post_id": "1", "text": "Fine", "source": "shop", "posted_at": "2026-11-01T10:00:00Z"}


def record(**fields):
    return msgspec.json.encode({**GOOD, **fields})


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "$"),
        (b"{", "$"),
        (b"\xff\xfe", "$"),
        (b"[]", "$"),
        (b"[" * 200_000, "$"),
        (b'{"x":' * 100_000, "$"),
        (b'{"text":"a\x00b"}', "$"),
        (b"x" * (MAX_RECORD_BYTES + 1), "$"),
        (b'{"text":"\\ud800","source":"s","posted_at":"2026-11-01T10:00:00Z"}', "$"),
        (b'{"source":"s","posted_at":"2026-11-01T10:00:00Z"}', "text"),
        (record(text=""), "text"),
        (record(text=" \n"), "text"),
        (record(text=7), "text"),
        (record(source="\t"), "source"),
        (record(rating="5"), "rating"),
        (record(rating=101), "rating"),
        (record(reach=-1), "reach"),
        (record(kind="tweet"), "kind"),
        (record(lang="English"), "lang"),
        (record(country="Germany"), "country"),
        (record(country="DE\n"), "country"),
        (record(lang="de\n"), "lang"),
        (record(posted_at="yesterday"), "posted_at"),
        (record(posted_at="2026-11-01T10:00:00"), "posted_at"),
        (record(posted_at="2026-11-03T10:00:00Z"), "posted_at"),
        (record(posted_at="0001-01-01T00:00:00+14:00"), "posted_at"),
        (record(posted_at=1_790_000_000), "posted_at"),
    ],
)
def test_a_bad_record_is_refused_with_its_field_value_and_remedy(raw, field):
    """Whatever is wrong, the error names the field, shows the value and says what to send."""
    with pytest.raises(InvalidPostError) as caught:
        decode_post(raw, now=NOW)
    assert caught.value.field == field
    assert caught.value.value
    assert caught.value.remedy
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("field", Post.__struct_fields__)
def test_a_wrong_value_of_any_field_says_what_to_send(field):
    """Not only what the decoder expected of its types."""
    with pytest.raises(InvalidPostError) as caught:
        decode_post(record(**{field: ["no", "list"]}), now=NOW)
    assert caught.value.field == field
    assert caught.value.remedy.startswith("send ")
    assert "Expected" in caught.value.remedy


def test_the_key_does_not_depend_on_how_the_time_was_written():
    """The same moment in two notations is one key: a replay must not count it twice."""
    zulu = decode_post(record(posted_at="2026-11-01T10:00:00.123456Z", post_id=""), now=NOW)
    local = decode_post(record(posted_at="2026-11-01T18:00:00.123999+08:00", post_id=""), now=NOW)
    assert (zulu.posted_at, zulu.post_id) == (local.posted_at, local.post_id)
    assert zulu.posted_at == datetime(2026, 11, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert zulu.posted_at.utcoffset() == timedelta(0)


def test_a_post_without_an_id_is_named_after_its_content():
    """Another text is another post; the same content is the same one."""
    first, again = (decode_post(record(post_id=""), now=NOW) for _ in range(2))
    other = decode_post(record(post_id="", text="Different"), now=NOW)
    assert first.post_id == again.post_id != other.post_id


def test_language_codes_are_shortened():
    """zh-Hans, ZH and zh_CN are one language in every filter."""
    codes = {decode_post(record(lang=code), now=NOW).lang for code in ("zh-Hans", "ZH", "zh_CN")}
    assert codes == {"zh"}


posts = st.builds(
    Post,
    text=st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: not text.isspace()),
    posted_at=st.datetimes(datetime(1991, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    source=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=50),
    post_id=st.text(st.characters(codec="utf-8"), max_size=50),
    kind=st.sampled_from(["review", "social", "news"]),
    reach=st.none() | st.integers(0, 10**15),
)


@given(posts)
def test_a_post_survives_the_way_over_kafka(post):
    """Decoding what was encoded gives the post, and doing so again changes nothing more."""
    once = decode_post(encode_post(post), now=NOW)
    assert once.text == post.text
    assert once.post_id == post.post_id or not post.post_id
    assert decode_post(encode_post(once), now=NOW) == once


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise_anything_else(raw):
    """Arbitrary bytes are a post or an InvalidPostError."""
    with contextlib.suppress(InvalidPostError):
        decode_post(raw, now=NOW)
