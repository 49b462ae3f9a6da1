"""Prepared batches in, rows and dead letters out: no I/O, the same for live and replay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from schemas.dead_letter import DeadLetter
from schemas.mention import COLUMN_NAMES
from streams.preparation import PreparedBatch
from streams.records import Span
from streams.rows import Columns, mention_columns
from streams.shadow import Shadow
from streams.text_scorer import TextScorer, rivals

DetectLanguages = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows ready to be stored, and the records that they came from.

    unmatched, bad_at_end: by span; see PreparedBatch.
    """

    spans: list[Span]
    columns: Columns
    dead_letters: list[DeadLetter]
    unmatched: list[int]
    bad_at_end: list[int]

    @property
    def rows(self) -> int:
        """How many rows there are: mentions, and what a shadow says of some of them."""
        return len(self.columns[0])


def score_batches(
    batches: Sequence[PreparedBatch],
    scorer: TextScorer,
    detect_languages: DetectLanguages,
    *,
    now: Callable[[], datetime],
    shadow: Shadow | None = None,
) -> Scored:
    """Score the texts of some batches and make rows of them, in order.

    now: the time, to date the scores once they are there.  shadow: scores a part of them too; its
    rows come after the others.  Raises ModelError.
    """
    posts = [item.post for batch in batches for item in batch.matched]
    columns: Columns = [[] for _ in COLUMN_NAMES]
    if posts:
        texts = [post.text for post in posts]
        langs = _languages(texts, [post.lang for post in posts], detect_languages)
        scores = scorer.score(texts, langs, targets=rivals(batches, scorer))
        beside = shadow.score(batches, langs) if shadow is not None else None
        scored_at = now()
        columns = mention_columns(
            batches,
            scores,
            langs=langs,
            model_version=scorer.model_version,
            model_sha256=scorer.model_sha256,
            scored_at=scored_at,
        )
        if beside is not None:
            more = beside.columns(scored_at)
            columns = [own + other for own, other in zip(columns, more, strict=True)]
    return Scored(
        spans=[batch.span for batch in batches],
        columns=columns,
        dead_letters=[letter for batch in batches for letter in batch.dead_letters],
        unmatched=[batch.unmatched for batch in batches],
        bad_at_end=[batch.bad_at_end for batch in batches],
    )


def merged(parts: Sequence[Scored]) -> Scored:
    """Several scored batches as one, in order; parts: at least one."""
    if len(parts) == 1:
        return parts[0]
    return Scored(
        spans=[span for part in parts for span in part.spans],
        columns=[
            list(chain.from_iterable(part.columns[index] for part in parts))
            for index in range(len(COLUMN_NAMES))
        ],
        dead_letters=[letter for part in parts for letter in part.dead_letters],
        unmatched=[count for part in parts for count in part.unmatched],
        bad_at_end=[count for part in parts for count in part.bad_at_end],
    )


def _languages(
    texts: list[str], given: list[str | None], detect_languages: DetectLanguages
) -> list[str]:
    missing = [index for index, lang in enumerate(given) if lang is None]
    if not missing:
        return [lang or "" for lang in given]
    langs = list(given)
    found = detect_languages([texts[index] for index in missing])
    for index, lang in zip(missing, found, strict=True):
        langs[index] = lang
    return [lang or "" for lang in langs]
