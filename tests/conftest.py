"""The real servers that tests share, and how Hypothesis searches.

`HYPOTHESIS_PROFILE=searching pytest` tries new examples, and more of them.
"""

import asyncio
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from compose.runtime.topics import create_topics
from compose.settings import Settings
from tests.clickhouse_server import ClickHouseServer
from tests.end_to_end.fault_table import (  # noqa: F401 - pytest finds them here
    figure,
    pytest_runtest_setup,
    pytest_terminal_summary,
)
from tests.kafka_server import KafkaServer

# A slow machine is no fault, and a change is not to be blamed for an example found by chance.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("searching", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


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
