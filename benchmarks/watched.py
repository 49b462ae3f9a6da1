"""Incidents in a table of mentions: the monitor's own core over its minutes, without Kafka."""

from contextlib import closing
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec
from msgspec import structs

from schemas.alert import Alert
from schemas.backtest import BacktestRequest
from schemas.sentence import sentence
from schemas.watchlist import Watchlist
from streams.alerts.backtest_desk import BacktestDesk, Wish
from streams.alerts.core import Core
from streams.alerts.counts import StoredCounts
from streams.alerts.journal import Journal
from streams.alerts.recovery import teach
from streams.alerts.states import MONITOR
from streams.alerts.store import IncidentStore, State
from streams.evidence.collector import Collector
from streams.evidence.reproduce import reproduce

LIVE: Final = timedelta(hours=13)


def watch(url: str, watchlist: Watchlist, *, now: datetime, days: int) -> int:
    """Learn from that many days, watch the last hours as if live, and store what came of it.

    Returns the number of incidents.
    """
    brands = [brand.name for brand in watchlist.brands]
    end_s = int(now.timestamp()) // 60 * 60
    live_s = end_s - int(LIVE.total_seconds())
    core = Core(watchlist.alerts, brands)
    keys = set()
    with (
        closing(StoredCounts(url, brands)) as counts,
        closing(IncidentStore(url)) as store,
        closing(Journal(url)) as journal,
        Collector(url) as collector,
    ):
        teach(core, counts.minutes(end_s - days * 86_400, live_s))
        for minute in counts.minutes(live_s, end_s):
            told = core.take_minute(minute, minute.end)
            journal.write_minutes([told.watched], [])
            store.write_events([_full(event, collector, watchlist) for event in told.events])
            keys |= {event.key for event in told.events}
        store.write_states([State(MONITOR, "monitor", "ok", "", now)], now + timedelta(hours=1))
    return len(keys)


def try_rule(url: str, watchlist: Watchlist, rule: str, *, now: datetime) -> None:
    """Try a rule on the last hours, for the page to show."""
    brands = [brand.name for brand in watchlist.brands]
    end = now.replace(second=0, microsecond=0)
    request = BacktestRequest(since=end - LIVE, until=end, rules=(rule,))
    wish = Wish(uuid4(), now, "Mei", msgspec.json.encode(request).decode())
    with closing(BacktestDesk(url, watchlist.alerts, brands)) as desk:
        desk.answer(wish)


def _full(event: Alert, collector: Collector, watchlist: Watchlist) -> Alert:
    again = reproduce(event, watchlist.alerts)
    full = structs.replace(event, evidence=collector.collect(event), reproduce=again)
    return structs.replace(full, sentence=sentence(full))
