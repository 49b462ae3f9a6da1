"""A Kafka producer that is started at its first use and waits for every replica's word."""

from aiokafka import AIOKafkaProducer


class DurableProducer:
    """One idempotent producer. max_bytes: of one record with its headers."""

    def __init__(self, servers: str, *, max_bytes: int) -> None:
        self._servers = servers
        self._max_bytes = max_bytes
        self._producer: AIOKafkaProducer | None = None

    async def started(self) -> AIOKafkaProducer:
        """The producer, connected. Raises KafkaError or OSError; the next call tries again."""
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._servers,
                enable_idempotence=True,
                max_request_size=self._max_bytes,
                request_timeout_ms=15_000,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def close(self) -> None:
        """Close it, if it was ever started."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None
