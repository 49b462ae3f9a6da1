"""Processes forked from one that has imported everything that they need.

The scenarios start workers and monitors by the hundred, and importing their modules would take most
of the time: a minute each on a busy machine.
"""

import os
import signal
import subprocess
from collections.abc import Callable
from multiprocessing import connection, get_context
from pathlib import Path
from threading import Lock

# pytest: without it each process would import it, as the program that it comes from.
_IMPORTED = ("pytest", "tests.end_to_end.faulty_worker", "tests.end_to_end.faulty_monitor")

_fork = get_context("forkserver")
_fork.set_forkserver_preload(list(_IMPORTED))
# An exit status can be read once, and several threads may look for it.
_looking = Lock()


class Forked:
    """A running process, with the methods of `subprocess.Popen` that the tests use.

    run: a function of one of the imported modules, which gets the order. log: for what it says.
    """

    def __init__(self, run: Callable[[str], None], order: str, log: Path) -> None:
        self._process = _fork.Process(target=_told, args=(run, order, str(log)), daemon=True)
        with _looking:
            self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, or the negative number of the signal that ended it; None: it runs."""
        with _looking:
            return self._process.exitcode

    def poll(self) -> int | None:
        """As `returncode`."""
        return self.returncode

    def wait(self, timeout_s: float | None = None) -> int:
        """The exit status, once it has ended."""
        connection.wait([self._process.sentinel], timeout_s)
        status = self.returncode
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout_s or 0.0)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)


def _told(run: Callable[[str], None], order: str, log: str) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(file, stream)
    run(order)
