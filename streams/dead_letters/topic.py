"""The dead-letter topic on Kafka: read to its end; letters sent back to where they came from."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from schemas.errors import StreamError
from schemas.topics import DEAD_LETTER_TOPIC
from streams.consumer_stop import stop_consumer
from streams.dead_letters.letters import KeptLetter, LetterBox, redriven_marker
from streams.erasure.suppressing import ERASED

_FETCH_BYTES: Final = 8 * 1024 * 1024
_MAX_BYTES: Final = 64 * 1024 * 1024
_CHUNK: Final = 500


async def read_letters(servers: str, box: LetterBox) -> None:
    """Read all that is on the topic now into the box.  Raises StreamError."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    try:
        partitions = await _partitions(servers)
        await consumer.start()
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        while not await _at_end(consumer, ends):
            for partition, records in (await consumer.getmany(timeout_ms=1000)).items():
                for record in records:
                    box.add(partition.partition, record)
    except KafkaError as error:
        raise _unreadable(servers, error) from error
    finally:
        await stop_consumer(consumer)


async def _partitions(servers: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        found = [
            TopicPartition(DEAD_LETTER_TOPIC, partition["partition"])
            for topic in await admin.describe_topics([DEAD_LETTER_TOPIC])
            for partition in topic["partitions"]
        ]
    finally:
        await admin.close()
    if not found:
        raise UnknownTopicOrPartitionError(DEAD_LETTER_TOPIC)
    return found


async def _at_end(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    for partition, end in ends.items():
        if await consumer.position(partition) < end:
            return False
    return True


async def redrive(
    servers: str, letters: Sequence[KeptLetter], *, now: Callable[[], datetime]
) -> None:
    """Send the letters' records back to their topics, byte for byte, oldest first.

    A record goes to the partition that it came from, with its own key and headers. Once the
    broker has it, a marker on the dead-letter topic remembers that; a crash between the two sends
    the record a second time at the next call, which changes no result: posts have stable ids.
    Raises StreamError.
    """
    # Of what was erased nothing is left to send.
    kept_letters = [kept for kept in letters if kept.letter.reason != ERASED]
    ordered = sorted(kept_letters, key=lambda kept: (kept.letter.failed_at, kept.letter.identity))
    async with _producer(servers) as producer:
        for first in range(0, len(ordered), _CHUNK):
            chunk = ordered[first : first + _CHUNK]
            await asyncio.gather(*[await _send_back(producer, kept) for kept in chunk])
            marker = redriven_marker(now())
            await asyncio.gather(*[await _mark(producer, kept, marker) for kept in chunk])


async def _send_back(producer: AIOKafkaProducer, kept: KeptLetter) -> asyncio.Future[object]:
    letter = kept.letter
    future: asyncio.Future[object] = await producer.send(
        letter.topic,
        value=letter.value,
        key=letter.key,
        partition=letter.partition,
        headers=list(letter.headers),
    )
    return future


async def _mark(
    producer: AIOKafkaProducer, kept: KeptLetter, marker: list[tuple[str, bytes]]
) -> asyncio.Future[object]:
    future: asyncio.Future[object] = await producer.send(
        DEAD_LETTER_TOPIC, value=None, key=kept.letter.identity.encode(), headers=marker
    )
    return future


@asynccontextmanager
async def _producer(servers: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=servers, enable_idempotence=True, max_request_size=_MAX_BYTES
    )
    try:
        await producer.start()
        yield producer
    except (KafkaError, AssertionError) as error:
        raise StreamError(
            f"Kafka at {servers} did not take a dead letter back ({error!r}); is the topic that it "
            "came from still there? Run the same command again: what was sent is remembered"
        ) from error
    finally:
        await producer.stop()


def _unreadable(servers: str, error: BaseException) -> StreamError:
    return StreamError(
        f"the dead letters on Kafka at {servers} cannot be read ({error!r}); start it with "
        "`groundswell up`, or name another with --kafka"
    )
