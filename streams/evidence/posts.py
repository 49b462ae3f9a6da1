"""A post as evidence is made of it, and a voice: one post with the copies of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.evidence import EvidencePost

QUOTED_CHARACTERS: Final = 600
_QUOTED_FIELD_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPost:
    """One mention of the incident's brand; fields as in the table `mentions`."""

    source: str
    post_id: str
    posted_at: datetime
    author: str
    url: str
    text: str
    lang: str
    sentiment: str
    score: float
    reach: int
    kafka_topic: str
    kafka_partition: int
    kafka_offset: int


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person said, and who copied it.

    posts: near-duplicates of each other, at least one, the earliest first.
    """

    posts: tuple[ReadPost, ...]

    @property
    def first(self) -> ReadPost:
        """The earliest of the copies."""
        return self.posts[0]

    @property
    def reach(self) -> int:
        """The reach of the copy that reached most people."""
        return max(post.reach for post in self.posts)

    @property
    def farthest(self) -> ReadPost:
        """The copy that reached most people; the earliest of several."""
        return max(self.posts, key=lambda post: post.reach)


def quote(post: ReadPost, *, copies: int) -> EvidencePost:
    """The post as an alert quotes it, its texts cut to what may be read in one."""
    return EvidencePost(
        source=post.source,
        post_id=post.post_id,
        posted_at=post.posted_at,
        author=_cut(post.author, _QUOTED_FIELD_CHARACTERS),
        # Half an address leads nowhere.
        url=post.url if len(post.url) <= _QUOTED_FIELD_CHARACTERS else "",
        text=_cut(post.text, QUOTED_CHARACTERS),
        lang=post.lang,
        sentiment=post.sentiment,
        score=post.score,
        reach=post.reach,
        copies=copies,
        kafka_topic=post.kafka_topic,
        kafka_partition=post.kafka_partition,
        kafka_offset=post.kafka_offset,
    )


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - 1] + "\u2026"
