"""Posts at a steady rate, as from a real source, with what the broker acknowledged noted."""

import asyncio
import threading
from functools import partial
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.end_to_end.ledger import MAX_BYTES, PARTITIONS, Ledger, post

_LAST_WORD_S = 60.0


class Feed:
    """Sends numbered posts from a thread of its own, as long as the block lasts.

    rate: posts a second; what could not be sent while the broker was away comes after it. What it
    never acknowledged is noted as unknown: it may be there or not.
    """

    def __init__(self, kafka: str, ledger: Ledger, *, rate: float, first: int = 0) -> None:
        self._kafka = kafka
        self._ledger = ledger
        self._rate = rate
        self._number = first
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    @property
    def sent(self) -> int:
        """The number of the next post."""
        return self._number

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Send no more, and wait for the broker's word on what was sent."""
        self._stop.set()
        self._thread.join(2 * _LAST_WORD_S)
        assert not self._thread.is_alive(), "the producer hangs"

    async def _run(self) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka, acks="all", linger_ms=20, max_request_size=MAX_BYTES
        )
        await producer.start()
        try:
            loop = asyncio.get_running_loop()
            begun, first = loop.time(), self._number
            while not self._stop.is_set():
                due = first + int((loop.time() - begun) * self._rate)
                while self._number < due and not self._stop.is_set():
                    await self._send(producer)
                await asyncio.sleep(0.02)
            async with asyncio.timeout(_LAST_WORD_S):
                await producer.flush()
        finally:
            await producer.stop()

    async def _send(self, producer: AIOKafkaProducer) -> None:
        name = f"p{self._number}"
        partition = self._number % PARTITIONS
        self._number += 1
        self._ledger.unknown.add(name)
        try:
            word = await producer.send(self._ledger.topic, post(name), partition=partition)
        except KafkaError:
            return
        word.add_done_callback(partial(self._heard, name))

    def _heard(self, name: str, word: "asyncio.Future[object]") -> None:
        if not word.cancelled() and word.exception() is None:
            self._ledger.unknown.discard(name)
            self._ledger.good.add(name)
