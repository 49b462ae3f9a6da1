"""Raw records to matched posts, rows and dead letters."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.mention import COLUMN_NAMES
from schemas.scores import OpinionOf, ScoreBatch
from streams.preparation import prepare
from streams.records import Partition, RecordBatch, StoredRecord
from streams.rows import mention_columns

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
PARTITION = Partition("reviews", 3)


def match(posts):
    return [{name: "" for name in ("Apple", "Samsung") if name in post.text} for post in posts]


def good(text):
    fields = {"post_id": "1", "text": text, "source": "s", "posted_at": "2026-11-01T10:00:00.5Z"}
    return msgspec.json.encode(fields)


def batch(*values):
    records = [StoredRecord(10 + n, 1_790_000_000_000 + n, value) for n, value in enumerate(values)]
    return RecordBatch(PARTITION, records, epoch=7)


def test_each_record_goes_one_way():
    """A match, a dead letter, or a count: nothing vanishes."""
    prepared = prepare(
        batch(good("Apple"), b"{", good("Nobody"), None, good("Apple Samsung")), match, now=NOW
    )
    assert [item.record.offset for item in prepared.matched] == [10, 14]
    assert [(letter.offset, letter.value) for letter in prepared.dead_letters] == [
        (11, b"{"),
        (13, b""),
    ]
    assert prepared.dead_letters[0].identity == "reviews:3:11"
    assert (prepared.unmatched, prepared.mentions, prepared.bad_at_end) == (1, 3, 0)
    assert (prepared.span.first_offset, prepared.span.next_offset) == (10, 15)


def test_bad_records_at_the_end_are_counted():
    """A run of bad records may go on in the next batch."""
    assert prepare(batch(good("Apple"), b"{", b"["), match, now=NOW).bad_at_end == 2


@given(st.lists(st.sampled_from([good("Apple"), good("nobody"), b"", b"{", b"\xff", None])))
def test_the_parts_add_up(values):
    """Matched, unmatched and dead are all the records there were."""
    if values:
        prepared = prepare(batch(*values), match, now=NOW)
        parts = len(prepared.matched) + len(prepared.dead_letters) + prepared.unmatched
        assert parts == len(values) == prepared.span.records


def scores(*rows):
    return ScoreBatch(np.array(rows, dtype=np.float32), [("price",)] * len(rows))


def test_one_row_a_brand():
    """A post about two brands is two mentions with the same scores and the same record."""
    prepared = prepare(batch(b"{", good("Samsung and Apple")), match, now=NOW)
    columns = mention_columns(
        [prepared],
        scores([0.7, 0.2, 0.1]),
        langs=["en"],
        model_version="m1",
        model_sha256="abc",
        scored_at=NOW,
    )
    first, second = (
        dict(zip(COLUMN_NAMES, row, strict=True)) for row in zip(*columns, strict=True)
    )
    assert (first.pop("brand"), second.pop("brand")) == ("Apple", "Samsung")
    assert first == second
    assert first["posted_at"] == 1_793_527_200_500
    assert (first["sentiment"], first["topics"]) == ("negative", ("price",))
    assert abs(first["score"] + 0.6) < 1e-6
    assert (first["kafka_topic"], first["kafka_partition"], first["kafka_offset"]) == (
        "reviews",
        3,
        11,
    )


def test_brands_of_one_post_fare_differently():
    """A brand that the model was asked about has its own polarity; emotions are of the text."""
    prepared = prepare(batch(good("Samsung and Apple")), match, now=NOW)
    found = replace(
        scores([0.7, 0.2, 0.1]),
        felt=[("joy",)],
        offensive=np.array([0.25], np.float32),
        targets=[(OpinionOf("Samsung", (0.1, 0.1, 0.8)),)],
    )
    columns = mention_columns(
        [prepared], found, langs=["en"], model_version="m", model_sha256="", scored_at=NOW
    )
    apple, samsung = (
        dict(zip(COLUMN_NAMES, row, strict=True)) for row in zip(*columns, strict=True)
    )
    assert (apple["brand"], apple["sentiment"]) == ("Apple", "negative")
    assert (samsung["brand"], samsung["sentiment"]) == ("Samsung", "positive")
    assert (samsung["p_negative"], samsung["p_positive"]) == (0.1, 0.8)
    assert abs(samsung["score"] - 0.7) < 1e-6
    assert {row["emotions"] for row in (apple, samsung)} == {("joy",)}
    assert apple["offensive"] == 0.25


def test_no_match_no_rows():
    """All columns are there, and empty."""
    prepared = prepare(batch(b"{"), match, now=NOW)
    empty = ScoreBatch(np.zeros((0, 3), dtype=np.float32), [])
    columns = mention_columns(
        [prepared], empty, langs=[], model_version="", model_sha256="", scored_at=NOW
    )
    assert columns == [[] for _ in COLUMN_NAMES]
