"""Sends records in whole batches and knows when the broker has them."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.errors import StreamError

# Below the broker's default limit of 1 MB for a batch; a single larger post has a batch of its own.
_BATCH_BYTES: Final = 400_000

KeyedRecord = tuple[bytes, bytes]


class Delivery:
    """Sends to one topic; a record's key chooses its partition."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, *, partitions: int) -> None:
        self._producer = producer
        self._topic = topic
        self._partitions = partitions

    async def send(self, records: Sequence[KeyedRecord]) -> list[asyncio.Future[object]]:
        """Hand the records to the producer; key and value of each.

        Returns what must be awaited until the broker has them; awaiting raises KafkaError.
        """
        sent: list[asyncio.Future[object]] = []
        by_partition: dict[int, list[KeyedRecord]] = {}
        for record in records:
            # CRC32, as librdkafka's clients do: Kafka's own hash is slow in Python.
            number = zlib.crc32(record[0]) % self._partitions
            by_partition.setdefault(number, []).append(record)
        for partition, chosen in by_partition.items():
            batch = self._producer.create_batch()
            for key, value in chosen:
                if batch.append(timestamp=None, key=key, value=value) is None:
                    sent.append(await self._hand_over(batch, partition))
                    batch = self._producer.create_batch()
                    batch.append(timestamp=None, key=key, value=value)
            sent.append(await self._hand_over(batch, partition))
        return sent

    async def _hand_over(self, batch: object, partition: int) -> asyncio.Future[object]:
        future: asyncio.Future[object] = await self._producer.send_batch(
            batch, self._topic, partition=partition
        )
        return future


@asynccontextmanager
async def delivery(servers: str, topic: str) -> AsyncIterator[Delivery]:
    """A connection to Kafka that sends to one topic, each record exactly once in order.

    Raises StreamError if Kafka does not answer or has no such topic.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=servers,
        enable_idempotence=True,
        max_batch_size=_BATCH_BYTES,
        linger_ms=5,
        request_timeout_ms=30_000,
    )
    try:
        await producer.start()
        partitions = await asyncio.wait_for(producer.partitions_for(topic), timeout=5)
    except (KafkaError, TimeoutError) as error:
        await producer.stop()
        raise StreamError(
            f"Kafka at {servers} has no topic {topic!r} or does not answer ({error!r}); start it "
            "with `groundswell up`, or name another with --kafka"
        ) from error
    try:
        yield Delivery(producer, topic, partitions=len(partitions))
    finally:
        await producer.stop()
