"""Matched posts and their scores, as columns of the table `mentions`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.mention import COLUMN_NAMES
from schemas.scores import ScoreBatch
from streams.preparation import PreparedBatch

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

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
    sources = [(batch.span.partition, item) for batch in batches for item in batch.matched]
    verdicts = zip(
        langs,
        scores.sentiments,
        scores.scores.tolist(),
        *scores.probabilities.T.tolist(),
        scores.topics,
        strict=True,
    )
    rows: list[tuple[Any, ...]] = []
    for (partition, item), (lang, *verdict) in zip(sources, verdicts, strict=True):
        post, record = item.post, item.record
        posted_ms = milliseconds(post.posted_at)
        for brand, product in item.mentions.items():
            rows.append(
                (
                    brand,
                    posted_ms,
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
                    *verdict,
                    model_sha256,
                    partition.topic,
                    partition.partition,
                    record.offset,
                    record.timestamp,
                    scored_ms,
                )
            )
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in COLUMN_NAMES]
