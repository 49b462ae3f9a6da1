"""Matched posts and their scores, as columns of the table `mentions`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.mention import COLUMN_NAMES
from schemas.post import Post
from schemas.scores import ScoreBatch
from streams.preparation import MatchedPost, PreparedBatch

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
UNKNOWN_LANGUAGE: Final = "und"

Columns = list[list[Any]]


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970: a DateTime64(3) as it is stored, far cheaper than a datetime."""
    return (moment - _EPOCH) // _MILLISECOND


def mention_columns(  # noqa: PLR0913 - the posts, and the four things the model says of them
    batches: Sequence[PreparedBatch],
    scores: ScoreBatch,
    *,
    langs: Sequence[str],
    model_version: str,
    model_sha256: str,
    scored_at: datetime,
) -> Columns:
    """One row for each brand that a post names; columns in the order of COLUMN_NAMES.

    scores, langs: for the matched posts of all batches, in order.  Raises ValueError if their
    numbers differ.
    """
    scored_ms = milliseconds(scored_at)
    probabilities = scores.probabilities.tolist()
    verdicts = zip(
        langs,
        scores.sentiments,
        scores.scores.tolist(),
        probabilities,
        scores.topics,
        strict=True,
    )
    matched = [(batch.span.partition, item) for batch in batches for item in batch.matched]
    rows = [
        (
            brand,
            milliseconds(item.post.posted_at),
            *_published(item, lang=lang, product=product, model_version=model_version),
            sentiment,
            score,
            *row_probabilities,
            topics,
            model_sha256,
            partition.topic,
            partition.partition,
            item.record.offset,
            item.record.timestamp,
            scored_ms,
        )
        for (partition, item), (lang, sentiment, score, row_probabilities, topics) in zip(
            matched, verdicts, strict=True
        )
        for brand, product in item.mentions.items()
    ]
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in COLUMN_NAMES]


def _published(
    item: MatchedPost, *, lang: str, product: str, model_version: str
) -> tuple[Any, ...]:
    post: Post = item.post
    return (
        post.source,
        post.post_id,
        model_version,
        post.kind,
        post.text,
        lang,
        product,
        post.rating,
        post.author or "",
        post.url or "",
        (post.country or "").upper(),
        post.reach or 0,
        post.thread_id or "",
    )
