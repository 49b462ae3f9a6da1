"""Starts the parts, keeps them up, and stops them in reverse order."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from compose.runtime.orphans import OrphanGuard
from compose.runtime.part import Deaths, Event, Happening, Part, RestartPolicy
from compose.runtime.probe import Probe
from compose.runtime.process import ChildProcess, log_tail, start_child, trim_log
from schemas.errors import RuntimePartError

_TICK_S: Final = 0.1
_HEALTH_EVERY_S: Final = 5.0

Report = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Ground:
    """What all parts stand on, by name, and what says whether it holds."""

    name: str
    probe: Probe


class State(Enum):
    """Where a part stands."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    RESTING = "resting before a restart"


@dataclass(slots=True, eq=False)
class _Life:
    """A part and what has become of it."""

    part: Part
    state: State = State.WAITING
    child: ChildProcess | None = None
    since_s: float = 0.0
    resume_s: float = 0.0
    checked_s: float = 0.0
    was_ready: bool = False
    healthy: bool = True
    hung_looks: int = 0
    deaths: Deaths = field(default_factory=Deaths)


class Supervisor:
    """Runs parts until it is told to stop; one thread, no surprises.

    parts: in the order in which they start; each names the ones that it comes after.
    report: told of everything that happens.
    ground: what all parts stand on, such as the disk; told when it gives way, and named as the
    likely cause when a part dies meanwhile.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        guard: OrphanGuard,
        report: Report,
        policy: RestartPolicy | None = None,
        ground: Ground | None = None,
    ) -> None:
        self._lives = {part.name: _Life(part) for part in parts}
        self._started: list[_Life] = []
        self._guard = guard
        self._report = report
        self._policy = policy or RestartPolicy()
        self._ground = ground
        self._ground_checked_s = 0.0
        self._ground_holds = True
        self._clock = time.monotonic

    def run(
        self,
        stopping: threading.Event,
        *,
        hurry: threading.Event,
        on_all_ready: Callable[[], None],
    ) -> None:
        """Start everything and watch over it until `stopping` is set; then stop everything.

        hurry: when set, the stop is by force. on_all_ready: called once, when the last part is
        ready for the first time.
        Raises RuntimePartError if a part cannot start or stay up; all is stopped then as well.
        """
        announced = False
        try:
            while not stopping.is_set():
                for life in self._lives.values():
                    self._advance(life)
                self._watch_ground()
                if not announced and self.all_ready():
                    announced = True
                    on_all_ready()
                stopping.wait(_TICK_S)
        finally:
            self._stop_all(hurry)

    def all_ready(self) -> bool:
        """True when every part is ready and every step is done."""
        return all(life.state in {State.READY, State.DONE} for life in self._lives.values())

    def _advance(self, life: _Life) -> None:
        match life.state:
            case State.WAITING if self._may_start(life.part):
                self._start(life)
            case State.RESTING if self._clock() >= life.resume_s:
                self._start(life)
            case State.STARTING:
                self._watch_start(life)
            case State.READY:
                self._watch_health(life)

    def _may_start(self, part: Part) -> bool:
        return all(self._lives[name].state in {State.READY, State.DONE} for name in part.after)

    def _start(self, life: _Life) -> None:
        part = life.part
        self._report(Event(part.name, Happening.STARTING))
        part.prepare()
        try:
            life.child = start_child(part.command, log=part.log, environment=part.environment)
        except OSError as error:
            raise RuntimePartError(
                f"{part.name} cannot be started: {error}; run `groundswell doctor`"
            ) from error
        self._guard.add(life.child.pid)
        if life not in self._started:
            self._started.append(life)
        life.state = State.STARTING
        life.since_s = self._clock()
        life.was_ready = False

    def _watch_start(self, life: _Life) -> None:
        assert life.child is not None
        part, code = life.part, life.child.exit_code
        if code == 0 and part.probe is None:
            self._finish(life)
        elif code is not None:
            self._bury(life, f"ended with {_exit_text(code)}")
        elif part.probe is not None and (problem := part.probe.problem()) is None:
            life.state, life.was_ready, life.healthy, life.hung_looks = State.READY, True, True, 0
            life.checked_s = self._clock()
            self._report(Event(part.name, Happening.READY, self._age(life)))
        elif self._clock() - life.since_s > part.start_timeout_s:
            why = problem if part.probe is not None else "it has not ended"
            self._bury(life, f"is not ready after {part.start_timeout_s:.0f} s: {why}")

    def _watch_health(self, life: _Life) -> None:
        assert life.child is not None
        assert life.part.probe is not None
        code = life.child.exit_code
        if code == 0 and life.part.may_end:
            self._finish(life)
            return
        if code is not None:
            self._bury(life, f"ended with {_exit_text(code)}")
            return
        if self._clock() - life.checked_s < _HEALTH_EVERY_S:
            return
        problem = life.part.probe.problem()
        life.checked_s = self._clock()
        trim_log(life.part.log)
        if (problem is None) != life.healthy:
            life.healthy = problem is None
            what = Happening.READY if life.healthy else Happening.UNREADY
            self._report(Event(life.part.name, what, problem or "again"))
        alive = life.part.alive
        hangs = problem is not None and alive is not None and alive.problem() is not None
        life.hung_looks = life.hung_looks + 1 if hangs else 0
        if life.hung_looks >= self._policy.hung_looks:
            self._bury(life, f"hangs: {problem}")

    def _watch_ground(self) -> None:
        if self._ground is None or self._clock() - self._ground_checked_s < _HEALTH_EVERY_S:
            return
        self._ground_checked_s = self._clock()
        problem = self._ground.probe.problem()
        if (problem is None) != self._ground_holds:
            self._ground_holds = problem is None
            what = Happening.READY if self._ground_holds else Happening.SHORT
            self._report(Event(self._ground.name, what, problem or "again"))

    def _finish(self, life: _Life) -> None:
        self._end(life)
        life.state = State.DONE
        self._report(Event(life.part.name, Happening.DONE))

    def _bury(self, life: _Life, reason: str) -> None:
        """A part has died or hangs: start it again later, or give up."""
        since = life.child.log_from if life.child else 0
        self._end(life)
        below = self._ground.probe.problem() if self._ground else None
        life.deaths = life.deaths.another(
            lived_s=self._clock() - life.since_s, was_ready=life.was_ready, policy=self._policy
        )
        if life.deaths.too_many(self._policy):
            why = f"{below}.\n" if below else ""
            raise RuntimePartError(
                f"{life.part.name} {reason}, {life.deaths.quick} times in a row. {why}"
                f"Its log {life.part.log} ends with:\n{log_tail(life.part.log, since=since)}\n"
                "Everything was stopped. `groundswell doctor` checks the installation."
            )
        delay_s = self._policy.delay_s(life.deaths.quick)
        life.state, life.resume_s = State.RESTING, self._clock() + delay_s
        why = f" ({below})" if below else ""
        detail = f"{reason}{why}; starting it again in {delay_s:g} s (log: {life.part.log})"
        self._report(Event(life.part.name, Happening.DIED, detail))

    def _end(self, life: _Life) -> None:
        """Whatever is left of a child's group goes with it."""
        if life.child is not None:
            life.child.kill()
            self._guard.remove(life.child.pid)
            life.child = None

    def _stop_all(self, hurry: threading.Event) -> None:
        for life in reversed(self._started):
            if life.child is None:
                continue
            self._report(Event(life.part.name, Happening.STOPPING))
            life.child.ask_to_stop()
            deadline_s = self._clock() + life.part.stop_timeout_s
            orderly = life.child.wait(_TICK_S)
            while not orderly and self._clock() < deadline_s and not hurry.is_set():
                orderly = life.child.wait(_TICK_S)
            self._end(life)
            self._report(Event(life.part.name, Happening.STOPPED, "" if orderly else "by force"))

    def _age(self, life: _Life) -> str:
        return f"after {self._clock() - life.since_s:.1f} s"


def _exit_text(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
