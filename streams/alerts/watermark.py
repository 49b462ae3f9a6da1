"""Which minutes are closed: all posts that had arrived by their end are stored. Pure.

A worker commits an offset only once ClickHouse has the rows below it, so a minute is closed when,
in every partition, the committed offset has passed what had arrived by the minute's end. Until then
its counts are not known, and nothing is claimed of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from streams.records import Partition

# Ends of partitions that are remembered, of minutes that are not closed yet.
_MOST_SAMPLES: Final = 240
# Where the partitions ended is only worth noting soon after the minute's end.
_SAMPLE_WITHIN_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One partition, read in this order: committed, then start and end, then first_later.

    committed: the group's offset at the broker; None where it never committed. start, end: offsets
    of the first record that is there and after the last one. first_later: offset of the first
    record whose timestamp is at or after the minute's end; None if there is none.
    """

    committed: int | None
    start: int
    end: int
    first_later: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the minute is closed; reason: why it is not."""

    closed: bool
    reason: str = ""


@dataclass(slots=True)
class Watermark:
    """Decides for one minute after the other.

    grace_s: how long a post may be under way from its minute's end until Kafka has it, in seconds.
    """

    grace_s: float
    _ends: dict[float, Mapping[Partition, int]] = field(default_factory=dict)

    def due_s(self, now_s: float) -> int:
        """The end of the latest minute that can be closed by the clock, in seconds since 1970."""
        return int((now_s - self.grace_s) // 60 * 60)

    def decide(
        self, end_s: int, views: Mapping[Partition, PartitionView], *, now_s: float
    ) -> Answer:
        """Whether the minute that ends then is closed, as these partitions stand."""
        if now_s < end_s + self.grace_s:
            return Answer(closed=False, reason="the minute is not over yet")
        if not views:
            return Answer(closed=False, reason="the input topics have no partitions")
        ends = self._sample(end_s, views, now_s)
        for partition, view in sorted(views.items()):
            reason = _missing(view, ends.get(partition))
            if reason:
                where = f"{partition.topic}:{partition.partition}"
                return Answer(closed=False, reason=f"{where}: {reason}")
        self._ends = {later: sample for later, sample in self._ends.items() if later > end_s}
        return Answer(closed=True)

    def _sample(
        self, end_s: int, views: Mapping[Partition, PartitionView], now_s: float
    ) -> Mapping[Partition, int]:
        """Where the partitions ended when the minute was over; nothing if nobody looked then.

        Producers' clocks may run ahead, and their records' timestamps with them; where a partition
        ended does not depend on any clock but ours.
        """
        if end_s not in self._ends and now_s <= end_s + self.grace_s + _SAMPLE_WITHIN_S:
            self._ends[end_s] = {partition: view.end for partition, view in views.items()}
            if len(self._ends) > _MOST_SAMPLES:
                del self._ends[min(self._ends)]
        return self._ends.get(end_s, {})


def _missing(view: PartitionView, ended: int | None) -> str:
    """What of the minute is not stored yet, or nothing."""
    if view.committed is None:
        return "" if view.start == view.end else "no worker has committed an offset"
    if ended is not None:
        needed = max(ended, view.first_later or 0)
    else:
        needed = view.end if view.first_later is None else view.first_later
    lag = needed - max(view.committed, view.start)
    return f"{lag} records are not stored yet" if lag > 0 else ""
