"""Records as they come off Kafka, and the stretch of a partition that they cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from schemas.dead_letter import Header


class Partition(NamedTuple):
    """One partition of a topic."""

    topic: str
    partition: int


class Record(Protocol):
    """One record of a partition; aiokafka's ConsumerRecord is one.

    timestamp: when the broker or the producer dated it, milliseconds since 1970.
    """

    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def timestamp(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102
    @property
    def headers(self) -> Sequence[Header]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record built by hand, for replays from files and for tests."""

    offset: int
    timestamp: int
    value: bytes | None
    key: bytes | None = None
    headers: Sequence[Header] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of a partition that some records cover.

    next_offset: the offset to commit once all the records are stored.
    epoch: which assignment of the partition to this worker they came with.
    oldest_ms: the earliest of their timestamps, milliseconds since 1970.
    """

    partition: Partition
    first_offset: int
    next_offset: int
    records: int
    epoch: int
    oldest_ms: int


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Records of one partition, in order; never empty.  epoch: see Span."""

    partition: Partition
    records: Sequence[Record]
    epoch: int = 0

    @property
    def span(self) -> Span:
        """What the batch covers: all that needs to be remembered once its records are read."""
        return Span(
            partition=self.partition,
            first_offset=self.records[0].offset,
            next_offset=self.records[-1].offset + 1,
            records=len(self.records),
            epoch=self.epoch,
            oldest_ms=min(record.timestamp for record in self.records),
        )
