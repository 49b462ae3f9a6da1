"""Near-duplicates folded into voices, from the sketches of their texts. Pure.

A sketch is the smallest hashes of a text's stretches of four letters; how many of them two texts
share estimates the share of stretches that they have in common (bottom-k sketch, Cohen and Kaplan
2007, "Summarizing data using bottom-k sketches").
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.queries.posts import PostKey

SKETCH_SIZE: Final = 32
# As the monitor has it in an incident's evidence.
LEAST_COMMON: Final = 0.6
# Two texts that have so much in common nearly always share one of these.
_LOOKED_UP: Final = 6


@dataclass(frozen=True, slots=True)
class Sketched:
    """A post by its sketch: rising hashes, at most SKETCH_SIZE; empty for a text that is short.

    alone: what a short text must share to be a copy: its letters and its author.
    """

    key: PostKey
    sketch: tuple[int, ...]
    alone: str


@dataclass(frozen=True, slots=True)
class Voice:
    """The first of its posts, and how many there are."""

    key: PostKey
    copies: int


def fold(posts: Iterable[Sketched]) -> list[Voice]:
    """The voices of these posts, in the order of their first ones.

    A post joins the first voice to whose first post it is close, so that no chain of small steps
    joins texts that have little in common.
    """
    leaders: list[Sketched] = []
    counts: list[int] = []
    by_hash: dict[int | str, list[int]] = {}
    for post in posts:
        looked_up = post.sketch[:_LOOKED_UP] or (post.alone,)
        known = sorted({number for name in looked_up for number in by_hash.get(name, ())})
        voice = next((n for n in known if _is_copy(leaders[n], post)), None)
        if voice is not None:
            counts[voice] += 1
            continue
        for name in looked_up:
            by_hash.setdefault(name, []).append(len(leaders))
        leaders.append(post)
        counts.append(1)
    return [Voice(one.key, count) for one, count in zip(leaders, counts, strict=True)]


def common(one: Sequence[int], other: Sequence[int]) -> float:
    """The estimated share of stretches that two texts have in common, by their sketches."""
    size = min(SKETCH_SIZE, len({*one, *other}))
    smallest = sorted({*one, *other})[:size]
    both = set(one) & set(other)
    return sum(value in both for value in smallest) / size if size else 0.0


def _is_copy(leader: Sketched, post: Sketched) -> bool:
    if not (leader.sketch and post.sketch):
        return not leader.sketch and not post.sketch and leader.alone == post.alone
    return common(leader.sketch, post.sketch) >= LEAST_COMMON
