"""A second model scores its share beside the first, in the same rows and never as the later one."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ModelError
from schemas.mention import COLUMN_NAMES
from schemas.post import Post
from schemas.scores import ScoreBatch
from streams.preparation import PreparedBatch, prepare
from streams.records import Partition, RecordBatch, StoredRecord
from streams.scoring import Scored, score_batches
from streams.shadow import Shadow

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Says:
    """A model that says the same of every text. fails: whether it does not answer."""

    model_sha256 = ""

    def __init__(self, version: str, row: Sequence[float], *, fails: bool = False) -> None:
        self.model_version = version
        self._row = row
        self._fails = fails
        self.texts: list[str] = []

    knows_targets = False

    def score(
        self, texts: Sequence[str], langs: Sequence[str], *, targets: object = None
    ) -> ScoreBatch:
        if self._fails:
            raise ModelError("away")
        assert len(texts) == len(langs)
        self.texts += texts
        return ScoreBatch(np.array([self._row] * len(texts), np.float32), [()] * len(texts))


LIVE = Says("live", (0.1, 0.1, 0.8))


def batch(first: int, size: int) -> PreparedBatch:
    """Posts of one partition; every third has two brands."""
    values = (
        f'{{"text": "post {number}", "source": "forum", "post_id": "p{number}", "lang": "en", '
        f'"posted_at": "2026-11-25T11:00:00Z"}}'
        for number in range(first, first + size)
    )
    records = [
        StoredRecord(offset, 1_795_000_000_000, value.encode())
        for offset, value in enumerate(values, first)
    ]
    brands = [{"Aurora": ""}, {"Aurora": "", "Böreal": ""}]
    return prepare(
        RecordBatch(Partition("social-posts", 0), records),
        lambda posts: [brands[int(post.post_id[1:]) % 3 == 0] for post in posts],
        now=NOW,
    )


def scored(batches: Sequence[PreparedBatch], shadow: Shadow | None) -> Scored:
    """What goes to the store."""
    return score_batches(
        batches, LIVE, lambda texts: ["und"] * len(texts), now=lambda: NOW, shadow=shadow
    )


def rows(found: Scored) -> list[dict[str, object]]:
    """By row."""
    return [dict(zip(COLUMN_NAMES, row, strict=True)) for row in zip(*found.columns, strict=True)]


def test_the_share_is_stored_beside_and_counts_as_the_earlier():
    """The live rows are untouched; the shadow's are of the same posts, under its own version."""
    batches = [batch(0, 40), batch(40, 30)]
    shadow = Shadow(Says("next", (0.8, 0.1, 0.1)), 0.5)
    plain, both = rows(scored(batches, None)), rows(scored(batches, shadow))
    assert both[: len(plain)] == plain
    beside = both[len(plain) :]
    assert 0.3 < len(beside) / len(plain) < 0.7
    by_key = {(row["brand"], row["post_id"]): row for row in plain}
    for row in beside:
        live = by_key[row["brand"], row["post_id"]]
        assert (row["model_version"], row["sentiment"]) == ("next", "negative")
        assert row["scored_at"] == live["scored_at"] - 1  # type: ignore[operator]
        assert (row["text"], row["kafka_offset"]) == (live["text"], live["kafka_offset"])


def test_all_and_none():
    """A share of 1 is every post, one of 0 none."""
    batches = [batch(0, 20)]
    plain = len(rows(scored(batches, None)))
    assert len(rows(scored(batches, Shadow(Says("next", (1, 0, 0)), 1.0)))) == 2 * plain
    assert len(rows(scored(batches, Shadow(Says("next", (1, 0, 0)), 0.0)))) == plain


def test_a_shadow_that_does_not_answer_holds_up_nothing():
    """The live rows go on as if there were none."""
    batches = [batch(0, 20)]
    shadow = Shadow(Says("next", (1, 0, 0), fails=True), 1.0)
    assert scored(batches, shadow) == scored(batches, None)


@given(st.text(min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_holds_the_smaller(post_id: str, one: float, other: float):
    """The same posts, whoever asks; raising the share only adds."""
    post = Post(text="x", source="forum", post_id=post_id, posted_at=NOW)
    small, large = sorted((one, other))
    model = Says("next", (1, 0, 0))
    assert Shadow(model, small).wants(post) <= Shadow(model, large).wants(post)
