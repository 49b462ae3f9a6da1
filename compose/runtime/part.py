"""What the supervisor runs, and how it treats a part that dies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from compose.runtime.probe import Probe


def _nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One child process, long-lived or (without a probe) a step that ends by itself.

    name: how people know it. command: its command line. log: file for its output.
    probe: says whether it is ready; None for a step, which is ready when it has ended with 0.
    alive: says whether it works at all, ready or not; None where that cannot be told.
    after: names of the parts that must be ready before its first start.
    prepare: runs before each start; may raise RuntimePartError.
    may_end: it may end with 0 once it was ready, and is then done.
    start_timeout_s: it counts as dead if it is not ready by then. stop_timeout_s: from SIGTERM to
    SIGKILL.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    probe: Probe | None = None
    alive: Probe | None = None
    after: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = _nothing
    may_end: bool = False
    start_timeout_s: float = 90.0
    stop_timeout_s: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """When a part that died is started again, and when that is given up.

    first_delay_s doubles with every quick death up to max_delay_s; a part that stayed up for
    steady_s has died for another reason, and counts from one again.
    max_failed_starts: deaths in a row before it was ever ready. max_quick_deaths: all in a row.
    hung_looks: a part that was ready has hung once it was not alive at so many looks in a row, five
    seconds apart. Looks and not seconds: after a pause of the whole machine it gets its time.
    """

    first_delay_s: float = 0.25
    max_delay_s: float = 8.0
    steady_s: float = 60.0
    max_failed_starts: int = 4
    max_quick_deaths: int = 12
    hung_looks: int = 36

    def delay_s(self, quick_deaths: int) -> float:
        """Seconds to wait after so many quick deaths in a row."""
        return float(min(self.max_delay_s, self.first_delay_s * 2 ** (quick_deaths - 1)))


@dataclass(frozen=True, slots=True)
class Deaths:
    """A part's recent deaths: quick ones in a row, and of these, those before it was ready."""

    quick: int = 0
    before_ready: int = 0

    def another(self, *, lived_s: float, was_ready: bool, policy: RestartPolicy) -> "Deaths":
        """The count after one more death."""
        past = Deaths() if was_ready and lived_s >= policy.steady_s else self
        return Deaths(past.quick + 1, 0 if was_ready else past.before_ready + 1)

    def too_many(self, policy: RestartPolicy) -> bool:
        """True when starting it again is of no use."""
        return self.before_ready >= policy.max_failed_starts or self.quick > policy.max_quick_deaths


class Happening(Enum):
    """What the supervisor reports."""

    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    DIED = "died"
    UNREADY = "not ready"
    SHORT = "is running out:"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a part; detail: the rest of the sentence, for people."""

    part: str
    what: Happening
    detail: str = ""
