"""Reads from Kafka how far the workers have come."""

import time
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from schemas.errors import StreamError
from streams.alerts.watermark import Answer, PartitionView, Watermark
from streams.consumer_stop import stop_consumer
from streams.records import Partition

# New partitions are found this often, in seconds.
_TOPICS_EVERY_S: Final = 30.0


class KafkaWatermark:
    """The watermark of the workers' group on the input topics.

    servers: bootstrap servers. grace_s: see Watermark.
    """

    def __init__(
        self, servers: str, *, topics: Sequence[str], group: str, grace_s: float = 2.0
    ) -> None:
        self._servers = servers
        self._topics = tuple(topics)
        self._group = group
        self._watermark = Watermark(grace_s)
        self._admin: AIOKafkaAdminClient | None = None
        self._consumer: AIOKafkaConsumer | None = None
        self._partitions: list[TopicPartition] = []
        self._looked_s = float("-inf")

    async def closed_until(self, after_s: int, *, now_s: float) -> tuple[int, Answer]:
        """The end of the latest minute that is closed, and why the next one is not.

        after_s: end of the last minute that is known to be closed, in seconds since 1970; it comes
        back where none was closed since. Raises StreamError.
        """
        due_s = self._watermark.due_s(now_s)
        if due_s <= after_s:
            return after_s, Answer(closed=True)
        try:
            # Where the last one is closed, all before it are.
            answer = await self._decide(due_s, now_s)
            if answer.closed:
                return due_s, answer
            if due_s > after_s + 60 and (await self._decide(after_s + 60, now_s)).closed:
                return after_s + 60, answer
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise StreamError(
                f"kafka={self._servers!r}: the workers' offsets cannot be read ({error!r}); "
                "is Kafka up?"
            ) from error
        return after_s, answer

    async def _decide(self, end_s: int, now_s: float) -> Answer:
        return self._watermark.decide(end_s, await self._views(end_s), now_s=now_s)

    async def _views(self, end_s: int) -> dict[Partition, PartitionView]:
        admin, consumer = await self._clients()
        if time.monotonic() - self._looked_s > _TOPICS_EVERY_S:
            self._partitions = [
                TopicPartition(topic["topic"], partition["partition"])
                for topic in await admin.describe_topics(list(self._topics))
                for partition in topic["partitions"]
            ]
            self._looked_s = time.monotonic()
        wanted = self._partitions
        committed = await admin.list_consumer_group_offsets(self._group)
        starts = await consumer.beginning_offsets(wanted)
        ends = await consumer.end_offsets(wanted)
        later = await consumer.offsets_for_times(dict.fromkeys(wanted, end_s * 1000))
        return {
            Partition(tp.topic, tp.partition): PartitionView(
                committed=_known(committed[tp].offset) if tp in committed else None,
                start=starts[tp],
                end=ends[tp],
                first_later=later[tp].offset if later.get(tp) else None,
            )
            for tp in wanted
        }

    async def _clients(self) -> tuple[AIOKafkaAdminClient, AIOKafkaConsumer]:
        if self._admin is None or self._consumer is None:
            self._admin = AIOKafkaAdminClient(bootstrap_servers=self._servers)
            self._consumer = AIOKafkaConsumer(
                bootstrap_servers=self._servers, enable_auto_commit=False
            )
            await self._admin.start()
            await self._consumer.start()
        return self._admin, self._consumer

    async def close(self) -> None:
        """Close the connections; they open again when needed."""
        admin, consumer = self._admin, self._consumer
        self._admin = self._consumer = None
        self._looked_s = float("-inf")
        if consumer is not None:
            await stop_consumer(consumer)
        if admin is not None:
            await admin.close()


def _known(offset: int) -> int | None:
    return offset if offset >= 0 else None
