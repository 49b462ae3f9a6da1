"""The real servers that tests share."""

from collections.abc import Iterator

import pytest

from tests.clickhouse_server import ClickHouseServer
from tests.kafka_server import KafkaServer


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Kafka: the bootstrap servers `127.0.0.1:port`. It creates no topic by itself."""
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    server.start()
    yield server.servers
    server.stop()


@pytest.fixture(scope="session")
def clickhouse_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real ClickHouse: the URL of its database `default`. Make databases of your own in it."""
    server = ClickHouseServer(tmp_path_factory.mktemp("clickhouse"))
    server.start()
    yield server.url
    server.stop()
