"""The supervisor, with real tiny child processes."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from compose.runtime.lock import data_folder_lock, read_holder
from compose.runtime.orphans import OrphanGuard
from compose.runtime.part import Deaths, Event, Happening, Part, RestartPolicy
from compose.runtime.process import log_tail, start_child, trim_log
from compose.runtime.supervisor import Ground, Supervisor
from schemas.errors import RuntimePartError

_QUICK = RestartPolicy(
    first_delay_s=0.05,
    max_delay_s=0.2,
    steady_s=5,
    max_failed_starts=3,
    max_quick_deaths=5,
    hung_looks=2,
)


@dataclass(frozen=True)
class FileProbe:
    """Ready when a file is there."""

    file: Path

    def problem(self) -> str | None:
        return None if self.file.exists() else f"{self.file.name} is missing"


def _python(*lines: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", "\n".join(lines))


def _server(folder: Path, name: str, **options: object) -> Part:
    """A part that writes its file, and on SIGTERM its name into `stopped`."""
    ready, stopped = folder / f"{name}.ready", folder / "stopped"
    code = (
        "import signal, sys, time, pathlib",
        "def end(*_):",
        f"    open({str(stopped)!r}, 'a').write('{name} ')",
        "    sys.exit(0)",
        "signal.signal(signal.SIGTERM, end)",
        f"pathlib.Path({str(ready)!r}).touch()",
        "print('hello', flush=True)",
        "time.sleep(600)",
    )
    return Part(
        name=name,
        command=_python(*code),
        log=folder / f"{name}.log",
        probe=FileProbe(ready),
        **options,  # type: ignore[arg-type]
    )


class _Run:
    """A supervisor in a thread, and what it reported."""

    def __init__(self, folder: Path, parts: list[Part], ground: Ground | None = None) -> None:
        self.events: list[Event] = []
        self.ready = threading.Event()
        self.stopping = threading.Event()
        self.hurry = threading.Event()
        self.error: RuntimePartError | None = None
        self._folder, self._parts, self._ground = folder, parts, ground
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with data_folder_lock(self._folder, url="x") as lock, OrphanGuard(lock) as guard:
                supervisor = Supervisor(
                    self._parts,
                    guard=guard,
                    report=self.events.append,
                    policy=_QUICK,
                    ground=self._ground,
                )
                supervisor.run(self.stopping, hurry=self.hurry, on_all_ready=self.ready.set)
        except RuntimePartError as error:
            self.error = error

    def stop(self) -> None:
        self.stopping.set()
        self.join()

    def join(self) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()

    def happened(self, what: Happening) -> list[str]:
        return [event.part for event in list(self.events) if event.what is what]


def _wait_for(condition: Callable[[], bool], timeout_s: float = 10) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


_SHARED_SERVERS: set[psutil.Process] = set()


@pytest.fixture(autouse=True)
def _others() -> None:
    """Remember what runs already: servers that other tests share are no business of these."""
    _SHARED_SERVERS.update(psutil.Process().children(recursive=True))


def _children() -> list[psutil.Process]:
    """The processes that this test has started and that still run."""
    return [
        child for child in psutil.Process().children(recursive=True) if child not in _SHARED_SERVERS
    ]


def _guards() -> list[psutil.Process]:
    return [child for child in _children() if "guard.py" in " ".join(child.cmdline())]


def test_parts_start_after_what_they_need_and_stop_in_reverse(tmp_path: Path):
    """A step in between ends first; the stop goes the other way round."""
    step = Part(name="step", command=_python("pass"), log=tmp_path / "step.log", after=("first",))
    run = _Run(
        tmp_path, [_server(tmp_path, "second", after=("step",)), _server(tmp_path, "first"), step]
    )
    assert run.ready.wait(10)
    run.stop()
    assert run.happened(Happening.STARTING) == ["first", "step", "second"]
    assert run.happened(Happening.STOPPED) == ["second", "first"]
    assert (tmp_path / "stopped").read_text().split() == ["second", "first"]
    assert _children() == []


def test_a_part_that_hangs_is_started_again(tmp_path: Path):
    """One that is only not ready, as while a server that it needs is away, goes on."""
    alive = tmp_path / "alive"
    alive.touch()
    part = _server(tmp_path, "part", alive=FileProbe(alive))
    run = _Run(tmp_path, [part])
    assert run.ready.wait(10)
    (tmp_path / "part.ready").unlink()
    _wait_for(lambda: run.happened(Happening.UNREADY) == ["part"])
    time.sleep(2.5 * 5)
    assert run.happened(Happening.DIED) == []
    alive.unlink()
    _wait_for(lambda: len(run.happened(Happening.READY)) == 2, timeout_s=20)
    run.stop()
    assert run.happened(Happening.DIED) == ["part"]
    assert run.error is None


def test_a_killed_part_is_started_again(tmp_path: Path):
    """SIGKILL from outside costs a moment, not the part."""
    part = _server(tmp_path, "part")
    run = _Run(tmp_path, [part])
    assert run.ready.wait(10)
    (victim,) = [child for child in _children() if "hello" in " ".join(child.cmdline())]
    (tmp_path / "part.ready").unlink()
    victim.kill()
    _wait_for(lambda: len(run.happened(Happening.READY)) == 2)
    run.stop()
    assert run.happened(Happening.DIED) == ["part"]
    assert run.error is None


def test_a_part_that_cannot_start_ends_everything_with_its_last_words(tmp_path: Path):
    """The error quotes the log; the other parts are stopped."""
    broken = Part(
        name="broken",
        command=_python("import sys", "print('no such model')", "sys.exit(3)"),
        log=tmp_path / "broken.log",
        probe=FileProbe(tmp_path / "never"),
    )
    run = _Run(tmp_path, [_server(tmp_path, "good"), broken])
    run.join()
    assert "broken ended with exit code 3, 3 times in a row" in str(run.error)
    assert "no such model" in str(run.error)
    assert (tmp_path / "stopped").read_text().split() == ["good"]
    assert _children() == []


def test_the_last_words_are_those_of_the_last_start(tmp_path: Path):
    """What an earlier `up` left in the log, about another mistake perhaps, is not quoted."""
    log = tmp_path / "broken.log"
    log.write_text("another mistake, of yesterday\n")
    broken = Part(
        name="broken",
        command=_python("import sys", "print('no such model')", "sys.exit(3)"),
        log=log,
        probe=FileProbe(tmp_path / "never"),
    )
    run = _Run(tmp_path, [broken])
    run.join()
    assert str(run.error).count("no such model") == 1
    assert "yesterday" not in str(run.error)


def test_a_full_disk_is_named_when_parts_die_of_it(tmp_path: Path):
    """Their own last words are a stack trace at best; it is told while they still run, too."""
    room = tmp_path / "room"
    room.touch()
    dying = Part(
        name="dying",
        command=_python("import sys", "sys.exit(1)"),
        log=tmp_path / "dying.log",
        probe=FileProbe(tmp_path / "never"),
        after=("good",),
    )
    good = _server(tmp_path, "good")
    run = _Run(tmp_path, [good], Ground("disk", FileProbe(room)))
    assert run.ready.wait(10)
    room.unlink()
    _wait_for(lambda: run.happened(Happening.SHORT) == ["disk"])
    room.touch()
    _wait_for(lambda: "disk" in run.happened(Happening.READY))
    run.stop()
    room.unlink()
    run = _Run(tmp_path, [good, dying], Ground("disk", FileProbe(room)))
    run.join()
    assert "3 times in a row. room is missing.\n" in str(run.error)
    assert all("(room is missing)" in e.detail for e in run.events if e.what is Happening.DIED)


def test_a_part_that_hangs_at_its_start_counts_as_dead(tmp_path: Path):
    """It is ended, tried again and given up, with the probe's word."""
    hung = Part(
        name="hung",
        command=_python("import time", "time.sleep(600)"),
        log=tmp_path / "hung.log",
        probe=FileProbe(tmp_path / "never"),
        start_timeout_s=0.3,
    )
    run = _Run(tmp_path, [hung])
    run.join()
    assert "never is missing" in str(run.error)
    assert _children() == []


