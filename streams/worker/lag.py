"""How far behind the group is, as the broker sees it."""

import asyncio
import logging
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.consumer_stop import stop_consumer
from streams.worker.config import WorkerConfig
from streams.worker.metrics import WorkerMetrics

logger = logging.getLogger(__name__)

_EVERY_S: Final = 5.0


async def watch_lag(config: WorkerConfig, metrics: WorkerMetrics) -> None:
    """Read the group's committed offsets from the broker every few seconds.

    The worker's own idea of what it committed is not asked: a commit that failed would look done.
    """
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=config.kafka)
        consumer = AIOKafkaConsumer(bootstrap_servers=config.kafka, enable_auto_commit=False)
        try:
            await admin.start()
            await consumer.start()
            while True:
                await _read_once(admin, consumer, config, metrics)
                await asyncio.sleep(_EVERY_S)
        except KafkaError as error:
            logger.warning("the lag is not known: %r", error)
            await asyncio.sleep(_EVERY_S)
        finally:
            await stop_consumer(consumer)
            await admin.close()


async def _read_once(
    admin: AIOKafkaAdminClient,
    consumer: AIOKafkaConsumer,
    config: WorkerConfig,
    metrics: WorkerMetrics,
) -> None:
    partitions = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in await admin.describe_topics(list(config.input_topics))
        for partition in topic["partitions"]
    ]
    committed = await admin.list_consumer_group_offsets(config.consumer_group)
    ends = await consumer.end_offsets(partitions)
    starts = await consumer.beginning_offsets(partitions)
    for partition in partitions:
        known = partition in committed and committed[partition].offset >= 0
        offset = committed[partition].offset if known else 0
        labels = (partition.topic, str(partition.partition))
        metrics.committed.labels(*labels).set(offset)
        settled = offset if known else starts[partition]
        metrics.lag.labels(*labels).set(max(0, ends[partition] - settled))
