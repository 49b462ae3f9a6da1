from collections.abc import Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient


class Backlog:
    """How many posts the workers still have before them, as the broker knows it."""

    def __init__(self, servers: str, *, group: str, topics: Sequence[str]) -> None:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=servers)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
        self._group = group
        self._topics = topics

    async def __aenter__(self) -> Self:
        await self._admin.start()
        await self._consumer.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._consumer.stop()
        await self._admin.close()

    async def posts(self) -> int:
        """Records after the group's committed offsets; raises KafkaError."""
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in await self._admin.describe_topics(list(self._topics))
            for partition in topic["partitions"]
        ]
        committed = await self._admin.list_consumer_group_offsets(self._group)
        ends = await self._consumer.end_offsets(partitions)
        known = {place: max(0, entry.offset) for place, entry in committed.items()}
        return sum(max(0, ends[place] - known.get(place, 0)) for place in partitions)