def test_a_part_that_ignores_sigterm_is_ended_by_force(tmp_path: Path):
    """The stop is bounded, and takes what the part itself started along."""
    ready = tmp_path / "deaf.ready"
    code = (
        "import signal, subprocess, sys, time, pathlib",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
        f"pathlib.Path({str(ready)!r}).touch()",
        "time.sleep(600)",
    )
    deaf = Part(
        name="deaf",
        command=_python(*code),
        log=tmp_path / "deaf.log",
        probe=FileProbe(ready),
        stop_timeout_s=0.5,
    )
    run = _Run(tmp_path, [deaf])
    assert run.ready.wait(10)
    grandchildren = _children()
    assert len(grandchildren) == 3  # the guard, the part, the part's own child
    run.stop()
    assert [event.detail for event in run.events if event.what is Happening.STOPPED] == ["by force"]
    _, alive = psutil.wait_procs(grandchildren, timeout=5)
    assert alive == []


def test_hurry_does_not_wait_for_the_orderly_stop(tmp_path: Path):
    """A second Ctrl-C ends a part that would take a minute."""
    ready = tmp_path / "slow.ready"
    code = (
        "import signal, time, pathlib",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        f"pathlib.Path({str(ready)!r}).touch()",
        "time.sleep(600)",
    )
    slow = Part(
        name="slow",
        command=_python(*code),
        log=tmp_path / "slow.log",
        probe=FileProbe(ready),
        stop_timeout_s=60,
    )
    run = _Run(tmp_path, [slow])
    assert run.ready.wait(10)
    run.stopping.set()
    run.hurry.set()
    started = time.monotonic()
    run.join()
    assert time.monotonic() - started < 5


