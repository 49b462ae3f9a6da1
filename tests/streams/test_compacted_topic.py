"""A topic that cannot be read now is an error that its reader knows, whatever state it is in."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError

from schemas.errors import StreamError
from streams.compacted_topic import CompactedTopic


class _Client:
    closed = False

    async def close(self) -> None:
        self.closed = True


class _Consumer:
    """Like aiokafka's while a broker does not answer: it waits to ask for records again.

    stop_s: how long it takes to stop, in seconds.
    """

    def __init__(self, stop_s: float = 0.0) -> None:
        self._client = _Client()
        self._fetching = asyncio.create_task(asyncio.sleep(60))
        self._stop_s = stop_s

    def assignment(self) -> set[Any]:
        return set()

    async def end_offsets(self, _: object) -> None:
        await asyncio.sleep(0)
        raise KafkaTimeoutError

    async def stop(self) -> None:
        await asyncio.sleep(self._stop_s)
        self._fetching.cancel()
        await self._fetching


def test_a_reader_that_timed_out_is_not_cancelled():
    """What aiokafka cancels is its own request; the connection is closed as well."""

    async def play() -> None:
        topic: Any = CompactedTopic("nowhere:9", "labels")
        consumer = topic._consumer = _Consumer()
        with pytest.raises(StreamError, match="labels"):
            await topic.read()
        assert consumer._client.closed

    asyncio.run(play())


def test_whoever_is_cancelled_while_it_stops_is_cancelled():
    """What its caller asks for is not swallowed with it."""

    async def play() -> None:
        topic: Any = CompactedTopic("nowhere:9", "labels")
        topic._consumer = _Consumer(stop_s=60)
        closing = asyncio.create_task(topic.close())
        await asyncio.sleep(0.01)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing

    asyncio.run(play())
