"""One child process: started in a group of its own, its output in a log file, ended for certain."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_POLL_S: Final = 0.05
_MAX_LOG_BYTES: Final = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ChildProcess:
    """A running child; it leads its own process group, so that Ctrl-C reaches only its parent.

    log_from: where in the log its own output begins; what stands before is another one's.
    """

    popen: subprocess.Popen[bytes]
    log: Path
    log_from: int = 0

    @property
    def pid(self) -> int:
        """Its process id, which is its group's id as well."""
        return self.popen.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code (minus the signal's number), or None while it runs."""
        return self.popen.poll()

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process."""
        if self.exit_code is None:
            self.popen.send_signal(signal.SIGTERM)

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end; False if it still runs after the time."""
        deadline = time.monotonic() + timeout_s
        while self.exit_code is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_S)
        return True

    def kill(self) -> None:
        """End the whole group at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def stop(self, timeout_s: float) -> bool:
        """SIGTERM, and SIGKILL to the group after the time; True if it ended by itself."""
        self.ask_to_stop()
        ended = self.wait(timeout_s)
        self.kill()  # also what it may have left in its group
        return ended


def start_child(
    command: tuple[str, ...], *, log: Path, environment: Mapping[str, str] | None = None
) -> ChildProcess:
    """Start a command; its output is appended to the log.

    environment: variables on top of this process's own. Raises OSError if it cannot be started.
    """
    with open_log(log) as output:
        log_from = output.seek(0, os.SEEK_END)
        popen = subprocess.Popen(  # noqa: S603 - our own command lines
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    return ChildProcess(popen, log, log_from)


def open_log(log: Path) -> IO[bytes]:
    """Open a log for appending; one that has grown large is kept as `<name>.1` first."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    trim_log(log)
    return log.open("ab")


def trim_log(log: Path, *, max_bytes: int = _MAX_LOG_BYTES) -> None:
    """Move a large log's content to `<name>.1`; its writer, which appends, goes on at the start."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > max_bytes:
            shutil.copyfile(log, log.with_name(log.name + ".1"))
            os.truncate(log, 0)


def log_tail(log: Path, *, lines: int = 15, since: int = 0) -> str:
    """The last lines of a log, for an error message; since: the byte that they begin at or after.

    A log that is shorter than that was trimmed meanwhile, and counts from its start.
    """
    try:
        size = log.stat().st_size
        with log.open("rb") as file:
            file.seek(max(since if since <= size else 0, size - 16_384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return "(no log)"
    return "\n".join(text.splitlines()[-lines:]) or "(the log is empty)"
