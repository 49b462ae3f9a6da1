"""Raw records in, texts to score and dead letters out: no I/O, the same for live and replay."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from schemas.dead_letter import DeadLetter, dead_letter
from schemas.errors import InvalidPostError
from schemas.post import Post, decode_post
from streams.batching import estimated_tokens
from streams.records import Record, RecordBatch, Span

Match = Callable[[Post], dict[str, str]]


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
    matched: list[MatchedPost] = []
    dead_letters: list[DeadLetter] = []
    unmatched = bad_at_end = 0
    for record in batch.records:
        try:
            post = decode_post(record.value or b"", now=now)
        except InvalidPostError as error:
            dead_letters.append(
                dead_letter(
                    error,
                    value=record.value or b"",
                    key=record.key,
                    headers=record.headers,
                    topic=batch.partition.topic,
                    partition=batch.partition.partition,
                    offset=record.offset,
                    failed_at=now,
                )
            )
            bad_at_end += 1
            continue
        bad_at_end = 0
        mentions = match(post)
        if mentions:
            matched.append(MatchedPost(record, post, mentions))
        else:
            unmatched += 1
    return PreparedBatch(batch.span, matched, dead_letters, unmatched, bad_at_end)
