"""What a replay will read of Kafka, fixed before it begins.  Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from schemas.errors import StreamError
from schemas.replay import Lane, LaneRange

_OFFSETS: Final = re.compile(r"(?P<topic>[\w.-]+):(?P<partition>\d+):(?P<first>\d+)-(?P<end>\d+)")


@dataclass(frozen=True, slots=True)
class LaneView:
    """What Kafka has of a partition.

    start, end: offsets of the first record that is there and after the last one.
    since, until: offsets of the first records dated at or after the wanted times; None where
    there is none so late, or where no time was given.
    start_at: when the first record arrived; None if there is none.
    """

    start: int
    end: int
    since: int | None = None
    until: int | None = None
    start_at: datetime | None = None


def parse_offsets(texts: Iterable[str]) -> list[LaneRange]:
    """`["reviews:0:100-200", …]` as ranges, the end not included.  Raises StreamError."""
    found: dict[Lane, LaneRange] = {}
    for text in texts:
        parts = _OFFSETS.fullmatch(text.strip())
        if parts is None or int(parts["first"]) > int(parts["end"]):
            raise StreamError(
                f"--offsets {text!r} is not TOPIC:PARTITION:FIRST-END; try reviews:0:1000-2000"
            )
        lane = LaneRange(
            parts["topic"], int(parts["partition"]), int(parts["first"]), int(parts["end"])
        )
        if lane.lane in found:
            raise StreamError(f"--offsets {text!r}: {lane.lane} was given before; join the two")
        found[lane.lane] = lane
    return list(found.values())


def by_offsets(wanted: Sequence[LaneRange], views: Mapping[Lane, LaneView]) -> list[LaneRange]:
    """The wanted ranges, cut at the present end.  Raises StreamError for what has expired."""
    for each in wanted:
        if each.lane not in views:
            known = ", ".join(map(str, sorted(views))) or "none of that topic"
            raise StreamError(f"{each.lane} is no partition; there are {known}")
    refuse_expired(wanted, views)
    return [
        LaneRange(each.topic, each.partition, each.first, min(each.end, views[each.lane].end))
        for each in wanted
    ]


def by_time(
    views: Mapping[Lane, LaneView], *, since: datetime | None, until: datetime | None
) -> list[LaneRange]:
    """The records that arrived in a span of time; None for what Kafka still has, and for now.

    Raises StreamError where records of that time may have expired.
    """
    ranges = {}
    for lane, view in sorted(views.items()):
        first = view.start if since is None else _known(view.since, view.end)
        end = view.end if until is None else _known(view.until, view.end)
        ranges[lane] = LaneRange(*lane, first, max(first, end))
    # Records before the first one that is there were deleted, and some may be of that time.
    gone = [lane for lane, view in views.items() if 0 < view.start == ranges[lane].first]
    if since is not None and gone:
        told = "\n  ".join(_left(lane, views[lane]) for lane in sorted(gone))
        raise StreamError(
            f"--from {since.isoformat()}: Kafka may have deleted records of that time. What is "
            f"left:\n  {told}\nTake that with --from start, or replay what ClickHouse has with "
            "--stored"
        )
    return list(ranges.values())


def _known(offset: int | None, end: int) -> int:
    return end if offset is None else min(offset, end)


def refuse_expired(ranges: Iterable[LaneRange], views: Mapping[Lane, LaneView]) -> None:
    """Raises StreamError if Kafka no longer has the first records of a range that is not empty."""
    gone = [each for each in ranges if each.size and each.first < views[each.lane].start]
    if gone:
        told = "\n  ".join(
            f"{each.lane}: {each.first}-{min(each.end, views[each.lane].start)} were deleted by "
            f"Kafka's retention; {_left(each.lane, views[each.lane])}"
            for each in gone
        )
        raise StreamError(
            f"offsets have expired:\n  {told}\nTake what is left with --offsets, or `groundswell "
            "replay resume ID --skip-expired`; or replay what ClickHouse has with --stored"
        )


def _left(lane: Lane, view: LaneView) -> str:
    if view.start >= view.end:
        return f"{lane}: nothing is left"
    since = f", from {view.start_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if view.start_at else ""
    return f"{lane}: {view.start}-{view.end} are left{since}"
