"""Which brands and products does a post name?  One pass over the text, whatever their number."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ahocorasick_rs import AhoCorasick, MatchKind

from schemas.post import Post
from schemas.skeleton import skeleton, skeletons
from schemas.spelling import with_hyphens_and_spaces
from schemas.watchlist import Watchlist
from schemas.word_edges import WordEdges, stands_alone, stem, word_edges


@dataclass(frozen=True, slots=True)
class Target:
    """What an alias stands for: a brand, or one of its products ("" for the brand itself)."""

    brand: str
    product: str = ""


@dataclass(frozen=True, slots=True)
class _Alias:
    target: Target | None  # None: an exclusion
    hides: frozenset[Target]
    edges: WordEdges


class Matcher:
    """Finds the watchlist's brands in posts.

    Compiled once from a watchlist; matching takes one pass of an Aho-Corasick automaton
    (Aho and Corasick, 1975) over the text's skeleton. Safe to use from several threads.
    """

    def __init__(self, watchlist: Watchlist) -> None:
        patterns: dict[str, list[_Alias]] = defaultdict(list)
        self._names: dict[str, Target] = {}
        for brand in watchlist.brands:
            own = Target(brand.name)
            parts = [(own, brand.aliases, brand.exclude)]
            parts += [
                (Target(brand.name, item.name), item.aliases, item.exclude)
                for item in brand.products
            ]
            whole = frozenset(target for target, _, _ in parts)
            for target, aliases, exclude in parts:
                for alias in aliases:
                    _add(patterns, alias, target, frozenset())
                    for spelling in with_hyphens_and_spaces(skeleton(alias)):
                        self._names.setdefault(spelling, target)
                for phrase in exclude:
                    _add(patterns, phrase, None, whole if target is own else frozenset({target}))
            self._names[skeleton(brand.name)] = own
        self._aliases = list(patterns.values())
        self._automaton = AhoCorasick(list(patterns), matchkind=MatchKind.Standard)

    def match(self, posts: Sequence[Post]) -> list[dict[str, str]]:
        """The brands that each post is about, each with its product ("" where none is named).

        The `brand` field counts as well as the text: a shop knows what a review is about, and
        writes it nowhere in the review.
        """
        texts = skeletons([post.text for post in posts])
        # A batch has few brands and many posts.
        brands = list({post.brand for post in posts if post.brand})
        known: dict[str | None, Target | None] = {
            brand: self._names.get(folded)
            for brand, folded in zip(brands, skeletons(brands), strict=True)
        }
        return [
            _about(post, known.get(post.brand), self._find(text))
            for post, text in zip(posts, texts, strict=True)
        ]

    def find(self, text: str) -> dict[str, str]:
        """The brands that a text names, in the order of their first mention."""
        return self._find(skeleton(text))

    def _find(self, folded: str) -> dict[str, str]:
        """The brands that a skeleton names, in the order of their first mention."""
        found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        if not found:
            return {}
        hits = [
            (start, end, alias)
            for index, start, end in found
            for alias in self._aliases[index]
            if stands_alone(folded, start, end, alias.edges)
        ]
        hidden = [hit for hit in hits if hit[2].target is None]
        brands: dict[str, str] = {}
        for start, end, alias in sorted(hits, key=_start) if len(hits) > 1 else hits:
            target = alias.target
            if target is None or (hidden and _is_hidden(start, end, target, hidden)):
                continue
            brands[target.brand] = brands.get(target.brand) or target.product
        return brands


def _about(post: Post, named: Target | None, found: dict[str, str]) -> dict[str, str]:
    """Add what the post's fields say to what its text names; named: what its `brand` means."""
    if named:
        product = post.product or named.product
        if product or named.brand not in found:
            found[named.brand] = product
    return found


def _start(hit: tuple[int, int, _Alias]) -> int:
    return hit[0]


def _is_hidden(start: int, end: int, target: Target, hidden: list[tuple[int, int, _Alias]]) -> bool:
    return any(
        first <= start and end <= last and target in alias.hides for first, last, alias in hidden
    )


def _add(
    patterns: dict[str, list[_Alias]], phrase: str, target: Target | None, hides: frozenset[Target]
) -> None:
    folded = skeleton(phrase)
    if folded:
        word = stem(folded)
        edges = word_edges(word)
        alias = _Alias(target, hides, edges if word == folded else replace(edges, right=False))
        for spelling in with_hyphens_and_spaces(word):
            patterns[spelling].append(alias)
