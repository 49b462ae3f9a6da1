"""What every source of a replay gives: lanes, and what comes next of them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.replay import Lane, LaneProgress
from streams.preparation import PreparedBatch

# Bytes, rows or milliseconds become posts; runs in a thread, for it may take its time.
Prepare = Callable[[], "Sequence[PreparedBatch]"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next records of one lane.

    next_offset, position: of the lane once they are stored; see LaneProgress.
    records: how many they are, with those that are no posts. bad: places of records that could not
    even be handed to `prepare`. finished: whether the lane has no more.
    """

    lane: Lane
    next_offset: int
    position: int
    records: int
    prepare: Prepare
    bad: Sequence[int] = ()
    finished: bool = False


def nothing() -> Sequence[PreparedBatch]:
    """What a chunk without records holds."""
    return ()


class ReplaySource(Protocol):
    """Where the posts of a replay come from.

    Fixed lanes, each read in order from where its progress stands to its end.
    """

    def chunks(
        self, progress: Mapping[Lane, LaneProgress], size: Callable[[], int]
    ) -> AsyncIterator[Chunk]:
        """What comes after the progress, until every lane has given a `finished` chunk.

        progress: lanes that were begun. size: about how many records the next chunk should have.
        Raises StreamError, IngestError or StoreError.
        """
