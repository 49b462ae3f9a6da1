"""The parent's end of the guard: says which process groups there are."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_SCRIPT: Final = Path(__file__).with_name("guard.py")
_END_S: Final = 60


class OrphanGuard:
    """Sees to it that no part outlives this process; a context manager.

    lock_fd: an open, locked file that the guard keeps locked until all parts are gone.
    """

    def __init__(self, lock_fd: int) -> None:
        self._lock_fd = lock_fd
        self._pids: list[int] = []
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-I", "-S", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(self._lock_fd,),
            start_new_session=True,
        )

    def add(self, pid: int) -> None:
        """A process group was started."""
        self._pids.append(pid)
        self._tell(f"+{pid}\n")

    def remove(self, pid: int) -> None:
        """A process group has ended."""
        self._pids.remove(pid)
        self._tell(f"-{pid}\n")

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode("ascii"))
            self._process.stdin.flush()
        except BrokenPipeError:
            # Somebody ended the guard: a new one learns all that there is.
            with suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()
            self._process = self._start()
            for pid in self._pids:
                assert self._process.stdin is not None
                self._process.stdin.write(f"+{pid}\n".encode("ascii"))
                self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(timeout=_END_S)
