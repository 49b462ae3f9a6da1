"""Real servers, for a benchmark's duration."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from compose.runtime.topics import create_topics
from compose.settings import Settings
from streams.clickhouse.migrate import migrate
from tests.clickhouse_server import ClickHouseServer
from tests.kafka_server import KafkaServer


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they listen, and a folder for logs."""

    kafka: str
    clickhouse_url: str
    folder: Path


@contextmanager
def engine(folder: Path) -> Iterator[tuple[ClickHouseServer, str]]:
    """A ClickHouse with its data in that folder, which it keeps, and the URL of its tables."""
    server = ClickHouseServer(folder)
    server.start()
    try:
        url = server.url.removesuffix("default") + "groundswell"
        migrate(url)
        yield server, url
    finally:
        server.stop()


@contextmanager
def servers() -> Iterator[Servers]:
    """Start both, with the topics and tables made; stop them and remove their data at the end."""
    with tempfile.TemporaryDirectory(prefix="groundswell-bench-") as name:
        folder = Path(name)
        kafka = KafkaServer(folder / "kafka", heap_mb=512)
        kafka.start()
        try:
            with engine(folder / "clickhouse") as (_, url):
                asyncio.run(create_topics(Settings(kafka=kafka.servers, clickhouse_url=url)))
                yield Servers(kafka.servers, url, folder)
        finally:
            kafka.stop()
