"""The labels in force, laid over rows before they are written. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from schemas.correction import SCORES
from schemas.mention import COLUMN_NAMES
from streams.rows import Columns

MentionKey = tuple[str, str, str]

_BRAND, _SOURCE, _POST, _SENTIMENT, _SCORE = (
    COLUMN_NAMES.index(name) for name in ("brand", "source", "post_id", "sentiment", "score")
)


@dataclass(frozen=True, slots=True)
class StandingCorrections:
    """labels: by (brand, source, post_id), without those that were taken back."""

    labels: Mapping[MentionKey, str] = field(default_factory=dict)

    def applied(self, columns: Columns) -> Columns:
        """The columns of mentions, with the label and its score where a person gave one."""
        if not self.labels:
            return columns
        found = {
            row: label
            for row, key in enumerate(mention_keys(columns))
            if (label := self.labels.get(key)) is not None
        }
        if not found:
            return columns
        changed = list(columns)
        changed[_SENTIMENT] = _with(columns[_SENTIMENT], found)
        scores = {row: SCORES[label] for row, label in found.items()}
        changed[_SCORE] = _with(columns[_SCORE], scores)
        return changed

    def changed_since(self, before: "StandingCorrections", columns: Columns) -> list[int]:
        """Numbers of the rows whose label is another one than before."""
        if self.labels == before.labels:
            return []
        return [
            row
            for row, key in enumerate(mention_keys(columns))
            if self.labels.get(key) != before.labels.get(key)
        ]


NO_CORRECTIONS: Final = StandingCorrections()


def mention_keys(columns: Columns) -> list[MentionKey]:
    """(brand, source, post_id) of each row."""
    return list(zip(columns[_BRAND], columns[_SOURCE], columns[_POST], strict=True))


def _with(column: list[object], values: Mapping[int, object]) -> list[object]:
    changed = list(column)
    for row, value in values.items():
        changed[row] = value
    return changed
