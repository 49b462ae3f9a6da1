"""What a changed watchlist would find in stored posts that the present one does not. Pure.

Both are asked with the worker's own matcher; ClickHouse only narrows down which posts can differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dashboards.queries.posts import FeedPost
from dashboards.search.folding import folded
from schemas.matching import Matcher
from schemas.post import Post
from schemas.spelling import with_hyphens_and_spaces
from schemas.watchlist import Brand, Product, Watchlist
from schemas.word_edges import stem


@dataclass(frozen=True, slots=True)
class Affected:
    """Which posts can come out differently.

    phrases: as a search sees them; one of them stands in the text. brands: of all of these.
    """

    phrases: tuple[str, ...]
    brands: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.phrases or self.brands)


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post and what is stored of it. brands: name to product."""

    post: FeedPost
    brands: Mapping[str, str]


class Outcome(StrEnum):
    """What becomes of a post."""

    FOUND = "found"
    LOST = "lost"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Difference:
    """A post, and one brand of which something else is said."""

    outcome: Outcome
    post: FeedPost
    brand: str
    product: str


def affected(before: Watchlist, after: Watchlist) -> Affected:
    """What to look at."""
    old, new = _phrases(before), _phrases(after)
    told = {
        spelling
        for *_, phrase in old ^ new
        for spelling in with_hyphens_and_spaces(stem(folded(phrase)))
    }
    kept = {brand.name for brand in after.brands}
    gone = [brand.name for brand in before.brands if brand.name not in kept]
    return Affected(tuple(sorted(told - {""})), tuple(gone))


def differences(
    before: Watchlist, after: Watchlist, stored: Iterable[StoredPost]
) -> list[Difference]:
    """What would be said otherwise of these posts, in their order.

    A brand that is stored of a post and does not stand in its text was named by its source: that
    counts with the changed watchlist too.
    """
    old, new = Matcher(before), Matcher(after)
    found = []
    for one in stored:
        was = old.find(one.post.text)
        named = {brand: product for brand, product in one.brands.items() if brand not in was}
        becomes = _found(new, one.post, named)
        was = {**was, **named}
        for brand, product in becomes.items():
            if brand not in was:
                found.append(Difference(Outcome.FOUND, one.post, brand, product))
            elif was[brand] != product:
                found.append(Difference(Outcome.PRODUCT, one.post, brand, product))
        found += [
            Difference(Outcome.LOST, one.post, brand, product)
            for brand, product in was.items()
            if brand not in becomes
        ]
    return found


def _found(matcher: Matcher, post: FeedPost, named: Mapping[str, str]) -> dict[str, str]:
    found = matcher.find(post.text)
    for brand, product in named.items():
        told = Post(
            text=post.text or " ",
            posted_at=post.posted_at,
            source=post.source,
            brand=brand,
            product=product or None,
        )
        [also] = matcher.match([told])
        found.update(also)
    return found


def _phrases(watchlist: Watchlist) -> set[tuple[str, str, bool, str]]:
    """Brand, product, whether it hides, and the phrase."""
    found: set[tuple[str, str, bool, str]] = set()
    for brand in watchlist.brands:
        parts: list[tuple[str, Brand | Product]] = [("", brand)]
        parts += [(product.name, product) for product in brand.products]
        for name, part in parts:
            found.update((brand.name, name, False, alias) for alias in part.aliases)
            found.update((brand.name, name, True, phrase) for phrase in part.exclude)
    return found
