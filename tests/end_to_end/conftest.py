"""One worker, one topic and one ledger a test, on the shared real servers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from compose.runtime.kafka import free_port
from compose.runtime.topics import create_topics
from compose.settings import Settings
from streams.clickhouse.connection import connect
from streams.clickhouse.migrate import migrate
from tests.clickhouse_server import ClickHouseServer
from tests.end_to_end.faulty_worker import Faults, Order
from tests.end_to_end.feeding import Feed
from tests.end_to_end.ledger import Ledger, Verdict, committed, drained, judge, produce
from tests.end_to_end.worker_process import WorkerProcess
from tests.kafka_server import KafkaServer


@dataclass
class Stage:
    """What a scenario plays on."""

    kafka: str
    clickhouse_url: str
    folder: Path
    ledger: Ledger
    group: str
    workers: list[WorkerProcess]

    def worker(self, faults: Faults | None = None, **changes: object) -> WorkerProcess:
        """A worker that is not started yet."""
        fields: dict[str, object] = {
            "kafka": self.kafka,
            "clickhouse_url": self.clickhouse_url,
            "topic": self.ledger.topic,
            "group": self.group,
            "port": free_port(),
            "faults": faults or Faults(),
        }
        order = Order(**{**fields, **changes})  # type: ignore[arg-type]
        worker = WorkerProcess(order, self.folder / f"worker-{len(self.workers)}.log")
        self.workers.append(worker)
        return worker

    def produce(self, posts: int, **options: object) -> None:
        """Send posts and note what the broker acknowledged."""
        asyncio.run(produce(self.kafka, self.ledger, posts, **options))  # type: ignore[arg-type]

    def feeding(self, *, rate: float = 200, first: int = 0) -> Feed:
        """Send posts at a steady rate while the block lasts."""
        return Feed(self.kafka, self.ledger, rate=rate, first=first)

    def committed(self) -> dict[int, int]:
        """The group's offsets at the broker, by partition."""
        return asyncio.run(committed(self.kafka, self.group, self.ledger.topic))

    def journal(self) -> str:
        """A new file for the ids of what is stored, as faults want it."""
        file = self.folder / "stored.txt"
        file.touch()
        return str(file)

    def journaled(self) -> list[str]:
        """What is in that file: ids of acknowledged rows, as often as they were stored."""
        text = (self.folder / "stored.txt").read_text()
        return text[: text.rfind("\n") + 1].split()

    def stored(self) -> set[str]:
        """Ids of the posts that ClickHouse has."""
        with connect(self.clickhouse_url) as client:
            rows = client.execute(
                "SELECT DISTINCT post_id FROM mentions WHERE kafka_topic = %(topic)s",
                {"topic": self.ledger.topic},
            )
        return {row[0] for row in rows}

    def drained(self, *, timeout_s: float = 120) -> bool:
        """Wait until the group has committed everything; False once nothing comes for so long."""
        return drained(self.kafka, self.group, self.ledger.topic, timeout_s=timeout_s)

    def verdict(self) -> Verdict:
        """What the oracle finds."""
        return judge(self.kafka, self.clickhouse_url, self.group, self.ledger)


def new_stage(kafka: str, clickhouse: str, folder: Path) -> Stage:
    """A fresh topic and group on these servers; clickhouse: URL of any database there."""
    name = uuid4().hex[:12]
    url = clickhouse.rpartition("/")[0] + "/groundswell"
    migrate(url)
    topic = f"posts-{name}"
    asyncio.run(create_topics(Settings(kafka=kafka, input_topics=(topic,))))
    return Stage(kafka, url, folder, Ledger(topic), f"group-{name}", [])


@contextmanager
def ending(stage: Stage) -> Iterator[Stage]:
    """No worker runs afterwards."""
    try:
        yield stage
    finally:
        for worker in stage.workers:
            if worker.alive:
                worker.kill()


@pytest.fixture
def stage(kafka: str, clickhouse_server: str, tmp_path: Path) -> Iterator[Stage]:
    """On the servers that all tests share."""
    with ending(new_stage(kafka, clickhouse_server, tmp_path)) as found:
        yield found


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaServer]:
    """A broker that the test may kill."""
    server = KafkaServer(tmp_path / "kafka")
    server.start()
    asyncio.run(create_topics(Settings(kafka=server.servers)))
    yield server
    server.kill()


@pytest.fixture
def own_clickhouse(tmp_path: Path) -> Iterator[ClickHouseServer]:
    """A server that the test may kill."""
    server = ClickHouseServer(tmp_path / "clickhouse")
    server.start()
    yield server
    server.kill()
