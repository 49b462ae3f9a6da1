"""Which texts are copies of one another, in any script.

MinHash over character shingles (Broder 1997) finds the pairs worth a look, in bands; the shared
shingles themselves decide. Characters rather than words, because Chinese, Japanese and Thai have
no spaces, and Arabic and Korean glue words together.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.skeleton import skeletons

SIMILARITY: Final = 0.6
SHINGLE: Final = 4
MAX_CHARACTERS: Final = 1_500
# Below this, different people say the same ("so slow!") without copying.
MIN_WIDTH: Final = 12
_BANDS: Final = 21
_ROWS: Final = 3
# A band that this many different texts share was filled on purpose.
_MAX_CANDIDATES: Final = 16

# What copies differ in: addresses, who is called, tags, and the mark of a shared post.
_DECORATION: Final = re.compile(
    r"(?:https?://|www\.)\S+|[@\uff20][\w.\-]+|[#\uff03][^#\uff03\s]{1,40}[#\uff03]"
    r"|[#\uff03]\w+|^\s*RT\b:?"
)
_SEPARATORS: Final = re.compile(r"[\W_]+")
_RANDOM: Final = np.random.default_rng(20_260_311)
_FACTORS: Final = _RANDOM.integers(0, 2**64, (2, _BANDS * _ROWS), np.uint64) | np.uint64(1)
_PLACES: Final = _RANDOM.integers(0, 2**64, SHINGLE, np.uint64) | np.uint64(1)

Hashes = NDArray[np.uint64]


def leaders(texts: Sequence[str], owners: Sequence[str]) -> list[int]:
    """For each text the number of the earliest text that it is a copy of, itself if of none.

    owners: who wrote it, "" if not known; a very short text is a copy only of the same owner's.
    """
    found: list[int] = []
    by_text: dict[tuple[str, str], int] = {}
    index = _Index()
    for number, (plain, owner) in enumerate(zip(plain_texts(texts), owners, strict=True)):
        short = _width(plain) < MIN_WIDTH
        # A short text without an owner has no twin.
        key = (plain, owner or f"\0{number}") if short else (plain, "")
        leader = by_text.get(key)
        if leader is None:
            leader = number if short else index.leader(number, _shingles(plain))
            by_text[key] = leader
        found.append(leader)
    return found


def plain_texts(texts: Sequence[str]) -> list[str]:
    """The texts' skeletons without what copies differ in, at most MAX_CHARACTERS of each."""
    cut = [text[:MAX_CHARACTERS] for text in texts]
    plain = [_letters(text) for text in skeletons([_DECORATION.sub(" ", text) for text in cut])]
    # A text of hashtags only, or of a tag that no space ends, is all that there is to compare.
    bare = [place for place, text in enumerate(plain) if _width(text) < MIN_WIDTH]
    for place, text in zip(bare, skeletons([cut[place] for place in bare]), strict=True):
        plain[place] = _letters(text)
    return plain


def similarity(one: Hashes, other: Hashes) -> float:
    """The Jaccard index of two sets of hashes, each sorted and without repeats."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / max(len(one) + len(other) - shared, 1)


class _Index:
    """The leaders so far, by the bands of their signatures."""

    def __init__(self) -> None:
        self._shingles: dict[int, Hashes] = {}
        self._by_band: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)

    def leader(self, number: int, shingles: Hashes) -> int:
        """The leader of a text; itself, and from now on a leader, if it is no copy."""
        bands = _bands(shingles)
        candidates = dict.fromkeys(one for band in bands for one in self._by_band.get(band, ()))
        for candidate in sorted(candidates):
            if similarity(self._shingles[candidate], shingles) >= SIMILARITY:
                return candidate
        self._shingles[number] = shingles
        for band in bands:
            if len(self._by_band[band]) < _MAX_CANDIDATES:
                self._by_band[band].append(number)
        return number


def _letters(text: str) -> str:
    return _SEPARATORS.sub(" ", text).strip()


def _width(text: str) -> int:
    """Letters, those of syllables and ideographs twice: they say as much as two."""
    return len(text) + sum(character >= "\u1100" for character in text)


def _shingles(text: str) -> Hashes:
    """Hashes of all stretches of SHINGLE characters; sorted, without repeats, at least one."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    if len(codes) < SHINGLE:
        codes = np.pad(codes, (0, SHINGLE - len(codes)))
    count = len(codes) - SHINGLE + 1
    mixed = codes[:count] * _PLACES[0]
    for place in range(1, SHINGLE):
        mixed += codes[place : place + count] * _PLACES[place]
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    return np.unique(mixed ^ (mixed >> np.uint64(29)))


def _bands(shingles: Hashes) -> list[tuple[int, bytes]]:
    least = (shingles[:, None] * _FACTORS[0] + _FACTORS[1]).min(axis=0)
    return [(band, row.tobytes()) for band, row in enumerate(least.reshape(_BANDS, _ROWS))]
