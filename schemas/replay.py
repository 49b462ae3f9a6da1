"""A replay: what it reads, how far it is, and what has happened to it."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, NamedTuple

import msgspec

from schemas.watchlist import Brand, Topic

JOBS_TABLE: Final = "replay_jobs"
EVENTS_TABLE: Final = "replay_events"
PROGRESS_TABLE: Final = "replay_progress"
LEASES_TABLE: Final = "replay_leases"
# Places of unreadable records that are kept for each lane; the number of all is counted.
MOST_PLACES: Final = 20

Source = Literal["kafka", "files", "stored"]


class State(StrEnum):
    """How a replay stands."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSING = "pausing"
    CANCELLING = "cancelling"
    PAUSED = "paused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DONE = "done"


class Event(StrEnum):
    """What happens to a replay: people want something, or its process says something."""

    STARTED = "started"
    PAUSE_WANTED = "pause wanted"
    CANCEL_WANTED = "cancel wanted"
    PAUSED = "paused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DONE = "done"


class Lane(NamedTuple):
    """What is read in order, and of which progress is kept: a partition, a file, a stretch of time.

    topic: of Kafka; the file's name after "file:"; or the table of mentions.
    """

    topic: str
    partition: int

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.topic}:{self.partition}"


class LaneRange(msgspec.Struct, frozen=True):
    """What of a lane is read, fixed when the replay is planned.

    first, end: offsets, `end` not included; of a file its size in bytes or rows, from 0; of stored
    mentions milliseconds since 1970.
    """

    topic: str
    partition: int
    first: int
    end: int

    @property
    def lane(self) -> Lane:
        """Whose range it is."""
        return Lane(self.topic, self.partition)

    @property
    def size(self) -> int:
        """How much there is to read, in the range's own measure."""
        return max(0, self.end - self.first)


class ReplayFile(msgspec.Struct, frozen=True):
    """A file as it was when the replay was planned: its path, size, time of change, first bytes."""

    path: str
    size: int
    modified_ns: int
    head: str


class ReplayPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole replay, as it was asked for; nothing in it ever changes.

    asked: the request in words, for lists. brands: only these; all without.
    model: the setting that names it. model_version, model_sha256: what that was.
    watched, topics: of the watchlist as it was.
    share: of the machine, above 0 and at most 1. rate: most posts a second; 0 for no bound.
    """

    id: str
    created_at: datetime
    who: str
    asked: str
    source: Source
    ranges: tuple[LaneRange, ...]
    files: tuple[ReplayFile, ...] = ()
    brands: tuple[str, ...] = ()
    model: str
    model_version: str
    model_sha256: str
    watched: tuple[Brand, ...]
    topics: tuple[Topic, ...]
    share: float = 1.0
    rate: float = 0.0

    @property
    def size(self) -> int:
        """How much there is to read over all lanes."""
        return sum(each.size for each in self.ranges)


class LaneProgress(msgspec.Struct, frozen=True):
    """How far a lane is, once everything below is stored; every number only grows.

    next_offset: what comes next: an offset, a row number, or milliseconds since 1970.
    position: the same in the measure of LaneRange.
    read: records. mentions: rows made of them; those of erased posts the sink leaves out.
    unmatched: posts that name no wanted brand. bad: records that are no posts; bad_places: the
    first of them. expired: offsets passed over.
    """

    topic: str
    partition: int
    next_offset: int
    position: int
    read: int = 0
    mentions: int = 0
    unmatched: int = 0
    bad: int = 0
    expired: int = 0
    bad_places: tuple[int, ...] = ()
    finished: bool = False

    @property
    def lane(self) -> Lane:
        """Whose progress it is."""
        return Lane(self.topic, self.partition)


class ReplayEvent(msgspec.Struct, frozen=True):
    """One thing that happened to a replay.  detail: such as the reason of a failure."""

    at: datetime
    event: Event
    who: str
    detail: str = ""
