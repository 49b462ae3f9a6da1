"""Raw records in, texts to score and dead letters out: no I/O, the same for live and replay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from schemas.dead_letter import DeadLetter, dead_letter
from schemas.errors import InvalidPostError
from schemas.post import Post, decode_post
from streams.batching import estimated_tokens
from streams.records import Record, RecordBatch, Span

Match = Callable[[Sequence[Post]], list[dict[str, str]]]


class MatchedPost(msgspec.Struct, frozen=True, gc=False):  # made a million times: see `make bench`
    """A post that names at least one brand; mentions: brand to product ("" for none)."""

    record: Record
    post: Post
    mentions: dict[str, str]


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """What a batch of records holds.

    Every record is in `matched`, in `dead_letters`, or counted in `unmatched`.
    bad_at_end: how many of the last records were dead, without a good one between.
    """

    span: Span
    matched: list[MatchedPost]
    dead_letters: list[DeadLetter]
    unmatched: int
    bad_at_end: int

    @property
    def mentions(self) -> int:
        """How many rows the batch will have."""
        return sum(len(item.mentions) for item in self.matched)

    @property
    def tokens(self) -> int:
        """An estimate of the tokens to score."""
        return sum(estimated_tokens(item.post.text) for item in self.matched)


def prepare(batch: RecordBatch, match: Match, *, now: datetime) -> PreparedBatch:
    """Decode, validate and match the records of one batch.

    now: the present, to refuse posts from the future and to date the dead letters.
    """
    good: list[tuple[Record, Post]] = []
    dead_letters: list[DeadLetter] = []
    bad_at_end = 0
    for record in batch.records:
        try:
            good.append((record, decode_post(record.value or b"", now=now)))
            bad_at_end = 0
        except InvalidPostError as error:
            dead_letters.append(_dead_letter(record, error, batch=batch, now=now))
            bad_at_end += 1
    found = match([post for _, post in good])
    matched = [
        MatchedPost(record, post, mentions)
        for (record, post), mentions in zip(good, found, strict=True)
        if mentions
    ]
    return PreparedBatch(batch.span, matched, dead_letters, len(good) - len(matched), bad_at_end)


def _dead_letter(
    record: Record, error: InvalidPostError, *, batch: RecordBatch, now: datetime
) -> DeadLetter:
    return dead_letter(
        error,
        value=record.value or b"",
        key=record.key,
        headers=record.headers,
        topic=batch.partition.topic,
        partition=batch.partition.partition,
        offset=record.offset,
        failed_at=now,
    )
