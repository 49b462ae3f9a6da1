"""Which incidents would appear and which would vanish if another version were active."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from functools import partial

import msgspec

from schemas.alert_rules import AlertRules
from schemas.backtest import BacktestRequest, TriedIncident
from streams.alerts.backtest import compared, incidents_over
from streams.alerts.backtest_desk import check
from streams.alerts.counts import StoredCounts
from streams.versions.questions import Traffic


class AlertChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Incidents of the time that the detector and the rules would have opened under each version.

    stay: how many open under both. appear: under the second alone. vanish: under the first alone.
    """

    since: datetime
    until: datetime
    stay: int
    appear: tuple[TriedIncident, ...]
    vanish: tuple[TriedIncident, ...]


def alert_changes(
    url: str, traffic: Traffic, rules: AlertRules, brands: Sequence[str]
) -> AlertChanges:
    """Try the watchlist on the past as it is under each version.

    rules, brands: the watchlist's. Raises SettingsError for what cannot be tried, or StoreError.
    """
    request = BacktestRequest(
        since=traffic.since, until=traffic.until, brands=tuple(traffic.brands)
    )
    check(request, brands)
    found = []
    for version in (traffic.first, traffic.second):
        with closing(StoredCounts(url, brands)) as counts:
            minutes = partial(counts.minutes, version=version)
            found.append(incidents_over(request, rules, brands, minutes))
    first, second = (list(item.alerts) for item in found)
    beside = compared(second, first, minutes=0, series=0)
    gone = set(beside.missed)
    return AlertChanges(
        since=traffic.since,
        until=traffic.until,
        stay=sum(bool(item.key) for item in beside.would),
        appear=tuple(item for item in beside.would if not item.key),
        vanish=tuple(item for item in beside.did if item.key in gone),
    )
