"""A post: what a producer, a connector or `groundswell ingest` writes to an input topic."""

import math
import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Annotated, Any, Final, Literal

import msgspec

from schemas.errors import InvalidPostError

MAX_RECORD_BYTES: Final = 1_000_000
MAX_TEXT_CHARACTERS: Final = 100_000
# ClickHouse's DateTime64(3) holds 1900 to 2299; a post from before the Web is a mistake of units.
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
MAX_AHEAD: Final = timedelta(days=1)

Kind = Literal["review", "social", "news"]
KINDS: Final = ("review", "social", "news")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
OptionalText = Annotated[str, msgspec.Meta(max_length=2_000)] | None

# `$` alone lets a line break pass behind it; `\Z` is not known where the published schema is read.
_END: Final = r"$(?!\n)"
_LANG: Final = rf"^[A-Za-z]{{2,3}}([-_][A-Za-z0-9]{{1,8}})*{_END}"
_COUNTRY: Final = rf"^[A-Za-z]{{2}}{_END}"


class Post(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One post or review.

    post_id: stable and unique within its source; a post without one gets a hash of its content.
    source: where it was published, such as "amazon" or "mastodon".
    posted_at: when it was published; UTC, milliseconds.
    lang: ISO 639 code, detected from the text where missing.
    brand, product: named by the source itself (a shop knows what a review is about).
    rating: stars as the source gives them, from 0 to 100.
    reach: how many people may see it (followers, readers).
    """

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT_CHARACTERS)]
    posted_at: Annotated[datetime, msgspec.Meta(tz=True)]
    source: Name
    post_id: Annotated[str, msgspec.Meta(max_length=500)] = ""
    kind: Kind = "social"
    lang: Annotated[str, msgspec.Meta(pattern=_LANG)] | None = None
    brand: Name | None = None
    product: Name | None = None
    rating: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    author: OptionalText = None
    url: OptionalText = None
    country: Annotated[str, msgspec.Meta(pattern=_COUNTRY)] | None = None
    reach: Annotated[int, msgspec.Meta(ge=0, le=10**15)] | None = None
    thread_id: Annotated[str, msgspec.Meta(max_length=500)] | None = None


# What to send instead, where the decoder only says what it expected.
_OR_NOTHING: Final = "or leave it out"
_REMEDIES: Final = {
    "text": f"send a text of 1 to {MAX_TEXT_CHARACTERS:,} characters",
    "posted_at": "send the time with its zone, such as 2026-03-31T14:05:00Z",
    "source": "send where it was published in at most 200 characters, such as amazon",
    "post_id": f"send a text of at most 500 characters, {_OR_NOTHING}",
    "kind": f"send {', '.join(KINDS[:-1])} or {KINDS[-1]}, {_OR_NOTHING}",
    "lang": f"send an ISO 639 code such as de or pt-BR, {_OR_NOTHING}",
    "brand": f"send a name of 1 to 200 characters, {_OR_NOTHING}",
    "product": f"send a name of 1 to 200 characters, {_OR_NOTHING}",
    "rating": f"send a number from 0 to 100 without quotes, {_OR_NOTHING}",
    "author": f"send a text of at most 2,000 characters, {_OR_NOTHING}",
    "url": f"send a text of at most 2,000 characters, {_OR_NOTHING}",
    "country": f"send two letters such as DE, {_OR_NOTHING}",
    "reach": f"send a whole number from 0 up without quotes, {_OR_NOTHING}",
    "thread_id": f"send a text of at most 500 characters, {_OR_NOTHING}",
    "$": "send one JSON object",
}

_decoder: Final = msgspec.json.Decoder(Post)
_encoder: Final = msgspec.json.Encoder()
_PATH: Final = re.compile(r" - at `\$\.?(.*)`$")
_MISSING: Final = re.compile(r"missing required field `(\w+)`")


def decode_post(record: bytes, *, now: datetime | None = None) -> Post:
    """Decode and validate one record.

    record: JSON in UTF-8, as it lies on Kafka.
    now: the present, to refuse posts from the future; the clock where not given.
    Returns a post with an id and with `posted_at` in UTC, cut to milliseconds.
    Raises InvalidPostError, naming field, value and remedy.
    """
    if len(record) > MAX_RECORD_BYTES:
        raise InvalidPostError(
            field="$",
            value=f"{len(record)} bytes",
            remedy=f"send at most {MAX_RECORD_BYTES} bytes a post",
        )
    try:
        post = _decoder.decode(record)
    except msgspec.ValidationError as error:
        raise _invalid(record, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidPostError(
            field="$", value=_shorten(record), remedy=f"send one JSON object in UTF-8 ({error})"
        ) from error
    return normalise_post(post, now=now or datetime.now(UTC))


def normalise_post(post: Post, *, now: datetime) -> Post:
    """Give the post its key's final form: UTC milliseconds, an id, a short language code.

    The key must be the same however the post was written, or a replay would count it twice.
    Raises InvalidPostError for a time that cannot be, or a name of white space only.
    """
    try:
        posted_at = post.posted_at.astimezone(UTC)
    except OverflowError as error:
        raise InvalidPostError(
            field="posted_at", value=str(post.posted_at), remedy="send a time in UTC"
        ) from error
    if posted_at.microsecond % 1000:
        posted_at = posted_at.replace(microsecond=posted_at.microsecond // 1000 * 1000)
    if not EARLIEST <= posted_at <= now + MAX_AHEAD:
        raise InvalidPostError(
            field="posted_at",
            value=posted_at.isoformat(),
            remedy=f"send the time of publication, from {EARLIEST.year} to a day ahead, in UTC",
        )
    for field, content in (("text", post.text), ("source", post.source)):
        if content.isspace():
            raise InvalidPostError(field=field, value="white space", remedy="send some text")
    lang = post.lang
    if lang is not None and not (lang.islower() and lang.isalpha()):
        lang = re.split("[-_]", lang, maxsplit=1)[0].lower()
    source = post.source.strip()
    if posted_at is post.posted_at and post.post_id and lang == post.lang and source == post.source:
        return post
    return msgspec.structs.replace(
        post,
        posted_at=posted_at,
        source=source,
        lang=lang,
        post_id=post.post_id or content_id(post, posted_at),
    )


def content_id(post: Post, posted_at: datetime) -> str:
    """An id for a post that came without one: the same content gives the same id.

    posted_at: the post's time in UTC milliseconds, so that its notation does not matter.
    """
    parts = (post.source.strip(), post.author or "", posted_at.isoformat(), post.text)
    digest = blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16)
    return f"content:{digest.hexdigest()}"


def encode_post(post: Post) -> bytes:
    """The post as a record for an input topic: JSON in UTF-8."""
    return _encoder.encode(post)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a post, for producers in other languages."""
    return msgspec.json.schema(Post)


def _invalid(record: bytes, message: str) -> InvalidPostError:
    path = _PATH.search(message)
    missing = _MISSING.search(message)
    if missing:
        field, value = missing.group(1), "(missing)"
    elif path:
        field = path.group(1) or "$"
        value = _shorten(_value_at(record, field))
    else:
        field, value = "$", _shorten(record)
    expected = _PATH.sub("", message)
    remedy = f"{_REMEDIES[field]} ({expected})" if field in _REMEDIES else expected
    return InvalidPostError(field=field, value=value, remedy=remedy)


def _value_at(record: bytes, field: str) -> object:
    try:
        value = msgspec.json.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return record
    return value.get(field, "(missing)") if isinstance(value, dict) else value


def _shorten(value: object, *, characters: int = 80) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    text = repr(value)
    return text if len(text) <= characters else f"{text[:characters]}…"
