"""How far behind the group is, as the broker sees it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.consumer_stop import stop_consumer
from streams.worker.config import WorkerConfig
from streams.worker.metrics import WorkerMetrics

logger = logging.getLogger(__name__)

_EVERY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far the group is on one partition. behind: records that it has not settled yet."""

    topic: str
    partition: int
    committed: int
    behind: int


class LagReader:
    """Asks one Kafka how far a group is; each answer is the broker's own of that moment."""

    def __init__(
        self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, topics: Sequence[str]
    ) -> None:
        self._admin, self._consumer, self._topics = admin, consumer, list(topics)

    async def read(self, group: str) -> list[PartitionLag]:
        """Every partition of the topics that there are. Raises KafkaError."""
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in await self._admin.describe_topics(self._topics)
            for partition in topic["partitions"]
        ]
        committed = await self._admin.list_consumer_group_offsets(group)
        ends = await self._consumer.end_offsets(partitions)
        starts = await self._consumer.beginning_offsets(partitions)
        found = []
        for each in partitions:
            known = each in committed and committed[each].offset >= 0
            offset = committed[each].offset if known else 0
            behind = max(0, ends[each] - (offset if known else starts[each]))
            found.append(PartitionLag(each.topic, each.partition, offset, behind))
        return found


@asynccontextmanager
async def lag_reader(servers: str, topics: Sequence[str]) -> AsyncIterator[LagReader]:
    """A connection to ask by. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    try:
        await admin.start()
        await consumer.start()
        yield LagReader(admin, consumer, topics)
    finally:
        await stop_consumer(consumer)
        await admin.close()


async def watch_lag(config: WorkerConfig, metrics: WorkerMetrics) -> None:
    """Read the group's committed offsets from the broker every few seconds.

    The worker's own idea of what it committed is not asked: a commit that failed would look done.
    """
    while True:
        try:
            async with lag_reader(config.kafka, config.input_topics) as reader:
                while True:
                    for each in await reader.read(config.consumer_group):
                        labels = (each.topic, str(each.partition))
                        metrics.committed.labels(*labels).set(each.committed)
                        metrics.lag.labels(*labels).set(each.behind)
                    await asyncio.sleep(_EVERY_S)
        except KafkaError as error:
            logger.warning("the lag is not known: %r", error)
            await asyncio.sleep(_EVERY_S)
