"""Mentions of some brands alone.  Pure.

A post that names a wanted brand is scored with all the brands that it names, for what a model says
of one may depend on the others; only the rows of the wanted ones are stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.mention import COLUMN_NAMES
from schemas.post import Post
from streams.preparation import Match, PreparedBatch
from streams.rows import Columns

_BRAND: Final = COLUMN_NAMES.index("brand")


@dataclass(frozen=True, slots=True)
class WantedBrands:
    """names: the wanted ones; all where there is none."""

    names: frozenset[str] = frozenset()

    def about(self, mentions: Mapping[str, str]) -> dict[str, str]:
        """All the brands that a post names, or none if none of them is wanted."""
        return dict(mentions) if not self.names or self.names & mentions.keys() else {}

    def matching(self, match: Match) -> Match:
        """The same matches, without posts that name no wanted brand."""
        if not self.names:
            return match

        def filtered(posts: Sequence[Post]) -> list[dict[str, str]]:
            return [self.about(found) for found in match(posts)]

        return filtered

    def mentions(self, batch: PreparedBatch) -> int:
        """How many rows of a batch are wanted."""
        if not self.names:
            return batch.mentions
        return sum(len(self.names & item.mentions.keys()) for item in batch.matched)

    def rows(self, columns: Columns) -> Columns:
        """The wanted rows."""
        if not self.names:
            return columns
        wanted = [row for row, brand in enumerate(columns[_BRAND]) if brand in self.names]
        return [[column[row] for row in wanted] for column in columns]


ALL_BRANDS: Final = WantedBrands()
