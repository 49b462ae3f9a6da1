"""From settings to parts: what `groundswell up` runs, in which order, and where it lies."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from compose.runtime.jars import Jar
from compose.runtime.kafka import LOOPBACK, KafkaNode
from compose.runtime.part import Part
from compose.runtime.preflight import MIB, java_path, owns_clickhouse, owns_kafka
from compose.runtime.probe import ClickHouseProbe, HttpProbe, KafkaProbe, RunsProbe
from compose.settings import Settings

KAFKA: Final = "Kafka"
CLICKHOUSE: Final = "ClickHouse"
TOPICS: Final = "topics"
TABLES: Final = "tables"
WORKER: Final = "worker"
MONITOR: Final = "monitor"
DASHBOARD: Final = "dashboard"
PLAYER: Final = "demo player"

# glibc gives every thread an arena of its own, which costs the parts a few hundred MB together.
_ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}
_CLICKHOUSE_MEMORY_MIB: Final = 4096


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie in the data folder."""

    folder: Path

    @property
    def kafka(self) -> Path:
        """Kafka's settings and data."""
        return self.folder / "kafka"

    @property
    def clickhouse(self) -> Path:
        """ClickHouse's data."""
        return self.folder / "clickhouse"

    @property
    def settings(self) -> Path:
        """The settings in force, which the parts read."""
        return self.folder / "settings-in-force.toml"

    @property
    def clickhouse_users(self) -> Path:
        """Whom ClickHouse lets in, if its URL names a user."""
        return self.folder / "clickhouse-users.json"

    def log(self, part: str) -> Path:
        """The log of a part."""
        return self.folder / "logs" / f"{part.lower().replace(' ', '-')}.log"


def page_url(settings: Settings) -> str:
    """Where the dashboard is."""
    return f"http://localhost:{settings.dashboard_port}"


def needs_users(settings: Settings) -> bool:
    """Whether our ClickHouse lets in others than its usual users."""
    return bool(urlsplit(settings.clickhouse_url).username or settings.oidc_metadata_url)


def build_parts(settings: Settings, jars: tuple[Jar, ...]) -> list[Part]:
    """Every part, those that others wait for first. jars: Kafka's; empty if it is another's."""
    layout = Layout(settings.data_dir)
    parts = []
    if owns_clickhouse(settings):
        parts.append(_clickhouse(settings, layout))
    if owns_kafka(settings):
        parts.append(_kafka(settings, layout, jars))
    own = {part.name for part in parts}
    parts += [
        _step(TOPICS, "compose.runtime.topics", layout, after=own & {KAFKA}),
        _step(TABLES, "compose.runtime.tables", layout, after=own & {CLICKHOUSE}),
        _worker(settings, layout),
        _monitor(settings, layout),
        _dashboard(settings, layout),
    ]
    if settings.demo:
        parts.append(_player(layout))
    return parts


def _clickhouse(settings: Settings, layout: Layout) -> Part:
    _, port = settings.clickhouse_address
    users = ("--users", str(layout.clickhouse_users)) if needs_users(settings) else ()
    return Part(
        name=CLICKHOUSE,
        command=_python(
            "compose.clickhouse_server",
            *("--path", str(layout.clickhouse), "--host", LOOPBACK, "--port", str(port)),
            *("--memory-bytes", str(_CLICKHOUSE_MEMORY_MIB * MIB)),
            *users,
        ),
        log=layout.log(CLICKHOUSE),
        environment=_ENVIRONMENT,
        probe=ClickHouseProbe(LOOPBACK, port),
        stop_timeout_s=20,
    )


def _kafka(settings: Settings, layout: Layout, jars: tuple[Jar, ...]) -> Part:
    _, port = settings.kafka_address
    java = java_path()
    assert java is not None, "the preflight looks for Java first"
    node = KafkaNode(
        folder=layout.kafka,
        java=java,
        jars=jars,
        port=port,
        heap_mb=settings.kafka_heap_mb,
        partitions=settings.kafka_partitions,
    )
    return Part(
        name=KAFKA,
        command=node.command(),
        log=layout.log(KAFKA),
        environment=_ENVIRONMENT,
        probe=KafkaProbe(LOOPBACK, port),
        prepare=node.prepare,
        stop_timeout_s=20,
    )


def _step(name: str, module: str, layout: Layout, *, after: set[str]) -> Part:
    return Part(
        name=name,
        command=_python(module, str(layout.settings)),
        log=layout.log(name),
        environment=_ENVIRONMENT,
        after=tuple(after),
    )


def _worker(settings: Settings, layout: Layout) -> Part:
    return Part(
        name=WORKER,
        command=_python("compose", "worker", "--config", str(layout.settings)),
        log=layout.log(WORKER),
        environment=_ENVIRONMENT,
        probe=HttpProbe("worker", settings.worker_port, "/ready"),
        alive=HttpProbe("worker", settings.worker_port, "/live"),
        after=(TOPICS, TABLES),
        start_timeout_s=180,  # a large model takes its time
        stop_timeout_s=25,
    )


def _monitor(settings: Settings, layout: Layout) -> Part:
    return Part(
        name=MONITOR,
        command=_python("compose", "monitor", "--config", str(layout.settings)),
        log=layout.log(MONITOR),
        environment=_ENVIRONMENT,
        probe=HttpProbe("monitor", settings.monitor_port, "/ready"),
        alive=HttpProbe("monitor", settings.monitor_port, "/live"),
        after=(TOPICS, TABLES),
        stop_timeout_s=15,
    )


def _dashboard(settings: Settings, layout: Layout) -> Part:
    return Part(
        name=DASHBOARD,
        command=_python("compose", "dashboard", "--config", str(layout.settings)),
        log=layout.log(DASHBOARD),
        environment=_ENVIRONMENT,
        probe=HttpProbe("dashboard", settings.dashboard_port, "/_stcore/health"),
        stop_timeout_s=5,
    )


def _player(layout: Layout) -> Part:
    return Part(
        name=PLAYER,
        command=_python("compose.demo.player", "--config", str(layout.settings)),
        log=layout.log(PLAYER),
        environment=_ENVIRONMENT,
        after=(TOPICS,),
        probe=RunsProbe(),
        may_end=True,
        stop_timeout_s=5,
    )


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
