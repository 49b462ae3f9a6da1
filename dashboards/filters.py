"""What the viewer chose, and its form in the page's address, so that a link shows the same view.

An address may come from anywhere: what it says is bounded, and what makes no sense is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Final

from dashboards.narrowing import (
    MAY_LACK,
    Listing,
    Narrowing,
    narrowing_address,
    read_listing,
    read_narrowing,
)
from dashboards.time_range import (
    CUSTOM,
    DEFAULT_RANGE,
    RANGE_NAMES,
    Window,
    custom_window,
    live_window,
    range_named,
)
from schemas.post import EARLIEST
from schemas.scores import SENTIMENTS

MAX_CHOICES: Final = 50
MAX_VALUE_CHARACTERS: Final = 200
MAX_SEARCH_CHARACTERS: Final = 500
DIMENSIONS: Final = ("time", "brand", "topic", "lang", "source")
# As far ahead that the period before begins where ClickHouse's DateTime64 does, in 1900, or later.
LATEST: Final = datetime(2079, 1, 1, tzinfo=UTC)
NOW: Final = "now"
EXPLORE: Final = "explore"
COMPARE: Final = "compare"
# The pages that show the view; others have an address of their own.
PAGES: Final = (NOW, EXPLORE, COMPARE)
# Those that are about what all filters let through; on Now they choose posts of the feed.
NARROWED_PAGES: Final = (EXPLORE, COMPARE)
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"

Address = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What all numbers of the page are about. Nothing chosen means everything.

    range_name: one of time_range.RANGE_NAMES; since and until (UTC) count for "custom" only.
    """

    brands: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    range_name: str = DEFAULT_RANGE
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """The part of a chart that the viewer picked, to see its posts.

    dimension: one of DIMENSIONS; on Explore product, country, author and rating, too. value: a
    name, or for "time" the milliseconds `start-end`.
    sentiment: one of SENTIMENTS, or "" for all.
    """

    dimension: str
    value: str
    sentiment: str = ""

    @property
    def period(self) -> tuple[int, int]:
        """Start and end in milliseconds of a picked time."""
        start, end = self.value.split("-")
        return int(start), int(end)


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """Which posts of the scope the feed shows."""

    sentiments: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    text: str = ""
    pick: Pick | None = None


@dataclass(frozen=True, slots=True)
class View:
    """All that a link has to say.

    page: one of PAGES. narrowing: of NARROWED_PAGES. listing: of Explore. same_mix: whether Compare
    holds the mix of languages constant.
    """

    scope: Scope = Scope()
    feed: FeedFilter = FeedFilter()
    page: str = NOW
    narrowing: Narrowing = field(default_factory=Narrowing)
    listing: Listing = field(default_factory=Listing)
    same_mix: bool = False


def window_of(scope: Scope, *, now: datetime, zone: tzinfo) -> Window:
    """The period that the scope is about, by the clock of that zone."""
    if scope.range_name == CUSTOM and scope.since and scope.until:
        return custom_window(scope.since, scope.until, zone=zone)
    return live_window(range_named(scope.range_name), now=now, zone=zone)


def to_address(view: View) -> dict[str, list[str]]:
    """The parameters of the page's address; what is not chosen takes no room."""
    scope, feed = view.scope, view.feed
    custom = scope.range_name == CUSTOM
    listing = view.listing if view.page == EXPLORE else Listing()
    further = narrowing_address(view.narrowing, listing) if view.page in NARROWED_PAGES else {}
    address = {
        "page": [view.page] if view.page != NOW else [],
        "range": [scope.range_name] if scope.range_name != DEFAULT_RANGE else [],
        "from": [scope.since.strftime(_MOMENT)] if custom and scope.since else [],
        "to": [scope.until.strftime(_MOMENT)] if custom and scope.until else [],
        "brand": list(scope.brands),
        "lang": list(scope.langs),
        "source": list(scope.sources),
        "sentiment": list(feed.sentiments),
        "topic": list(feed.topics),
        "q": [feed.text] if feed.text else [],
        "pick": [_pick_to_text(feed.pick)] if feed.pick else [],
        "mix": ["same"] if view.page == COMPARE and view.same_mix else [],
        **further,
    }
    return {name: values for name, values in address.items() if values}


def from_address(address: Address) -> View:
    """The view that an address asks for; never raises."""
    since, until = _moment(address, "from"), _moment(address, "to")
    range_name = _first(address, "range")
    if range_name not in RANGE_NAMES:
        range_name = DEFAULT_RANGE
    if range_name == CUSTOM and not (since and until and since < until):
        range_name = DEFAULT_RANGE
    if range_name != CUSTOM:
        since = until = None
    page = _first(address, "page")
    page = page if page in PAGES else NOW
    further = {name: _names(address, name) for name in MAY_LACK}
    return View(
        Scope(
            brands=_names(address, "brand"),
            langs=_names(address, "lang"),
            sources=_names(address, "source"),
            range_name=range_name,
            since=since,
            until=until,
        ),
        FeedFilter(
            sentiments=tuple(name for name in SENTIMENTS if name in address.get("sentiment", ())),
            topics=_names(address, "topic"),
            text=_first(address, "q")[:MAX_SEARCH_CHARACTERS].strip(),
            pick=_pick_from_text(_first(address, "pick")) if page == NOW else None,
        ),
        page=page,
        narrowing=read_narrowing(further, address) if page in NARROWED_PAGES else Narrowing(),
        listing=read_listing(address) if page == EXPLORE else Listing(),
        same_mix=page == COMPARE and _first(address, "mix") == "same",
    )


def _pick_to_text(pick: Pick) -> str:
    return f"{pick.dimension}:{pick.sentiment}:{pick.value}"


def _pick_from_text(text: str) -> Pick | None:
    dimension, _, rest = text.partition(":")
    sentiment, _, value = rest.partition(":")
    if dimension not in DIMENSIONS or sentiment not in {"", *SENTIMENTS} or not value:
        return None
    pick = Pick(dimension, value[:MAX_VALUE_CHARACTERS], sentiment)
    if dimension != "time":
        return pick
    start, _, end = value.partition("-")
    plain = all(part.isascii() and part.isdigit() and len(part) < 14 for part in (start, end))
    return pick if plain and int(start) < int(end) else None


def _first(address: Address, name: str) -> str:
    values = address.get(name, ())
    return values[0] if values else ""


def _names(address: Address, name: str) -> tuple[str, ...]:
    found = dict.fromkeys(
        value[:MAX_VALUE_CHARACTERS] for value in address.get(name, ()) if value.strip()
    )
    return tuple(found)[:MAX_CHOICES]


def _moment(address: Address, name: str) -> datetime | None:
    try:
        moment = datetime.strptime(_first(address, name), _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if EARLIEST <= moment < LATEST else None
