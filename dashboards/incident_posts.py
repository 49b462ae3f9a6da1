"""The posts behind an incident's numbers, as a view of the page Explore. Pure."""

from dashboards.filters import EXPLORE, FeedFilter, Scope, View
from dashboards.narrowing import Narrowing
from dashboards.time_range import CUSTOM
from schemas.alert import Alert, Kind
from schemas.evidence import Carrier, Evidence


def posts_behind(
    alert: Alert, found: Evidence, *, negative: bool = False, carrier: Carrier | None = None
) -> View | None:
    """The posts of the incident; None where no view has just these.

    negative: the negative ones. carrier: those of that part, as it counts them.
    """
    parts = _series(alert)
    if carrier is not None:
        if parts is None or parts.get(carrier.dimension, carrier.value) != carrier.value:
            return None
        parts = {**parts, carrier.dimension: carrier.value}
        negative = alert.kind is Kind.NEGATIVE
    if parts is None:
        return None

    def of(dimension: str) -> tuple[str, ...]:
        return (parts[dimension],) if dimension in parts else ()

    return View(
        Scope(
            brands=(alert.brand,),
            langs=of("lang"),
            sources=of("source"),
            range_name=CUSTOM,
            since=found.since,
            until=found.until,
        ),
        FeedFilter(sentiments=("negative",) if negative else (), topics=of("topic")),
        page=EXPLORE,
        narrowing=Narrowing(products=of("product"), countries=of("country")),
    )


def _series(alert: Alert) -> dict[str, str] | None:
    """What all of its posts are about besides the brand; None where that is no one thing."""
    names = {signal.series for signal in alert.signals}
    if not names or not all(name.parts for name in names):
        return {}
    [name, *others] = names
    return None if others else name.parts
