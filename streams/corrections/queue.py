"""Which mentions are worth a person's label: those that the model learns most from. Pure.

What a label teaches is taken to grow with how unsure the model is, with how many people see the
post, and with how little it resembles what was picked before. The best is picked first, and what
is left is weighed anew: taken by uncertainty alone, a queue fills with copies of one odd post.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_PIECE: Final = 4
_MAX_CHARACTERS: Final = 500
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention that has no label. probabilities: negative, neutral, positive; they sum to 1."""

    brand: str
    source: str
    post_id: str
    posted_at: datetime
    lang: str
    text: str
    reach: int
    sentiment: str
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """A mention for a person to label. worth: product of the other three.

    uncertainty: entropy of the probabilities, 0 (sure) to 1 (no idea). reach: from 1, and one more
    for each power of ten of people. novelty: 1 where nothing like it was picked, down to 0.
    """

    candidate: Candidate
    worth: float
    uncertainty: float
    reach: float
    novelty: float


def uncertainty(probabilities: Sequence[float]) -> float:
    """Entropy as a part of the largest that there can be: 0 to 1."""
    entropy = -sum(p * math.log(p) for p in probabilities if p > 0)
    return max(0.0, min(1.0, entropy / math.log(len(probabilities))))


def reach_weight(reach: int) -> float:
    """1 for nobody, 2 for about ten people, 7 for a million: reach is as uneven as that."""
    return 1.0 + math.log10(1 + max(0, reach))


def labelling_queue(candidates: Sequence[Candidate], *, size: int) -> list[Pick]:
    """The mentions to label, the most worthwhile first, at most `size`.

    Of equals the earlier in `candidates` comes first. O(candidates x size).
    """
    sure = [uncertainty(one.probabilities) for one in candidates]
    reach = [reach_weight(one.reach) for one in candidates]
    pieces = [_pieces(one.text) for one in candidates]
    likeness = [0.0] * len(candidates)
    groups: Counter[tuple[str, str]] = Counter()
    left = set(range(len(candidates)))
    picks: list[Pick] = []
    while left and len(picks) < size:
        novelty = {
            row: (1 - likeness[row]) / math.sqrt(1 + groups[_group(candidates[row])])
            for row in left
        }
        best = max(left, key=lambda row: (sure[row] * reach[row] * novelty[row], -row))
        worth = sure[best] * reach[best] * novelty[best]
        picks.append(Pick(candidates[best], worth, sure[best], reach[best], novelty[best]))
        left.remove(best)
        groups[_group(candidates[best])] += 1
        for row in left:
            likeness[row] = max(likeness[row], _jaccard(pieces[row], pieces[best]))
    return picks


def _group(candidate: Candidate) -> tuple[str, str]:
    return candidate.brand, candidate.lang


def _pieces(text: str) -> frozenset[str]:
    """Its runs of four characters: words in any script, and what is between them."""
    plain = _SPACE.sub(" ", text[:_MAX_CHARACTERS].casefold()).strip()
    starts = range(max(1, len(plain) - _PIECE + 1))
    return frozenset(plain[start : start + _PIECE] for start in starts)


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
