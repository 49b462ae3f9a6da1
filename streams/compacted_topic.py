"""A Kafka topic that keeps the last record of each key: a small table that can be followed."""

from collections.abc import Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from schemas.errors import StreamError
from streams.consumer_stop import stop_consumer
from streams.durable_producer import DurableProducer

_MAX_BYTES: Final = 1024 * 1024
_WAIT_MS: Final = 200


class CompactedTopic:
    """Writes to one such topic and reads it from its beginning. One event loop."""

    def __init__(self, servers: str, name: str) -> None:
        self._servers = servers
        self._name = name
        self._producer = DurableProducer(servers, max_bytes=_MAX_BYTES)
        self._consumer: AIOKafkaConsumer | None = None

    async def publish(self, records: Mapping[str, bytes | None]) -> None:
        """Write records, by key; None takes a key off. Return once they are safe.

        Raises StreamError.
        """
        try:
            producer = await self._producer.started()
            for key, value in records.items():
                await producer.send_and_wait(self._name, value=value, key=key.encode())
        except (KafkaError, OSError) as error:
            raise self._failed("written", error) from error

    async def read(self) -> list[tuple[str, bytes | None]]:
        """What is new since the last call: key and value, in order; at first, all that there is.

        Raises StreamError; the next call then begins anew.
        """
        found: list[tuple[str, bytes | None]] = []
        try:
            consumer = await self._started()
            partitions = list(consumer.assignment())
            ends = await consumer.end_offsets(partitions)
            while any([await consumer.position(one) < end for one, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=_WAIT_MS)).values():
                    found += [
                        ((record.key or b"").decode("utf-8", "replace"), record.value)
                        for record in records
                    ]
        except (KafkaError, OSError) as error:
            await self._stop_reading()
            raise self._failed("read", error) from error
        return found

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            partitions = await topic_partitions(self._servers, self._name)
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._servers,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            )
            self._consumer = consumer
            await consumer.start()
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
        return self._consumer

    async def _stop_reading(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stop_consumer(consumer)

    async def close(self) -> None:
        """Close what is open."""
        await self._stop_reading()
        await self._producer.close()

    def _failed(self, what: str, error: Exception) -> StreamError:
        return StreamError(
            f"the topic {self._name!r} cannot be {what} ({error!r}); is Kafka at {self._servers} "
            "up, and the topic there? `groundswell prepare` makes it"
        )


async def topic_partitions(servers: str, topic: str) -> list[TopicPartition]:
    """The partitions of a topic, in order. Raises KafkaError; UnknownTopicOrPartitionError too."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        (found,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    numbers = sorted(part["partition"] for part in found["partitions"])
    if not numbers:
        raise UnknownTopicOrPartitionError(topic)
    return [TopicPartition(topic, number) for number in numbers]
