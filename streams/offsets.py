"""Which offsets are safe to commit: those below the first span that is still in work."""

from collections import deque
from dataclasses import dataclass

from streams.records import Partition, Span


@dataclass(slots=True)
class _Pending:
    span: Span
    done: bool = False


class OffsetTracker:
    """Remembers the spans in work, by partition, in the order in which they were read.

    A span may finish before one that was read earlier; its offset then waits for the earlier
    one.  Committing past it would lose it if the process died.
    """

    def __init__(self) -> None:
        self._epochs: dict[Partition, int] = {}
        self._pending: dict[Partition, deque[_Pending]] = {}

    def assign(self, partitions: set[Partition], *, epoch: int) -> None:
        """Start anew for these partitions; whatever was in work for them no longer counts.

        epoch: a number for this assignment, unlike those before (the group's generation).
        """
        for partition in partitions:
            self._epochs[partition] = epoch
            self._pending[partition] = deque()

    def revoke(self, partitions: set[Partition]) -> None:
        """Forget these partitions: another worker reads them now."""
        for partition in partitions:
            self._epochs.pop(partition, None)
            self._pending.pop(partition, None)

    def epoch(self, partition: Partition) -> int | None:
        """The current assignment of a partition, or None if it is not ours."""
        return self._epochs.get(partition)

    def begin(self, span: Span) -> None:
        """Records were read.  Spans of a partition begin in the order of their offsets."""
        if self.epoch(span.partition) == span.epoch:
            self._pending[span.partition].append(_Pending(span))

    def finish(self, span: Span) -> int | None:
        """The records of a span are stored.

        Returns the offset up to which the partition may now be committed, or None if that did
        not move: an earlier span is still in work, or the partition is no longer ours.
        """
        if self.epoch(span.partition) != span.epoch:
            return None
        pending = self._pending[span.partition]
        for item in pending:
            if item.span == span and not item.done:
                item.done = True
                break
        committable = None
        while pending and pending[0].done:
            committable = pending.popleft().span.next_offset
        return committable

    def in_work(self) -> int:
        """How many spans are in work, over all partitions."""
        return sum(len(pending) for pending in self._pending.values())

    def is_assigned(self) -> bool:
        """Whether any partition is ours."""
        return bool(self._epochs)
