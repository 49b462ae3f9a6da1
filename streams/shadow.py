"""A second model that scores a share of the posts too, for people to compare before they switch."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from schemas.errors import ModelError
from schemas.post import Post
from schemas.scores import ScoreBatch
from streams.preparation import PreparedBatch
from streams.rows import Columns, mention_columns
from streams.text_scorer import TextScorer, rivals

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShadowScores:
    """What the second model says of its share of some batches."""

    scorer: TextScorer
    batches: list[PreparedBatch]
    langs: list[str]
    scores: ScoreBatch

    def columns(self, live_at: datetime) -> Columns:
        """Rows, by column. live_at: of the first model's scores, which count as the later ones.

        So that, where neither version is active, the live one is what people see.
        """
        return mention_columns(
            self.batches,
            self.scores,
            langs=self.langs,
            model_version=self.scorer.model_version,
            model_sha256=self.scorer.model_sha256,
            scored_at=live_at - timedelta(milliseconds=1),
        )


@dataclass(frozen=True, slots=True)
class Shadow:
    """The second model. share: of the posts, from 0 to 1; always the same posts."""

    scorer: TextScorer
    share: float

    def score(self, batches: Sequence[PreparedBatch], langs: Sequence[str]) -> ShadowScores | None:
        """Score the share of some batches; None where it is empty or the model does not answer.

        langs: of the matched posts of all batches, in order. A candidate that fails must not hold
        up the live stream: its scores are missing then, which a comparison shows.
        """
        posts = [item.post for batch in batches for item in batch.matched]
        wanted = [self.wants(post) for post in posts]
        if not any(wanted):
            return None
        own = [
            replace(batch, matched=[item for item in batch.matched if self.wants(item.post)])
            for batch in batches
        ]
        chosen = [lang for lang, wants in zip(langs, wanted, strict=True) if wants]
        texts = [post.text for post, wants in zip(posts, wanted, strict=True) if wants]
        try:
            scores = self.scorer.score(texts, chosen, targets=rivals(own, self.scorer))
        except ModelError as error:
            logger.warning("the shadow model scored none of %d posts: %s", len(texts), error)
            return None
        return ShadowScores(self.scorer, own, chosen, scores)

    def wants(self, post: Post) -> bool:
        """Whether the post belongs to the share: by its key, whoever asks and whenever."""
        key = f"{post.source}\0{post.post_id}".encode("utf-8", "surrogatepass")
        number = int.from_bytes(blake2b(key, digest_size=8).digest())
        return number < self.share * 2**64
