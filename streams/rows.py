"""Matched posts and their scores, as columns of the table `mentions`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.mention import COLUMN_NAMES
from schemas.scores import OpinionOf, ScoreBatch
from streams.preparation import PreparedBatch

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
# Where the columns stand that differ between the brands of one post, beside the brand itself.
_PRODUCT: Final = COLUMN_NAMES.index("product") - 1
_FEELINGS: Final = slice(COLUMN_NAMES.index("sentiment"), COLUMN_NAMES.index("p_positive") + 1)

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
    items = [item for batch in batches for item in batch.matched]
    posts = [item.post for item in items]
    records = [item.record for item in items]
    partitions = [batch.span.partition for batch in batches for _ in batch.matched]
    n = len(items)
    by_post: Columns = [
        [milliseconds(post.posted_at) for post in posts],
        [post.source for post in posts],
        [post.post_id for post in posts],
        [model_version] * n,
        [post.kind for post in posts],
        [post.text for post in posts],
        list(langs),
        [post.rating for post in posts],
        [post.author or "" for post in posts],
        [post.url or "" for post in posts],
        [(post.country or "").upper() for post in posts],
        [post.reach or 0 for post in posts],
        [post.thread_id or "" for post in posts],
        *_feelings(scores),
        scores.topics,
        scores.felt or [()] * n,
        [0.0] * n if scores.offensive is None else scores.offensive.tolist(),
        [model_sha256] * n,
        [partition.topic for partition in partitions],
        [partition.partition for partition in partitions],
        [record.offset for record in records],
        [record.timestamp for record in records],
        [milliseconds(scored_at)] * n,
    ]
    if {len(column) for column in by_post} != {n}:
        raise ValueError(f"{n} posts, {len(langs)} languages and {len(scores)} scores")
    # Which post a row is about; mostly one row a post.
    about = [number for number, item in enumerate(items) for _ in item.mentions]
    if len(about) > n:
        by_post = [[column[number] for number in about] for column in by_post]
    brands = [brand for item in items for brand in item.mentions]
    products = [product for item in items for product in item.mentions.values()]
    columns = [brands, *by_post[:_PRODUCT], products, *by_post[_PRODUCT:]]
    if scores.targets:
        _tell_apart(columns, scores.targets, about)
    return columns


def _feelings(scores: ScoreBatch) -> Columns:
    """The columns that say how a text feels."""
    return [scores.sentiments, scores.scores.tolist(), *scores.probabilities.T.tolist()]


def _tell_apart(
    columns: Columns, targets: Sequence[Sequence[OpinionOf]], about: Sequence[int]
) -> None:
    """Put the opinion of a brand, where there is one, in the place of the whole text's."""
    opinions = {
        (number, opinion.name): opinion for number, found in enumerate(targets) for opinion in found
    }
    for row, place in enumerate(zip(about, columns[0], strict=True)):
        opinion = opinions.get(place)
        if opinion is not None:
            felt = (opinion.polarity, opinion.score, *opinion.probabilities)
            for column, value in zip(columns[_FEELINGS], felt, strict=True):
                column[row] = value
