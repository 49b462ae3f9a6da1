"""How many posts would be negative as usual, for the mix of languages that a minute has.

A brand's share of negative posts moves when the mix of its languages does, though nobody's mood
has: reviews in one language are harsher than in another. The usual number weighs each language's
own share with its posts of the minute, and so takes the mix out (direct standardisation).
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
        """Negative posts to expect of these, shape (series,); posts: shape (languages, series).

        A language of which little was seen has the share of all languages together.
        """
        seen = self.posts.sum(0)
        overall = (self.negative.sum(0) + prior * prior_posts) / (seen + prior_posts)
        shares = (self.negative + overall * prior_posts) / (self.posts + prior_posts)
        return np.asarray((shares * posts).sum(0))

    def learn(
        self, negative: Floats, posts: Floats, *, step_s: int, half_life_days: float = 14.0
    ) -> None:
        """Take in one row, shape (languages, series) each; leave rows of open incidents out."""
        keep = 2.0 ** (-step_s / (86400.0 * half_life_days))
        self.negative = keep * self.negative + negative
        self.posts = keep * self.posts + posts
