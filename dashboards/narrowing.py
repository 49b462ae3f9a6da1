"""What Explore and Compare add to the filters of the other pages, and how Explore lists posts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.scores import EMOTIONS

SORTS: Final = ("newest", "oldest", "reach", "strength", "copies")
EMOTIONS_SHOWN: Final = tuple(name for name in EMOTIONS if name != "none")
MAX_RATING: Final = 100.0
MAX_REACH: Final = 10**12
MAX_LENGTH: Final = 1_000_000
MAY_LACK: Final = ("product", "country", "author")
"""What a mention may come without; "" is then its name."""

_NOTHING: Final = "~"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Only mentions of these products and so on. Nothing chosen means everything.

    products, countries, authors: "" among them stands for mentions that come without one.
    emotions: of EMOTIONS_SHOWN; one of them is enough. least_rating, most_rating: both included; a
    mention without a rating is in neither range. least_length, most_length: characters of the
    text, both included. least_sure, most_sure: the probability of what the model says, in percent,
    the latter not included.
    """

    products: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    least_rating: float | None = None
    most_rating: float | None = None
    least_reach: int = 0
    least_length: int | None = None
    most_length: int | None = None
    least_sure: int | None = None
    most_sure: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """How posts are listed. sort: one of SORTS. folded: whether copies are shown as one."""

    sort: str = SORTS[0]
    folded: bool = True


def narrowing_address(narrowing: Narrowing, listing: Listing) -> dict[str, list[str]]:
    """The address's parameters; those of what is not chosen are empty."""
    low, high = narrowing.least_rating, narrowing.most_rating
    ends = ("" if end is None else f"{end:g}" for end in (low, high))
    return {
        "product": [*map(token, narrowing.products)],
        "country": [*map(token, narrowing.countries)],
        "author": [*map(token, narrowing.authors)],
        "emotion": list(narrowing.emotions),
        "rating": [] if low is None and high is None else ["~".join(ends)],
        "reach": [str(narrowing.least_reach)] if narrowing.least_reach else [],
        "length": _written(narrowing.least_length, narrowing.most_length),
        "sure": _written(narrowing.least_sure, narrowing.most_sure),
        "sort": [listing.sort] if listing.sort != SORTS[0] else [],
        "copies": [] if listing.folded else ["each"],
    }


def read_narrowing(
    names: Mapping[str, tuple[str, ...]], address: Mapping[str, Sequence[str]]
) -> Narrowing:
    """What an address asks for; never raises. names: the bounded values of its parameters."""
    products, countries, authors = (tuple(map(named, names[kind])) for kind in MAY_LACK)
    low, _, high = next(iter(address.get("rating", ())), "").partition("~")
    least, most = _rating(low), _rating(high)
    if least is not None and most is not None and least > most:
        least = most = None
    reach = _number(next(iter(address.get("reach", ())), ""), most=MAX_REACH)
    lengths = _numbers(address.get("length", ()), most=MAX_LENGTH)
    sure = _numbers(address.get("sure", ()), most=100)
    return Narrowing(
        products=products,
        countries=countries,
        authors=authors,
        emotions=tuple(name for name in EMOTIONS_SHOWN if name in address.get("emotion", ())),
        least_rating=least,
        most_rating=most,
        least_reach=reach or 0,
        least_length=lengths[0],
        most_length=lengths[1],
        least_sure=sure[0],
        most_sure=sure[1],
    )


def read_listing(address: Mapping[str, Sequence[str]]) -> Listing:
    """How an address asks for the posts; never raises."""
    sort = next(iter(address.get("sort", ())), "")
    return Listing(
        sort=sort if sort in SORTS else SORTS[0],
        folded=list(address.get("copies", ()))[:1] != ["each"],
    )


def token(name: str) -> str:
    """A name as addresses and charts have it, where "" says that there is none: never empty."""
    return name if name and not name.startswith(_NOTHING) else _NOTHING + name


def named(told: str) -> str:
    """The name behind a token."""
    return told.removeprefix(_NOTHING)


def _written(low: int | None, high: int | None) -> list[str]:
    ends = ("" if end is None else str(end) for end in (low, high))
    return [] if low is None and high is None else ["~".join(ends)]


def _numbers(values: Sequence[str], *, most: int) -> tuple[int | None, int | None]:
    """The two ends of a range; neither where the lower one is above the other."""
    low, _, high = next(iter(values), "").partition("~")
    first, last = _number(low, most=most), _number(high, most=most)
    return (
        (None, None) if first is not None and last is not None and first > last else (first, last)
    )


def _number(text: str, *, most: int) -> int | None:
    digits = text.isascii() and text.isdigit() and len(text) < 16
    return min(int(text), most) if digits else None


def _rating(text: str) -> float | None:
    try:
        value = float(text) if len(text) < 20 else math.nan
    except ValueError:
        return None
    # Rounded as it is written again, so that the address stays the same.
    return float(f"{value:g}") + 0.0 if 0 <= value <= MAX_RATING else None
