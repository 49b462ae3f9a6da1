"""What the demonstration plays, and when: the same seed and minute give the same posts.

The texts are real; times, authors, countries, reach and stars (where a review came without) are
made up here, for the data sets do not tell them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import numpy as np

from compose.demo.posts import DemoPost
from schemas.post import Post

SURGE_BRAND: Final = "Tuskbook"
_FIRST_SURGE_MINUTE: Final = 3
SURGE_MINUTES: Final = 4
_SURGE_EVERY_MINUTES: Final = 45
# Bad posts a minute during a surge, as a share of all posts in a usual minute.
_SURGE_SHARE: Final = 0.6
# Few enough that a minute is seldom twice the one before, enough to look alive.
_EVENNESS: Final = 12
_BUSIEST_HOUR_UTC: Final = 15
_DAY_SWING: Final = 0.4
_UNNAMED_LANGUAGE_SHARE: Final = 0.2

_COUNTRIES: Final = {
    "ar": ("SA", "EG", "AE"), "da": ("DK",), "de": ("DE", "AT", "CH"), "en": ("US", "GB", "IN"),
    "es": ("ES", "MX", "AR"), "fr": ("FR", "BE", "CA"), "hi": ("IN",), "id": ("ID",),
    "ja": ("JP",), "ko": ("KR",), "nl": ("NL", "BE"), "pt": ("BR", "PT"), "ru": ("RU", "KZ"),
    "sk": ("SK",), "sv": ("SE", "FI"), "th": ("TH",), "tr": ("TR",), "vi": ("VN",),
    "zh": ("CN", "TW"),
}  # fmt: skip
_STARS: Final = {"negative": (1, 2), "neutral": (3, 3), "mixed": (2, 4), "positive": (4, 5)}
_MANNERS: Final = ("quiet", "sunny", "rapid", "lucky", "brave", "gentle", "clever", "early")
_ANIMALS: Final = ("otter", "heron", "lynx", "finch", "badger", "gecko", "marten", "ibis")


@dataclass(frozen=True, slots=True)
class Programme:
    """An endless programme of posts.

    posts: to play, each as often as the others. posts_per_s: on an average day.
    """

    posts: tuple[DemoPost, ...]
    posts_per_s: float
    seed: int = 1

    def usual(self, minute: int) -> list[Post]:
        """The posts of a usual minute, by time.  minute: since 1970."""
        hour, position = divmod(minute, 60)
        plan = _hour_plan(hour, self.seed, self.posts_per_s, len(self.posts))
        first = int(plan.before[position])
        count = int(plan.counts[position])
        chosen = [self.posts[plan.deck[(first + n) % len(self.posts)]] for n in range(count)]
        return list(self._dressed(chosen, minute, "demo"))

    def surge(self, minute: int, *, start_minute: int) -> list[Post]:
        """Bad news of one brand, in the minutes that have some.

        start_minute: in which the demonstration was started.
        """
        since = minute - start_minute - _FIRST_SURGE_MINUTE
        if since < 0 or since % _SURGE_EVERY_MINUTES >= SURGE_MINUTES:
            return []
        random = np.random.default_rng([self.seed, minute, 7])
        bad = [p for p in self.posts if p.brand == SURGE_BRAND and p.label == "negative"]
        count = int(random.poisson(self.posts_per_s * 60 * _SURGE_SHARE))
        chosen = [bad[n] for n in random.permutation(len(bad))[:count]]
        return list(self._dressed(chosen, minute, "surge"))

    def _dressed(self, chosen: Sequence[DemoPost], minute: int, name: str) -> Iterator[Post]:
        random = np.random.default_rng([self.seed, minute, len(name)])
        for number, offset_ms in enumerate(sorted(random.integers(0, 60_000, len(chosen)))):
            posted_at = datetime.fromtimestamp(minute * 60 + int(offset_ms) / 1000, UTC)
            post_id = f"{name}-{minute}-{number}"
            yield _dress(chosen[number], random, posted_at=posted_at, post_id=post_id)


@dataclass(frozen=True, slots=True)
class _HourPlan:
    """counts, before: posts of each minute and of all minutes before it. deck: their order."""

    counts: np.ndarray[tuple[int], np.dtype[np.int64]]
    before: np.ndarray[tuple[int], np.dtype[np.int64]]
    deck: np.ndarray[tuple[int], np.dtype[np.int64]]


@lru_cache(maxsize=32)
def _hour_plan(hour: int, seed: int, posts_per_s: float, posts: int) -> _HourPlan:
    """An hour's posts: no text comes again before all others were played."""
    random = np.random.default_rng([seed, hour])
    swing = math.cos(2 * math.pi * (hour % 24 - _BUSIEST_HOUR_UTC) / 24)
    expected = posts_per_s * 60 * (1 + _DAY_SWING * swing)
    counts = random.negative_binomial(_EVENNESS, _EVENNESS / (_EVENNESS + expected), size=60)
    return _HourPlan(counts, np.cumsum(counts) - counts, random.permutation(posts))


def _dress(
    post: DemoPost, random: np.random.Generator, *, posted_at: datetime, post_id: str
) -> Post:
    countries = _COUNTRIES.get(post.lang[:2], ("US",))
    low, high = _STARS[post.label]
    stars = post.stars if post.stars is not None else float(random.integers(low, high + 1))
    followers = {"review": 0.0, "social": 300.0, "news": 40_000.0}[post.kind]
    manner, animal = random.choice(_MANNERS), random.choice(_ANIMALS)
    return Post(
        post_id=post_id,
        source=post.source,
        kind=post.kind,
        text=post.text,
        posted_at=posted_at,
        lang=None if random.random() < _UNNAMED_LANGUAGE_SHARE else post.lang,
        brand=post.brand or None,
        rating=stars if post.kind == "review" else None,
        author=f"{manner}_{animal}_{random.integers(10, 99)}",
        country=str(random.choice(countries)),
        reach=int(followers * random.lognormal(0, 1.2)) if followers else None,
    )


def spoiled(record: bytes, *, choice: int) -> bytes:
    """A record as careless producers write them; choice: which carelessness."""
    broken = (
        record[: len(record) // 2],
        record.replace(b'"posted_at":"', b'"posted_at":"around ', 1),
        record.replace(b'"text":', b'"txt":', 1),
        record.decode().encode("utf-16"),
    )
    return broken[choice % len(broken)]
