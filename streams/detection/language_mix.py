"""How much a minute's posts count towards being negative, for the languages that they are in.

A brand's share of negative posts moves when the mix of its languages does, though nobody's mood
has: reviews in one language are harsher than in another. A post of a language that is negative
twice as often as the brand's posts at large counts as two, which takes the mix out (indirect
standardisation).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from streams.detection.columns import Columns, Floats


@dataclass(slots=True)
class LanguageMix(Columns):
    """What was seen of each language, shape (languages, series): negative posts and posts."""

    negative: Floats
    posts: Floats

    @classmethod
    def empty(cls, *, languages: int, series: int) -> Self:
        """Nothing seen yet."""
        return cls(np.zeros((languages, series)), np.zeros((languages, series)))

    def usual(self, posts: Floats, *, prior: float = 0.15, prior_posts: float = 20.0) -> Floats:
        """The posts, each weighed by how negative its language usually is, shape (series,).

        posts: shape (languages, series). A language of which little was seen has weight 1.
        """
        seen = self.posts.sum(0)
        overall = (self.negative.sum(0) + prior * prior_posts) / (seen + prior_posts)
        shares = (self.negative + overall * prior_posts) / (self.posts + prior_posts)
        return np.asarray((shares * posts).sum(0) / overall)

    def learn(
        self, negative: Floats, posts: Floats, *, step_s: int, half_life_days: float = 14.0
    ) -> None:
        """Take in one row, shape (languages, series) each; leave rows of open incidents out."""
        keep = 2.0 ** (-step_s / (86400.0 * half_life_days))
        self.negative = keep * self.negative + negative
        self.posts = keep * self.posts + posts
