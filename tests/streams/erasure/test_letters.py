"""Dead letters and records of erased posts: what is kept of them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from schemas.dead_letter import DeadLetter, dead_letter_from_headers
from schemas.erasure import SuppressionKind, SuppressionList, suppression_hash
from streams.erasure.letters import SuppressingLetterSink, blanking
from streams.erasure.own_topics import without_labels
from streams.erasure.suppressing import ERASED, suppressed_letter
from streams.erasure.topic_rewriting import Content

SALT = bytes(32)
LISTED = SuppressionList.of(
    [
        (SuppressionKind.SALT, SALT.hex()),
        (SuppressionKind.AUTHOR, suppression_hash(SuppressionKind.AUTHOR, "Ada", salt=SALT)),
        (SuppressionKind.POST, suppression_hash(SuppressionKind.POST, "web", "7", salt=SALT)),
    ]
)


def letter(value: bytes) -> DeadLetter:
    return DeadLetter(
        value=value,
        key=b"a key",
        headers=(("trace", b"1"),),
        topic="reviews",
        partition=2,
        offset=9,
        reason="send a text",
        field="text",
        bad_value=repr(value),
        failed_at=datetime(2026, 5, 1, tzinfo=UTC),
    )


def record(value: bytes) -> Content:
    found = letter(value)
    return Content(found.identity.encode(), found.value, tuple(found.to_headers()))


@pytest.mark.parametrize(
    "value", [b'{"author": "ADA", "x": 1}', b'{"source": " web", "post_id": "7"}']
)
def test_an_erased_posts_letter_is_blanked(value):
    """Its identity stays, and so does the number of letters."""
    blank = suppressed_letter(letter(value), LISTED)
    assert (blank.value, blank.key, blank.headers, blank.reason) == (b"", None, (), ERASED)
    assert blank.identity == letter(value).identity
    told = blanking(LISTED)(record(value))
    assert told is not None
    assert dead_letter_from_headers(told.value or b"", told.headers) == blank
    assert value not in b"".join([told.value or b"", *(part for _, part in told.headers)])
    assert blanking(LISTED)(told) is told


@pytest.mark.parametrize(
    "value",
    [b"", b"\xff", b"[]", b'{"author": 5}', b'{"author": "Bob"}', b'{"post_id": "7"}', b"[" * 5000],
)
def test_others_stay_byte_for_byte(value):
    assert suppressed_letter(letter(value), LISTED) == letter(value)
    content = record(value)
    assert blanking(LISTED)(content) is content


def test_bytes_that_name_somebody_are_blanked_too():
    """In the value, in a header, or in what was quoted of it as wrong."""
    for content in (record(b"\xff by Ada L."), replace(record(b"x"), headers=_naming())):
        changed = blanking(LISTED, [b"Ada L."])(content)
        assert changed is not content
    foreign = Content(b"k", b"Ada L.", ())
    assert blanking(LISTED, [b"Ada L."])(foreign) is foreign


def _naming() -> tuple[tuple[str, bytes], ...]:
    return (*record(b"x").headers, ("trace", b"Ada L."))


def test_a_mark_that_a_letter_was_sent_again_stays():
    mark = Content(b"reviews:2:9", None, (("groundswell-redriven-at", b"2026"),))
    assert blanking(LISTED)(mark) is mark


def test_labels_of_erased_posts_are_dropped():
    """And so are the tombstones that name them."""
    change = without_labels(LISTED)
    key = msgspec.json.encode(("Acme", "web", "7"))
    assert change(Content(key, b"{}", ())) is None
    assert change(Content(key, None, ())) is None
    for other in (msgspec.json.encode(("Acme", "web", "8")), b"odd", None):
        content = Content(other, b"{}", ())
        assert change(content) is content


def test_the_sink_blanks_what_it_is_given_and_follows_the_list():
    """The list is asked for anew only when it has grown."""

    class Store:
        entries = SuppressionList()
        asked = 0

        def count(self) -> int:
            return len(self.entries.hashes)

        def listed(self) -> SuppressionList:
            self.asked += 1
            return self.entries

    class Kept:
        letters: list[DeadLetter]

        async def send(self, letters) -> None:
            self.letters = list(letters)

    store, kept = Store(), Kept()
    sink = SuppressingLetterSink(kept, store)  # type: ignore[arg-type]
    found = letter(b'{"author": "ada"}')
    for listed, value in ((SuppressionList(), found.value), (LISTED, b""), (LISTED, b"")):
        store.entries = listed
        asyncio.run(sink.send([found]))
        assert kept.letters[0].value == value
    assert store.asked == 2
