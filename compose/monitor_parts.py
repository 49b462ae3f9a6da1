"""Builds a monitor out of the settings and the watchlist."""

from typing import Final

from compose.settings import Settings
from schemas.watchlist import load_watchlist
from streams.alerts.backtest_desk import BacktestDesk
from streams.alerts.config import MonitorConfig
from streams.alerts.main import monitor_parts
from streams.alerts.monitor import MonitorParts
from streams.evidence.collector import Collector
from streams.notifications.notifier import Notifier
from streams.notifications.outbox import ClickHouseOutbox

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
    )


def build_monitor(settings: Settings) -> tuple[MonitorConfig, MonitorParts, BacktestDesk]:
    """Read the watchlist and open the edges. Raises WatchlistError or StoreError."""
    watchlist = load_watchlist(settings.watchlist)
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
        ),
    )
    return config, parts, BacktestDesk(settings.clickhouse_url, watchlist.alerts, brands)
