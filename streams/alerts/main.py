"""Run one monitor until it is told to stop, or until something goes wrong that it cannot mend."""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, NoReturn

from schemas.alert_rules import AlertRules
from schemas.errors import RuntimePartError
from streams.alerts.alert_topic import KafkaAlertTopic
from streams.alerts.backtest_desk import BacktestDesk, keep_answering
from streams.alerts.config import MonitorConfig
from streams.alerts.core import Core
from streams.alerts.counts import StoredCounts
from streams.alerts.hooks import EvidenceCollector, NoEvidence, NoNotifier, Notifier
from streams.alerts.journal import Journal
from streams.alerts.kafka_watermark import KafkaWatermark
from streams.alerts.leader import Leader
from streams.alerts.metrics import MonitorMetrics
from streams.alerts.monitor import Monitor, MonitorParts
from streams.alerts.relearning import Teacher
from streams.alerts.rolling import keep_rolling
from streams.alerts.store import IncidentStore
from streams.erasure.housekeeping import keep_clean
from streams.renewal import ANEW, Newer, run_to_its_end, verdict
from streams.worker.web import serve, web_app

_STOP_S: Final = 10.0


def monitor_parts(
    config: MonitorConfig,
    rules: AlertRules,
    brands: Sequence[str],
    *,
    evidence: EvidenceCollector | None = None,
    notifier: Notifier | None = None,
) -> MonitorParts:
    """The real parts. Raises StoreError for a URL that is none."""
    name = f"{socket.gethostname()}-{config.web_port}"

    def new_core() -> Core:
        return Core(rules, brands)

    return MonitorParts(
        new_core=new_core,
        closed=KafkaWatermark(
            config.kafka,
            topics=config.input_topics,
            group=config.worker_group,
            grace_s=config.grace_s,
        ),
        leader=Leader(config.kafka, group=config.group, name=name),
        counts=StoredCounts(config.clickhouse_url, brands),
        journal=Journal(config.clickhouse_url),
        store=IncidentStore(config.clickhouse_url),
        states=IncidentStore(config.clickhouse_url),
        topic=KafkaAlertTopic(config.kafka),
        evidence=evidence or NoEvidence(),
        notifier=notifier or NoNotifier(),
        teacher=Teacher(config.clickhouse_url, brands, new_core),
    )


def run_monitor(
    config: MonitorConfig,
    parts: MonitorParts,
    desk: BacktestDesk | None = None,
    newer: Newer | None = None,
) -> NoReturn:
    """Run a monitor in this process; does not return.

    desk: answers backtests beside it. newer: returns once it is to begin anew; None for never.
    Exits with 0 after SIGTERM or Ctrl-C, with 1 after an error that it cannot mend. The exit is
    hard: no thread that hangs may delay it, and whatever was not told is decided again.
    """
    run_to_its_end(_run(config, parts, desk, newer))


async def _run(
    config: MonitorConfig, parts: MonitorParts, desk: BacktestDesk | None, newer: Newer | None
) -> int:
    metrics = MonitorMetrics()
    monitor = Monitor(parts, metrics)
    await _serve(config, metrics, monitor.troubles)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    rolling = keep_rolling(config.clickhouse_url, lambda: monitor.leads)
    cleaning = keep_clean(config.clickhouse_url, config.keep_texts_days, lambda: monitor.leads)
    beside = {
        asyncio.create_task(rolling, name="rolling"),
        asyncio.create_task(cleaning, name="cleaning"),
    }
    if desk is not None:
        answering = keep_answering(desk, lambda: monitor.leads)
        beside.add(asyncio.create_task(answering, name="backtests"))
    running = asyncio.create_task(monitor.run(), name="monitor")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    ends: set[asyncio.Task[Any]] = {running, stopping, *beside}
    if newer is not None:
        ends.add(asyncio.create_task(newer(), name="newer"))
    ended, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    status = max(verdict(task) for task in ended)
    if status:
        return status
    for task in beside:
        task.cancel()
    monitor.stop()
    with suppress(TimeoutError):
        async with asyncio.timeout(_STOP_S):
            await asyncio.wait({running})
            for part in (parts.notifier, parts.leader, parts.closed, parts.topic):
                close = getattr(part, "close", None)
                if close is not None:
                    await close()
    return 0 if stop.is_set() else ANEW


async def _serve(
    config: MonitorConfig, metrics: MonitorMetrics, troubles: Callable[[], list[str]]
) -> None:
    host, port = config.web_host, config.web_port
    try:
        await serve(web_app(metrics.registry, troubles), host=host, port=port)
    except OSError as error:
        raise RuntimePartError(
            f"listen_host={host}, monitor_port={port} cannot be listened on ({error}); choose "
            "others with --listen-host and --monitor-port"
        ) from error
