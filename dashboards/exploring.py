"""The way from other pages, and from a click on a chart, to the pages Explore and Compare."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from dashboards.filters import COMPARE, EXPLORE, Pick, Scope, View
from dashboards.time_range import CUSTOM, from_milliseconds
from schemas.post import EARLIEST

_OF_SCOPE: Final = frozenset({"brand", "lang", "source"})
_FIELDS: Final = {
    "brand": "brands",
    "lang": "langs",
    "source": "sources",
    "product": "products",
    "country": "countries",
    "author": "authors",
    "emotion": "emotions",
}


def explored(view: View) -> View:
    """The same on the page Explore, where what was picked is a filter like any other."""
    pick = view.feed.pick
    kept = replace(view, page=EXPLORE, feed=replace(view.feed, pick=None))
    return narrowed(kept, pick) if pick else kept


def compared(view: View) -> View:
    """The same on the page Compare, where a brand that was picked stands beside the others."""
    target = explored(view)
    scope = replace(target.scope, brands=view.scope.brands)
    return replace(target, page=COMPARE, scope=scope)


def narrowed(view: View, pick: Pick) -> View:
    """The view of what was picked alone. Raises KeyError for what no chart shows."""
    if pick.sentiment:
        view = replace(view, feed=replace(view.feed, sentiments=(pick.sentiment,)))
    if pick.dimension == "time":
        return replace(view, scope=_in_period(view.scope, *map(from_milliseconds, pick.period)))
    if pick.dimension == "topic":
        return replace(view, feed=replace(view.feed, topics=(pick.value,)))
    if pick.dimension == "rating":
        value = float(pick.value)
        exact = replace(view.narrowing, least_rating=value, most_rating=value)
        return replace(view, narrowing=exact)
    changes: dict[str, Any] = {_FIELDS[pick.dimension]: (pick.value,)}
    if pick.dimension in _OF_SCOPE:
        return replace(view, scope=replace(view.scope, **changes))
    return replace(view, narrowing=replace(view.narrowing, **changes))


def rated_within(view: View, least: float, most: float | None = None) -> View:
    """The view of its mentions that came with such a rating, both ends included."""
    held = view.narrowing
    lower = max(least, least if held.least_rating is None else held.least_rating)
    uppers = [end for end in (most, held.most_rating) if end is not None]
    ends = replace(held, least_rating=lower, most_rating=min(uppers, default=None))
    return replace(view, narrowing=ends)


def _in_period(scope: Scope, since: datetime, until: datetime) -> Scope:
    """The scope in a period that an address can say, which has no fractions of a second."""
    first = max(since.replace(microsecond=0), EARLIEST)
    last = until.replace(microsecond=0)
    last = last if last == until else last + timedelta(seconds=1)
    return replace(scope, range_name=CUSTOM, since=first, until=last)
