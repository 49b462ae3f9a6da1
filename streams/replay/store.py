"""Replays in ClickHouse: plans, what happened to them, how far they are, who works on them."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import msgspec

from schemas.errors import StoreError
from schemas.replay import (
    EVENTS_TABLE,
    JOBS_TABLE,
    LEASES_TABLE,
    MOST_PLACES,
    PROGRESS_TABLE,
    Event,
    Lane,
    LaneProgress,
    ReplayEvent,
    ReplayPlan,
    State,
)
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.replay.lease import LEASE_S
from streams.replay.state import state_after

_COLUMNS: Final = LaneProgress.__struct_fields__
_COUNTS: Final = ("next_offset", "position", "read", "mentions", "unmatched", "bad", "expired")
_PROGRESS_SQL: Final = f"""
SELECT id, topic, partition, {", ".join(f"max({name})" for name in _COUNTS)},
       arraySlice(arraySort(groupUniqArrayArray(bad_places)), 1, {MOST_PLACES}), max(finished)
FROM {PROGRESS_TABLE} WHERE id IN %(ids)s
GROUP BY id, topic, partition ORDER BY id, topic, partition
"""  # noqa: S608 - constants only
_EVENTS_SQL: Final = f"""
SELECT id, at, event, who, detail FROM {EVENTS_TABLE} FINAL WHERE id IN %(ids)s ORDER BY id, at
"""  # noqa: S608 - constants only
# By the server's clock, so that clocks that differ between machines decide nothing.
_CLAIM_SQL: Final = f"""
INSERT INTO {LEASES_TABLE} (id, owner, at, until, rate)
SELECT %(id)s, %(owner)s, now64(6), now64(6) + toIntervalSecond(%(lease_s)s), %(rate)s
"""
_CLAIMS_SQL: Final = f"""
SELECT id, owner, argMax(rate, at) FROM {LEASES_TABLE} WHERE id IN %(ids)s
GROUP BY id, owner HAVING argMax(until, at) > now64(6) ORDER BY owner
"""  # noqa: S608 - constants only
_SETTINGS: Final = {"async_insert": 0}


@dataclass(frozen=True, slots=True)
class Job:
    """A replay as it stands.

    claims: who works on it, as text, with posts a second.
    """

    plan: ReplayPlan
    events: tuple[ReplayEvent, ...]
    progress: dict[Lane, LaneProgress]
    claims: tuple[tuple[str, float], ...]

    @property
    def state(self) -> State:
        """What comes of the events."""
        return state_after(each.event for each in self.events)


class ReplayStore:
    """The tables of replays.  Threads take turns.  Every method raises StoreError."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)
        self._turn = Lock()

    def create(self, plan: ReplayPlan) -> None:
        """Write a plan down."""
        row = (plan.id, plan.created_at, msgspec.json.encode(plan).decode())
        self._ask(f"INSERT INTO {JOBS_TABLE} (id, created_at, plan) VALUES", [row])

    def find(self, id_: str) -> Job:
        """The replay of that id, or whose id alone begins so."""
        rows = self._ask(
            f"SELECT plan FROM {JOBS_TABLE} FINAL WHERE startsWith(id, %(id)s) "  # noqa: S608
            "ORDER BY id LIMIT 2",
            {"id": id_},
        )
        if len(rows) != 1 or not id_:
            said = "more than one replay begins so" if rows else "there is no such replay"
            raise StoreError(f"{id_!r}: {said}; `groundswell replay list` shows their ids")
        return self._jobs([_plan(rows[0][0])])[0]

    def latest(self, limit: int) -> list[Job]:
        """Replays, the latest first."""
        rows = self._ask(
            f"SELECT plan FROM {JOBS_TABLE} FINAL ORDER BY created_at DESC "  # noqa: S608
            "LIMIT %(limit)s",
            {"limit": limit},
        )
        return self._jobs([_plan(row[0]) for row in rows])

    def _jobs(self, plans: Sequence[ReplayPlan]) -> list[Job]:
        if not plans:
            return []
        ids = {"ids": tuple(plan.id for plan in plans)}
        events: dict[str, list[ReplayEvent]] = defaultdict(list)
        for id_, at, event, who, detail in self._ask(_EVENTS_SQL, ids):
            events[id_].append(ReplayEvent(at, Event(event), who, detail))
        progress: dict[str, dict[Lane, LaneProgress]] = defaultdict(dict)
        for id_, topic, partition, *counts, places, finished in self._ask(_PROGRESS_SQL, ids):
            found = LaneProgress(
                topic,
                partition,
                **dict(zip(_COUNTS, counts, strict=True)),
                bad_places=tuple(places),
                finished=bool(finished),
            )
            progress[id_][found.lane] = found
        claims: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for id_, owner, rate in self._ask(_CLAIMS_SQL, ids):
            claims[id_].append((owner, rate))
        return [
            Job(plan, tuple(events[plan.id]), progress[plan.id], tuple(claims[plan.id]))
            for plan in plans
        ]

    def state(self, id_: str) -> State:
        """The state alone."""
        found = self._ask(_EVENTS_SQL, {"ids": (id_,)})
        return state_after(Event(row[2]) for row in found)

    def say(self, id_: str, event: Event, *, who: str, detail: str = "") -> None:
        """Write down what happened, dated by the server."""
        self._ask(
            f"INSERT INTO {EVENTS_TABLE} (id, at, event, who, detail) "
            "SELECT %(id)s, now64(6), %(event)s, %(who)s, %(detail)s",
            {"id": id_, "event": event.value, "who": who, "detail": detail},
        )

    def save(self, id_: str, lanes: Sequence[LaneProgress]) -> None:
        """Write down how far lanes are; their rows must be acknowledged by now."""
        rows = [(id_, *(getattr(lane, name) for name in _COLUMNS)) for lane in lanes]
        self._ask(f"INSERT INTO {PROGRESS_TABLE} (id, {', '.join(_COLUMNS)}) VALUES", rows)

    def saver(self, id_: str) -> Callable[[Sequence[LaneProgress]], None]:
        """`save` of one replay."""
        return lambda lanes: self.save(id_, lanes)

    def claim(self, id_: str, owner: str, *, rate: float = 0.0, lease_s: float = LEASE_S) -> None:
        """Hold the replay, or hold it on, for so many seconds from now; 0 lets it go."""
        values = {"id": id_, "owner": owner, "lease_s": round(lease_s), "rate": rate}
        self._ask(_CLAIM_SQL, values)

    def claims(self, id_: str) -> list[str]:
        """Owners whose claims have not run out."""
        return [row[1] for row in self._ask(_CLAIMS_SQL, {"ids": (id_,)})]

    def _ask(self, sql: str, values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - the driver's
        with self._turn:
            try:
                found: list[tuple[Any, ...]] = self._client.execute(sql, values, settings=_SETTINGS)
            except CLICKHOUSE_ERRORS as error:
                self._client.disconnect()
                raise StoreError(
                    f"the replays in ClickHouse cannot be read or written ({error}); is it up, "
                    "and were its tables made by `groundswell prepare`?"
                ) from error
        return found

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()


def _plan(text: str) -> ReplayPlan:
    return msgspec.json.decode(text, type=ReplayPlan)
