"""Which dead letters are found, and how they look on a terminal."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import dead_letter
from schemas.errors import InvalidPostError
from streams.dead_letters.letters import LetterBox, LetterFilter, redriven_marker
from streams.dead_letters.rendering import escaped, hexadecimal, shown, summary
from streams.records import StoredRecord

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def letter(offset: int, *, value: bytes = b"{", topic: str = "reviews", field: str = "text"):
    """The record of a dead letter that failed `offset` minutes after T0."""
    found = dead_letter(
        InvalidPostError(field=field, value="''", remedy="send some text"),
        value=value,
        key=b"k",
        headers=[("own", b"\x1b[31m")],
        topic=topic,
        partition=0,
        offset=offset,
        failed_at=T0 + timedelta(minutes=offset),
    )
    identity = found.identity.encode()
    return StoredRecord(offset + 100, 0, value, identity, tuple(found.to_headers()))


def box_of(*records, limit: int = 10, skip=(), **wanted) -> LetterBox:
    """A box that has taken the records in."""
    box = LetterBox(LetterFilter(**wanted), limit=limit, skip=skip)
    for record in records:
        box.add(2, record)
    return box


def offsets(box: LetterBox) -> list[int]:
    """Source offsets of what the box kept."""
    return [kept.letter.offset for kept in box.newest_first()]


@given(st.permutations(range(8)), st.integers(1, 10))
def test_newest_are_kept(order, limit):
    """Whatever the order on the topic, the newest come first, as many as wanted."""
    box = box_of(*(letter(offset) for offset in order), limit=limit)
    assert offsets(box) == list(range(7, -1, -1))[:limit]
    assert box.found == 8


def test_filters():
    """By reason, topic, time and place."""
    records = [letter(1), letter(2, topic="social-posts"), letter(3, field="rating"), letter(4)]
    assert offsets(box_of(*records, reason="RATING")) == [3]
    assert offsets(box_of(*records, topic="reviews")) == [4, 3, 1]
    since, until = T0 + timedelta(minutes=2), T0 + timedelta(minutes=4)
    assert offsets(box_of(*records, since=since, until=until)) == [3, 2]
    assert offsets(box_of(*records, places=frozenset({"reviews:0:1", "2:103"}))) == [3, 1]


def test_written_twice_is_one():
    """A worker that was killed wrote the letter again; foreign records are counted."""
    box = box_of(letter(1), letter(1), StoredRecord(9, 0, b"x"))
    assert (offsets(box), box.found, box.foreign) == ([1], 1, 1)


def test_markers_tell_what_was_sent_back():
    """A marker is no letter; what it names is passed over where that is wanted."""
    marker = StoredRecord(200, 0, None, b"reviews:0:1", tuple(redriven_marker(T0)))
    box = box_of(letter(1), letter(2), marker)
    assert box.redriven == {"reviews:0:1": T0}
    again = box_of(letter(1), letter(2), marker, skip=box.redriven)
    assert (offsets(again), again.skipped) == ([2], 1)


def test_whole_letter_is_shown():
    """Reason, place, key, headers and the record, with nothing that steers a terminal."""
    kept = box_of(letter(1, value=b'{"text": "\x1b[2J\xe2\x80\xae"}')).newest_first()[0]
    text = shown(kept, {})
    assert "reviews:0:1" in text
    assert "2:101" in text
    assert "send some text" in text
    assert r"own = \x1b[31m" in text
    assert text.endswith(r'{"text": "\x1b[2J\u202e"}')
    assert summary(kept, {"reviews:0:1": T0})["redriven_at"] == T0.isoformat()


def test_bytes_that_are_no_text_are_shown_in_hexadecimal():
    """Offset, hexadecimal, printable ASCII; of a long record the beginning."""
    kept = box_of(letter(1, value=b"\xffab\x00" * 5000)).newest_first()[0]
    text = shown(kept, {})
    assert "00000010  ff 61 62 00" in text
    assert ".ab." in text
    assert "16000 bytes more" in text


@given(st.text())
def test_escaped_text_is_printable(text):
    """Whatever the text, nothing that a terminal would obey is left."""
    assert escaped(text).isprintable()


@given(st.binary(max_size=100))
def test_hexadecimal_is_whole(content):
    """Every byte is there, in order."""
    rows = [row[10:57] for row in hexadecimal(content).splitlines()]
    assert bytes.fromhex(" ".join(rows)) == content


@given(st.binary(max_size=6000))
def test_any_record_can_be_shown(content):
    """No bytes break the view, and all of it is printable."""
    kept = box_of(letter(1, value=content)).newest_first()[0]
    assert all(line.isprintable() for line in shown(kept, {}).split("\n"))
