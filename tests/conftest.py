"""The real servers that tests share."""

import asyncio
from collections.abc import Iterator

import pytest

from compose.runtime.topics import create_topics
from compose.settings import Settings
from tests.clickhouse_server import ClickHouseServer
from tests.kafka_server import KafkaServer


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Kafka with Groundswell's topics: its bootstrap servers, `127.0.0.1:port`."""
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    server.start()
    asyncio.run(create_topics(Settings(kafka=server.servers)))
    yield server.servers
    server.stop()


@pytest.fixture(scope="session")
def clickhouse_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real ClickHouse: the URL of its database `default`. Make databases of your own in it."""
    server = ClickHouseServer(tmp_path_factory.mktemp("clickhouse"))
    server.start()
    yield server.url
    server.stop()
