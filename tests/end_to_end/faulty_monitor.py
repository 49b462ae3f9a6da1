"""The real monitor with a clock of the test's and deaths at its edges.

The monitor's own code knows nothing of them.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from schemas.alert import Alert
from schemas.watchlist import parse_watchlist
from streams.alerts.config import MonitorConfig
from streams.alerts.main import monitor_parts
from streams.alerts.metrics import MonitorMetrics
from streams.alerts.monitor import Monitor
from streams.worker.web import serve, web_app
from tests.end_to_end import mutations


@dataclass(frozen=True, kw_only=True)
class MonitorOrder:
    """All that a monitor of the tests is told, as JSON on its command line.

    clock: a file with the present, in seconds since 1970. told: a file that gets a line for each
    event that the notifier is given. kill_at: SIGKILL there, the kill_pass-th time. mutation: name
    of a function in tests/end_to_end/mutations.py.
    """

    kafka: str
    clickhouse_url: str
    topic: str
    worker_group: str
    group: str
    port: int
    watchlist: str
    clock: str
    told: str
    kill_at: str = ""
    kill_pass: int = 1
    mutation: str = ""


class Killer:
    """Ends the process at the chosen point."""

    def __init__(self, order: MonitorOrder) -> None:
        self._point, self._passes = order.kill_at, order.kill_pass

    def at(self, point: str) -> None:
        """The process has come to this point."""
        if point == self._point:
            self._passes -= 1
            if self._passes <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Around:
    """Another object, with deaths before and after some of its methods."""

    def __init__(self, inner: Any, killer: Killer, points: dict[str, str]) -> None:
        self._inner, self._killer, self._points = inner, killer, points

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        point = self._points.get(name)
        if point is None:
            return method

        def plain(*args: Any, **kwargs: Any) -> Any:
            # Calls that write nothing are no points.
            if args and not args[0]:
                return method(*args, **kwargs)
            self._killer.at(f"before-{point}")
            result = method(*args, **kwargs)
            self._killer.at(f"after-{point}")
            return result

        async def waiting(*args: Any, **kwargs: Any) -> Any:
            self._killer.at(f"before-{point}")
            result = await method(*args, **kwargs)
            self._killer.at(f"after-{point}")
            return result

        return waiting if asyncio.iscoroutinefunction(method) else plain


class FileNotifier:
    """Writes every event to a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def notify(self, events: Sequence[Alert]) -> None:
        """One line of JSON each."""
        with self._file.open("ab") as lines:
            for event in events:
                lines.write(msgspec.json.encode(event) + b"\n")

    async def tick(self, now: datetime) -> None:
        """Nothing is ever due."""


async def watch(order: MonitorOrder) -> None:
    """Run one monitor until it dies."""
    watchlist = parse_watchlist(order.watchlist)
    killer = Killer(order)
    config = MonitorConfig(
        kafka=order.kafka,
        clickhouse_url=order.clickhouse_url,
        input_topics=(order.topic,),
        worker_group=order.worker_group,
        group=order.group,
        web_port=order.port,
    )
    parts = monitor_parts(
        config,
        watchlist.alerts,
        [brand.name for brand in watchlist.brands],
        notifier=FileNotifier(Path(order.told)),
    )
    journal: Any = Around(
        parts.journal, killer, {"write_minutes": "journal", "write_snapshot": "snapshot"}
    )
    store: Any = Around(parts.store, killer, {"write_events": "events"})
    topic: Any = Around(parts.topic, killer, {"send": "topic"})
    parts = replace(parts, journal=journal, store=store, topic=topic)
    clock = Path(order.clock)
    metrics = MonitorMetrics()
    monitor = Monitor(
        parts, metrics, now=lambda: datetime.fromtimestamp(float(clock.read_text()), UTC)
    )
    await serve(web_app(metrics.registry, monitor.troubles), host="127.0.0.1", port=order.port)
    await monitor.run()


def run(told: str) -> None:
    """Run one monitor; told: a MonitorOrder, as JSON."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    order = msgspec.json.decode(told, type=MonitorOrder)
    if order.mutation:
        getattr(mutations, order.mutation)()
    asyncio.run(watch(order))
