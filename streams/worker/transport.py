"""Lets Faust carry whole stretches of a partition as one event.

Faust delivers record by record, at a cost of tens of microseconds each: most of a worker's time
would go there.  The hooks used here are Faust's own: the scheduler decides what is delivered
next, the schema what an event's value is, the queue when to wait.  None acknowledges anything:
offsets are committed by the worker alone, once ClickHouse has the rows.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import faust
from aiokafka.structs import ConsumerRecord
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP
from faust.types.transports import SchedulingStrategyT

_FETCH_WAIT_MS: Final = 100


class Stretch(NamedTuple):
    """Successive records of one partition, in the shape of a single record.

    value: the records. offset: of the last one, which Faust takes as read.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    headers: tuple[()]
    key: None
    value: list[ConsumerRecord]
    checksum: None
    serialized_key_size: int
    serialized_value_size: int


def stretch(tp: TP, records: list[ConsumerRecord]) -> Stretch:
    """Wrap records of one partition; records: in order, at least one."""
    last = records[-1]
    return Stretch(
        topic=tp.topic,
        partition=tp.partition,
        offset=last.offset,
        timestamp=last.timestamp,
        timestamp_type=last.timestamp_type,
        headers=(),
        key=None,
        value=records,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
    )


def stretches(
    records: Mapping[TP, list[ConsumerRecord]], *, max_records: int
) -> Iterator[tuple[TP, Stretch]]:
    """Cut what was fetched into stretches, taking turns between the partitions."""
    waiting = {tp: found for tp, found in records.items() if found}
    start = 0
    while waiting:
        for tp, found in list(waiting.items()):
            yield tp, stretch(tp, found[start : start + max_records])
            if start + max_records >= len(found):
                del waiting[tp]
        start += max_records


def scheduling_strategy(max_records: int) -> type[SchedulingStrategyT]:
    """The class that Faust's `ConsumerScheduler` setting wants; max_records: of one stretch."""

    class StretchScheduler(SchedulingStrategyT):
        def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Stretch]]:
            return stretches(records, max_records=max_records)

    return StretchScheduler


class StretchSchema(faust.Schema[Any, Any]):
    """Hands the records on as they are: they are decoded where an error can be dead-lettered."""

    def loads_key(self, *_: object, **__: object) -> None:
        """No key: a stretch has as many as it has records."""

    def loads_value(self, app: object, message: Any, **_: object) -> Any:  # noqa: ANN401, ARG002
        """The list of records."""
        return message.value


class _PromptThread(AIOKafkaConsumerThread):
    """Asks the broker again soon.

    Faust lets the broker hold a request for 1.5 s when it has nothing to say, and one request is
    under way at a time: an idle topic would hold up a busy one for that long.
    """

    def _create_worker_consumer(self, transport: Any) -> Any:  # noqa: ANN401
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS  # noqa: SLF001 - Faust's is not a setting
        return consumer


class _PromptConsumer(Consumer):
    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _PromptThread(self, loop=self.loop, beacon=self.beacon)


class _PromptTransport(Transport):
    Consumer = _PromptConsumer


class StretchApp(faust.App):
    """A Faust application that reads promptly and holds back by a plain wait."""

    def _new_transport(self) -> Transport:
        return _PromptTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """None: there are no tables to keep."""

    def FlowControlQueue(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, N802
        """A queue that is never "under pressure".

        Under pressure Faust takes the partition out of the fetch, and once it took the last one
        out it sleeps for a second, however soon there is room again.  A full queue makes it wait
        just as well, and no longer than it must.
        """
        queue: Any = super().FlowControlQueue(*args, **kwargs)
        queue.pressure_high_size = sys.maxsize
        return queue
