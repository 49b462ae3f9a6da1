"""Lets Faust carry whole stretches of a partition as one event.

Faust delivers record by record, at a cost of tens of microseconds each: most of a worker's time
would go there.  Both hooks used here are settings of Faust's own: the scheduler decides what is
delivered next, the schema what an event's value is.  Neither acknowledges anything: offsets are
committed by the worker alone, once ClickHouse has the rows.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import faust
from aiokafka.structs import ConsumerRecord
from faust.types import TP
from faust.types.transports import SchedulingStrategyT


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
