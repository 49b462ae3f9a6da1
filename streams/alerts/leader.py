"""Which of several monitors leads: the one that the group gives partition 0 of the alerts' topic.

A monitor that lost it without noticing yet does no harm: whoever decides, decides the same, under
the same keys.
"""

import logging

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError

from schemas.errors import StreamError
from schemas.topics import ALERTS_TOPIC
from streams.consumer_stop import stop_consumer

logger = logging.getLogger(__name__)


class Leader:
    """This monitor's membership in the group of all monitors.

    name: unlike that of any other monitor, and the same after a restart: a monitor that died and
    came back need not wait for its own session to end. session_s: after so long without a sign of
    life another one leads.
    """

    def __init__(
        self,
        servers: str,
        *,
        group: str,
        name: str,
        topic: str = ALERTS_TOPIC,
        session_s: int = 10,
    ) -> None:
        self._session_s = session_s
        self._servers = servers
        self._group = group
        self._name = name
        self._place = TopicPartition(topic, 0)
        self._consumer: AIOKafkaConsumer | None = None

    async def leads(self) -> bool:
        """Whether this monitor leads now. To be asked every few seconds. Raises StreamError."""
        try:
            consumer = await self._joined()
            assigned = consumer.assignment()
            # Nothing is read here; the call is what keeps the membership.
            consumer.pause(*assigned)
            await consumer.getmany(timeout_ms=0)
        except (KafkaError, OSError) as error:
            await self.close()
            raise StreamError(
                f"kafka={self._servers!r}: the monitors' group cannot be joined ({error!r}); "
                "is Kafka up?"
            ) from error
        return self._place in assigned

    async def _joined(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._servers,
                group_id=self._group,
                group_instance_id=self._name,
                enable_auto_commit=False,
                auto_offset_reset="latest",
                partition_assignment_strategy=(StickyPartitionAssignor,),
                session_timeout_ms=self._session_s * 1000,
                heartbeat_interval_ms=2_000,
                # History may take minutes to read; the heart beats all the while.
                max_poll_interval_ms=3_600_000,
            )
            consumer.subscribe([self._place.topic], listener=_Told())
            self._consumer = consumer
            await consumer.start()
        return self._consumer

    async def close(self) -> None:
        """Leave."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stop_consumer(consumer)


class _Told(ConsumerRebalanceListener):  # type: ignore[misc]
    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Say so in the log."""
        logger.info("another monitor may lead now: %s", revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Say so in the log."""
        logger.info("assigned in the monitors' group: %s", assigned)
