"""Builds a monitor out of the settings and the watchlist."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from compose.settings import Settings
from compose.watchlist_in_force import awaited_in_force
from dashboards.author_secret import load_pseudonyms, passing_pseudonyms
from schemas.alert import Alert
from schemas.errors import StoreError
from streams.alerts.backtest_desk import BacktestDesk
from streams.alerts.config import MonitorConfig
from streams.alerts.main import monitor_parts
from streams.alerts.monitor import MonitorParts
from streams.evidence.collector import Collector
from streams.notifications.notifier import Notifier
from streams.notifications.outbox import ClickHouseOutbox
from streams.renewal import Newer

_GROUP_SUFFIX: Final = "-monitor"


def monitor_config(settings: Settings) -> MonitorConfig:
    """The settings that the monitor itself reads."""
    return MonitorConfig(
        kafka=settings.kafka,
        clickhouse_url=settings.clickhouse_url,
        input_topics=settings.input_topics,
        worker_group=settings.consumer_group,
        group=settings.consumer_group + _GROUP_SUFFIX,
        web_host=settings.listen_host,
        web_port=settings.monitor_port,
        grace_s=settings.monitor_grace_s,
        keep_texts_days=settings.retention_texts_days,
    )


@dataclass(frozen=True, slots=True)
class BuiltMonitor:
    """All that `run_monitor` takes."""

    config: MonitorConfig
    parts: MonitorParts
    desk: BacktestDesk
    newer: Newer


def build_monitor(settings: Settings) -> BuiltMonitor:
    """Read the watchlist and open the edges. Raises WatchlistError or StoreError."""
    found = awaited_in_force(settings)
    watchlist = found.watchlist
    config = monitor_config(settings)
    brands = [brand.name for brand in watchlist.brands]
    parts = monitor_parts(
        config,
        watchlist.alerts,
        brands,
        evidence=Collector(settings.clickhouse_url),
        notifier=Notifier(
            watchlist.routes,
            ClickHouseOutbox(settings.clickhouse_url),
            dashboard_url=settings.dashboard_address,
            shown=partial(_shown, settings),
        ),
    )
    desk = BacktestDesk(settings.clickhouse_url, watchlist.alerts, brands)
    return BuiltMonitor(config, parts, desk, found.newer(settings))


def _shown(settings: Settings, alert: Alert) -> Alert:
    """The incident as people are told of it: with pseudonyms where authors are hidden."""
    if not settings.hide_authors or alert.evidence is None:
        return alert
    try:
        return load_pseudonyms(settings.clickhouse_url).hide(alert)
    except StoreError:
        # A name that was told cannot be taken back.
        return passing_pseudonyms().hide(alert)
