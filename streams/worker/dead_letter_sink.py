"""Writes dead letters to their topic and waits for the broker's word."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from aiokafka.errors import KafkaError

from schemas.dead_letter import DeadLetter
from schemas.errors import StreamError
from schemas.topics import DEAD_LETTER_TOPIC
from streams.durable_producer import DurableProducer

# A dead letter is as large as the record that it keeps: Kafka's own limits apply, not ours.
_MAX_BYTES: Final = 64 * 1024 * 1024


class DeadLetterSink(Protocol):
    """Where dead letters go."""

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Keep the letters; return once they are safe.  Raises StreamError."""


class KafkaDeadLetterSink:
    """The dead-letter topic.  Writing a letter twice is harmless: it keeps its identity."""

    def __init__(self, servers: str) -> None:
        self._producer = DurableProducer(servers, max_bytes=_MAX_BYTES)

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Write the letters; see DeadLetterSink."""
        try:
            producer = await self._producer.started()
            sent = [
                await producer.send(
                    DEAD_LETTER_TOPIC,
                    value=letter.value,
                    key=letter.identity.encode(),
                    headers=letter.to_headers(),
                )
                for letter in letters
            ]
            await asyncio.gather(*sent)
        except KafkaError as error:
            raise StreamError(
                f"{len(letters)} dead letters were not kept in {DEAD_LETTER_TOPIC} ({error!r}); "
                "is the topic there, and Kafka up?"
            ) from error

    async def close(self) -> None:
        """Close the producer."""
        await self._producer.close()
