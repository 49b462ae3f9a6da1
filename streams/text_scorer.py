"""What the stream asks of a model."""

from collections.abc import Sequence
from typing import Protocol

from schemas.scores import ScoreBatch
from streams.preparation import PreparedBatch


class TextScorer(Protocol):
    """What is asked of a model; `models.scorer.Scorer` is one."""

    @property
    def model_version(self) -> str: ...  # noqa: D102
    @property
    def model_sha256(self) -> str: ...  # noqa: D102
    @property
    def knows_targets(self) -> bool:
        """Whether the polarity towards single brands can be asked for."""

    def score(
        self,
        texts: Sequence[str],
        langs: Sequence[str],
        *,
        targets: Sequence[Sequence[str]] | None = None,
    ) -> ScoreBatch:
        """Scores of n texts.  targets: brands of each text whose polarity is asked for."""


def rivals(batches: Sequence[PreparedBatch], scorer: TextScorer) -> list[tuple[str, ...]] | None:
    """For each matched post the brands that it names, where it names several.

    One may be praised and the other blamed, so each is asked for by itself; where a text names just
    one, the sentiment of the whole text says more.  None if no post names several, or the model
    does not know of targets.
    """
    if not scorer.knows_targets:
        return None
    found = [
        tuple(item.mentions) if len(item.mentions) > 1 else ()
        for batch in batches
        for item in batch.matched
    ]
    return found if any(found) else None
