"""Writes incidents' events to the topic `alerts`."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec
from aiokafka.errors import KafkaError

from schemas.alert import Alert
from schemas.errors import StreamError
from schemas.topics import ALERTS_TOPIC
from streams.durable_producer import DurableProducer

_MAX_BYTES: Final = 4 * 1024 * 1024


class AlertTopic(Protocol):
    """Where events are published."""

    async def send(self, alerts: Sequence[Alert]) -> None:
        """Publish events in order; return once they are safe. Raises StreamError."""


class KafkaAlertTopic:
    """The topic itself: the key is the incident's, the value the alert as JSON.

    At least once: a reader drops what has a key and a sequence number that it knows.
    """

    def __init__(self, servers: str, *, topic: str = ALERTS_TOPIC) -> None:
        self._topic = topic
        self._producer = DurableProducer(servers, max_bytes=_MAX_BYTES)

    async def send(self, alerts: Sequence[Alert]) -> None:
        """Publish events; see AlertTopic."""
        if not alerts:
            return
        try:
            producer = await self._producer.started()
            sent = [
                await producer.send(
                    self._topic, value=msgspec.json.encode(alert), key=alert.key.encode()
                )
                for alert in alerts
            ]
            await asyncio.gather(*sent)
        except (KafkaError, OSError) as error:
            raise StreamError(
                f"{len(alerts)} alerts were not written to {self._topic} ({error!r}); "
                "is the topic there, and Kafka up?"
            ) from error

    async def close(self) -> None:
        """Close the producer."""
        await self._producer.close()
