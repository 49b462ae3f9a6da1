from collections.abc import Iterator
from typing import Final

from schemas.skeleton import skeleton
from schemas.spelling import with_hyphens_and_spaces
from schemas.watchlist import Brand, Product, Watchlist
from schemas.word_edges import stem

_SHORT_ALIAS_CHARACTERS: Final = 3


def advice(watchlist: Watchlist) -> list[str]:
    """What is allowed and yet probably not meant, one line each."""
    return [line for brand in watchlist.brands for line in _about_brand(brand)]


def _about_brand(brand: Brand) -> Iterator[str]:
    aliases = [*brand.aliases, *(alias for item in brand.products for alias in item.aliases)]
    if not aliases:
        yield (
            f"{brand.name}: has no alias; only posts whose `brand` field names it will count for it"
        )
    yield from _about_owner(brand.name, brand, hidden=aliases)
    for product in brand.products:
        yield from _about_owner(f"{brand.name} {product.name}", product, hidden=product.aliases)


def _about_owner(
    label: str, owner: Brand | Product, *, hidden: list[str] | tuple[str, ...]
) -> Iterator[str]:
    for alias in owner.aliases:
        # Two ideographs are a word; two Latin letters are in every other text.
        if len(stem(alias)) <= _SHORT_ALIAS_CHARACTERS and alias.isascii():
            yield (
                f"{label}: the alias {alias!r} is very short; exclude phrases that only look like "
                "it, or remove it"
            )
    names = {
        spelling for alias in hidden for spelling in with_hyphens_and_spaces(stem(skeleton(alias)))
    }
    for phrase in owner.exclude:
        if not any(name in skeleton(phrase) for name in names):
            yield (
                f"{label}: `exclude` {phrase!r} contains none of the aliases, so it changes nothing"
            )
