"""Tries a replay on its first posts, to say how long it would take; writes nothing."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from schemas.replay import Lane, LaneProgress
from streams.replay.runner import ReplayParts, ReplayRunner
from streams.replay.sources import Chunk, ReplaySource
from streams.rows import Columns

SAMPLE_RECORDS: Final = 2_000
_CHUNK_RECORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """What a few posts say. rate: posts a second, rests included; 0 where there was none."""

    read: int
    mentions: int
    unmatched: int
    bad: int
    rate: float


class Nowhere:
    """A sink for a trial: rows go nowhere."""

    def insert(self, columns: Columns) -> None:
        """Forget the rows."""


@dataclass(slots=True)
class _FirstRecords:
    """The beginning of another source. times: when each chunk was asked for, and what was read."""

    source: ReplaySource
    times: list[tuple[float, int]] = field(default_factory=list)

    async def chunks(
        self, progress: Mapping[Lane, LaneProgress], size: Callable[[], int]
    ) -> AsyncIterator[Chunk]:
        """See ReplaySource."""
        read = 0
        async for chunk in self.source.chunks(progress, lambda: min(size(), _CHUNK_RECORDS)):
            yield chunk
            read += chunk.records
            self.times.append((time.perf_counter(), read))
            if read >= SAMPLE_RECORDS:
                return


async def try_out(parts: ReplayParts) -> Sample:
    """Read, match and score the first posts.  Raises what the source and the model raise."""
    first = _FirstRecords(parts.source)
    runner = ReplayRunner(replace(parts, source=first, sink=Nowhere(), save=lambda _: None), {})
    await runner.run()
    lanes = runner.reached.values()
    rate = 0.0
    if len(first.times) > 1:
        # The first chunk also pays for connections and for what the model sets up.
        (begun_s, before), (ended_s, read) = first.times[0], first.times[-1]
        rate = (read - before) / max(ended_s - begun_s, 1e-9)
    return Sample(
        read=sum(lane.read for lane in lanes),
        mentions=sum(lane.mentions for lane in lanes),
        unmatched=sum(lane.unmatched for lane in lanes),
        bad=sum(lane.bad for lane in lanes),
        rate=rate,
    )
