"""Stops consumers of Kafka, whatever state they are in."""

import asyncio

from aiokafka import AIOKafkaConsumer


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop it; return once its connections are closed.

    aiokafka cancels its own requests for that, and lets the cancellation of one that waits to be
    tried again out: taken for the caller's, it would end the caller's task without any error.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        caller = asyncio.current_task()
        if caller is None or caller.cancelling():
            raise
        await consumer._client.close()  # noqa: SLF001 - what it had no time for, and does but once
