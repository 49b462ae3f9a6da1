"""One worker, one topic and one ledger a test, on the shared real servers."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from compose.runtime.kafka import free_port
from compose.runtime.topics import create_topics
from compose.settings import Settings
from streams.clickhouse.migrate import migrate
from tests.end_to_end.faulty_worker import Faults, Order
from tests.end_to_end.ledger import Ledger, Verdict, drained, judge, produce
from tests.end_to_end.worker_process import WorkerProcess


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

    def drained(self, *, timeout_s: float = 60) -> bool:
        """Wait until the group has committed everything."""
        return drained(self.kafka, self.group, self.ledger.topic, timeout_s=timeout_s)

    def verdict(self) -> Verdict:
        """What the oracle finds."""
        return judge(self.kafka, self.clickhouse_url, self.group, self.ledger)


@pytest.fixture
def stage(kafka: str, clickhouse_server: str, tmp_path: Path) -> Iterator[Stage]:
    """A fresh topic and group, and no worker running afterwards."""
    name = uuid4().hex[:12]
    url = clickhouse_server.rpartition("/")[0] + "/groundswell"
    migrate(url)
    topic = f"posts-{name}"
    asyncio.run(create_topics(Settings(kafka=kafka, input_topics=(topic,))))
    found = Stage(kafka, url, tmp_path, Ledger(topic), f"group-{name}", [])
    yield found
    for worker in found.workers:
        if worker.alive:
            worker.kill()