_ORPHANING_PARENT = """
import sys, time
from pathlib import Path
from compose.runtime.lock import data_folder_lock
from compose.runtime.orphans import OrphanGuard
from compose.runtime.process import start_child
folder = Path(sys.argv[1])
with data_folder_lock(folder, url="http://x") as lock, OrphanGuard(lock) as guard:
    child = start_child(tuple(sys.argv[2:]), log=folder / "child.log")
    guard.add(child.pid)
    (folder / "pid").write_text(str(child.pid))
    time.sleep(600)
"""


def test_nothing_is_left_when_the_parent_is_killed(tmp_path: Path):
    """The guard stops the parts in order and holds the lock until they are gone."""
    part = _server(tmp_path, "orphan")
    parent = start_child(
        (sys.executable, "-c", _ORPHANING_PARENT, str(tmp_path), *part.command),
        log=tmp_path / "parent.log",
    )
    _wait_for(lambda: (tmp_path / "orphan.ready").exists() and (tmp_path / "pid").exists())
    orphan = psutil.Process(int((tmp_path / "pid").read_text()))
    holder = read_holder(tmp_path)
    assert holder is not None
    assert holder.pid == parent.pid
    os.kill(parent.pid, signal.SIGKILL)
    parent.popen.wait()
    _wait_for(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)
    assert (tmp_path / "stopped").read_text().split() == ["orphan"]
    _wait_for(lambda: read_holder(tmp_path) is None)


def test_a_killed_guard_is_replaced(tmp_path: Path):
    """The new guard knows the parts of the old one."""
    with data_folder_lock(tmp_path, url="x") as lock, OrphanGuard(lock) as guard:
        first = start_child(_python("import time", "time.sleep(600)"), log=tmp_path / "first.log")
        guard.add(first.pid)
        # A process just begun has no command line for a moment.
        _wait_for(lambda: bool(_guards()))
        (old,) = _guards()
        old.kill()
        _wait_for(lambda: old.status() == psutil.STATUS_ZOMBIE)
        second = start_child(_python("import time", "time.sleep(600)"), log=tmp_path / "second.log")
        guard.add(second.pid)
    # Leaving the block ends the guard, which ends what was not reported as gone.
    assert first.wait(5)
    assert second.wait(5)


def test_a_second_holder_is_refused_with_the_first_ones_page(tmp_path: Path):
    """The message has the process and the address."""
    with (
        data_folder_lock(tmp_path, url="http://localhost:8501"),
        pytest.raises(RuntimePartError, match=rf"process {os.getpid()}.*http://localhost:8501"),
        data_folder_lock(tmp_path, url="other"),
    ):
        pass
    assert read_holder(tmp_path) is None


def test_back_off_doubles_up_to_its_limit_and_a_steady_life_resets_it():
    """Pure policy: delays, counts and the two limits."""
    policy = RestartPolicy()
    assert [policy.delay_s(n) for n in (1, 2, 3, 6, 20)] == [0.25, 0.5, 1.0, 8.0, 8.0]
    deaths = Deaths()
    for _ in range(3):
        deaths = deaths.another(lived_s=1, was_ready=False, policy=policy)
    assert not deaths.too_many(policy)
    assert deaths.another(lived_s=1, was_ready=False, policy=policy).too_many(policy)
    assert deaths.another(lived_s=1, was_ready=True, policy=policy) == Deaths(4, 0)
    assert deaths.another(lived_s=61, was_ready=True, policy=policy) == Deaths(1, 0)
    assert Deaths(13, 0).too_many(policy)


def test_a_large_log_is_put_aside_while_its_writer_goes_on(tmp_path: Path):
    """The old text is kept once; new lines start at the top."""
    log = tmp_path / "part.log"
    with log.open("ab") as writer:
        writer.write(b"old\n")
        writer.flush()
        trim_log(log, max_bytes=3)
        writer.write(b"new\n")
    assert log.with_name("part.log.1").read_text() == "old\n"
    assert log_tail(log) == "new"
