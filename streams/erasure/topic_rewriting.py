"""Writes partitions of a topic of ours anew without what must go, and has Kafka drop the rest.

For topics whose readers know a record again wherever it lies: dead letters by the place that they
came from, alerts by key and sequence. What is kept is written once more at the end, then everything
before that is deleted. Killed in between, the next call writes it again, which harms nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError

from schemas.dead_letter import Header
from schemas.errors import StreamError
from streams.compacted_topic import topic_partitions
from streams.consumer_stop import stop_consumer
from streams.erasure.topic_configs import ROLLING_MS, new_segments

_MAX_BYTES: Final = 64 * 1024 * 1024
_FETCH_BYTES: Final = 8 * 1024 * 1024
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Content:
    """What a record says."""

    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]


# What a record is to say from now on: the very same object where it may stay, None to drop it.
Change = Callable[[Content], Content | None]
# Where nothing is left to write, the last file on disk would not be closed. It takes off a key that
# nobody has; no topic but a compacted one comes to this.
_FILLING: Final = Content(b"groundswell-rewritten", None, ())


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What was done. changed: records that had to change. written: once more, with others."""

    topic: str
    changed: int = 0
    written: int = 0


class TopicRewriter:
    """Reads and rewrites topics of one Kafka."""

    def __init__(self, servers: str) -> None:
        self._servers = servers

    async def count(self, topic: str, change: Change) -> int:
        """How many records would have to change. Raises StreamError."""
        async with self._consumer(topic) as consumer:
            found = 0
            for partition in consumer.assignment():
                found += len(await _changing(consumer, partition, change))
            return found

    async def rewrite(self, topic: str, change: Change) -> Rewritten:
        """Rewrite the partitions in which something has to change. Raises StreamError."""
        async with self._consumer(topic) as consumer:
            changing = {
                partition: found
                for partition in sorted(consumer.assignment())
                if (found := await _changing(consumer, partition, change))
            }
            if not changing:
                return Rewritten(topic)
            written = await self._rewrite(consumer, topic, list(changing), change)
        return Rewritten(topic, sum(map(len, changing.values())), written)

    async def _rewrite(
        self,
        consumer: AIOKafkaConsumer,
        topic: str,
        partitions: list[TopicPartition],
        change: Change,
    ) -> int:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._servers)
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers, enable_idempotence=True, max_request_size=_MAX_BYTES
        )
        written = 0
        try:
            await admin.start()
            await producer.start()
            async with new_segments(admin, topic):
                # So that the last record is old enough for its file to be closed.
                await asyncio.sleep(2 * int(ROLLING_MS) / 1000)
                for partition in partitions:
                    written += await _copied(consumer, producer, admin, partition, change)
        finally:
            await producer.stop()
            await admin.close()
        return written

    def _consumer(self, topic: str) -> "_Reading":
        return _Reading(self._servers, topic)


class _Reading:
    """A consumer of all partitions of a topic; errors of Kafka become a StreamError."""

    def __init__(self, servers: str, topic: str) -> None:
        self._servers = servers
        self._topic = topic
        self._consumer: AIOKafkaConsumer | None = None

    async def __aenter__(self) -> AIOKafkaConsumer:
        try:
            partitions = await topic_partitions(self._servers, self._topic)
            self._consumer = AIOKafkaConsumer(
                bootstrap_servers=self._servers,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=_FETCH_BYTES,
            )
            await self._consumer.start()
            self._consumer.assign(partitions)
        except (KafkaError, OSError) as error:
            raise self._failed(error) from error
        return self._consumer

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._consumer is not None:
            await stop_consumer(self._consumer)
        if isinstance(error, KafkaError | OSError):
            raise self._failed(error) from error

    def _failed(self, error: BaseException) -> StreamError:
        return StreamError(
            f"the topic {self._topic!r} cannot be read or rewritten ({error!r}); is Kafka at "
            f"{self._servers} up? Run the same command again: what was done is not undone"
        )


async def _changing(
    consumer: AIOKafkaConsumer, partition: TopicPartition, change: Change
) -> set[int]:
    """Offsets of the records that have to change."""
    ends = await consumer.end_offsets([partition])
    found = set()
    async for record in _records(consumer, partition, ends[partition]):
        content = _content(record)
        if change(content) is not content:
            found.add(record.offset)
    return found


async def _copied(
    consumer: AIOKafkaConsumer,
    producer: AIOKafkaProducer,
    admin: AIOKafkaAdminClient,
    partition: TopicPartition,
    change: Change,
) -> int:
    """Write a partition's records once more, changed; delete the old ones. Returns their number."""
    ends = await consumer.end_offsets([partition])
    written = 0
    sent: list[asyncio.Future[Any]] = []
    first = ends[partition]
    async for record in _records(consumer, partition, first):
        content = change(_content(record))
        if content is None:
            continue
        future = await producer.send(
            partition.topic,
            key=content.key,
            value=content.value,
            headers=list(content.headers),
            partition=partition.partition,
            # The first is dated now, which begins a new file; the others last as long as before.
            timestamp_ms=record.timestamp if written else None,
        )
        written += 1
        if written == 1:
            first = (await future).offset
        sent.append(future)
        if len(sent) >= _CHUNK:
            await asyncio.gather(*sent)
            sent.clear()
    if not written:
        sent.append(
            await producer.send(
                partition.topic, key=_FILLING.key, value=None, partition=partition.partition
            )
        )
        first = (await sent[0]).offset
    # What others wrote before the first of ours arrived.
    async for record in _records(consumer, partition, first, begin=ends[partition]):
        content = change(_content(record))
        if content is None:
            continue
        await producer.send_and_wait(
            partition.topic,
            key=content.key,
            value=content.value,
            headers=list(content.headers),
            partition=partition.partition,
            timestamp_ms=record.timestamp,
        )
        written += 1
    await asyncio.gather(*sent)
    await admin.delete_records({partition: RecordsToDelete(before_offset=first)})
    return written


async def _records(
    consumer: AIOKafkaConsumer, partition: TopicPartition, end: int, *, begin: int | None = None
) -> AsyncIterator[Any]:
    """Records of one partition up to an offset, in order."""
    others = [one for one in consumer.assignment() if one != partition]
    consumer.pause(*others)
    consumer.resume(partition)
    if begin is None:
        await consumer.seek_to_beginning(partition)
    else:
        consumer.seek(partition, begin)
    while await consumer.position(partition) < end:
        for records in (await consumer.getmany(partition, timeout_ms=500)).values():
            for record in records:
                if record.offset < end:
                    yield record


def _content(record: Any) -> Content:  # noqa: ANN401 - aiokafka has no types
    return Content(record.key, record.value, tuple(record.headers))
