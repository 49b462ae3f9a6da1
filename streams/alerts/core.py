"""The monitor's memory: minutes and actions in, events out. Pure; a restart restores all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from schemas.alert import Alert
from schemas.alert_rules import AlertRules
from schemas.incident_action import Action
from streams.alerts.incidents import Incidents, ManagerState
from streams.alerts.minute import Minute, Watched
from streams.alerts.watch import MAX_SERIES, Watch, WatchState
from streams.detection.tuning import TUNING

# A minute taken in so long after its end is history: it teaches, and tells nobody.
LATE_AFTER: Final = timedelta(minutes=10)
SNAPSHOT_VERSION: Final = 1
_DAYS: Final = 40


class Snapshot(msgspec.Struct, frozen=True):
    """The whole memory. taken: posts of the watched brands by day since 1970, as taken in.

    model_version: the one under which the posts were counted; "" where none was active.
    """

    version: int
    watch: WatchState
    incidents: ManagerState
    taken: dict[int, int]
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one minute."""

    watched: Watched
    events: tuple[Alert, ...]


class Core:
    """The watch and the incidents. brands: those of the watchlist.

    model_version: the one under which all its posts are counted; see streams.alerts.relearning.
    """

    def __init__(
        self, rules: AlertRules, brands: Sequence[str], *, most_series: int = MAX_SERIES
    ) -> None:
        self.rules = rules
        self.watch = Watch(rules, brands, most=most_series)
        self.incidents = Incidents(rules, rule_hash=rule_hash(rules))
        self.taken: dict[int, int] = {}
        self.model_version = ""

    @property
    def end_s(self) -> int:
        """The end of the last minute taken in, in seconds since 1970; 0 before the first."""
        return self.watch.minute_s + 60 if self.watch.minute_s >= 0 else 0

    def take_minute(self, minute: Minute, taken_at: datetime) -> Told:
        """Take in one closed minute, later than those before. taken_at: when that is done."""
        watched = self.watch.step(minute)
        self._count(minute)
        late = taken_at - minute.end > LATE_AFTER
        events = self.incidents.step(minute.end, watched.findings, late=late)
        return Told(watched, tuple(events))

    def _count(self, minute: Minute) -> None:
        day = minute.start_s // 86_400
        brands = [count for name, count in minute.counts.items() if not name.parts]
        self.taken[day] = self.taken.get(day, 0) + sum(posts for posts, _ in brands)
        if len(self.taken) > _DAYS:
            del self.taken[min(self.taken)]

    def take_over(self, other: "Core") -> None:
        """Watch on with what the other knows of the series; incidents stay."""
        self.watch, self.taken = other.watch, other.taken
        self.model_version = other.model_version

    def take_action(self, action: Action, *, stored: Alert | None = None) -> tuple[Alert, ...]:
        """Take in what a person did; see Incidents.act."""
        return tuple(self.incidents.act(action, stored=stored))

    def pack(self) -> bytes:
        """The whole memory, as MessagePack."""
        state, incidents = self.watch.state(), self.incidents.state()
        snapshot = Snapshot(SNAPSHOT_VERSION, state, incidents, self.taken, self.model_version)
        return msgspec.msgpack.encode(snapshot)

    def unpack(self, content: bytes) -> None:
        """Take up what `pack` gave, in a new core.

        Raises ValueError for bytes that are no such memory, or of another version.
        """
        try:
            snapshot = msgspec.msgpack.decode(content, type=Snapshot)
        except msgspec.MsgspecError as error:
            raise ValueError(f"these bytes are no snapshot ({error})") from error
        if snapshot.version != SNAPSHOT_VERSION:
            raise ValueError(f"the snapshot has version {snapshot.version}")
        self.watch.restore(snapshot.watch)
        self.incidents.restore(snapshot.incidents)
        self.taken = dict(snapshot.taken)
        self.model_version = snapshot.model_version


def rule_hash(rules: AlertRules) -> str:
    """SHA-256 of sensitivities, tuning and rules: the same hash, the same decisions."""
    told = {
        "sensitivity": rules.sensitivity,
        "by_brand": dict(sorted(rules.by_brand.items())),
        "rules": rules.rules,
        "quiet_min": rules.quiet_min,
        "reopen_min": rules.reopen_min,
        "tuning": TUNING,
    }
    return sha256(msgspec.json.encode(told)).hexdigest()
