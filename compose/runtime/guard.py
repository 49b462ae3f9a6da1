"""Ends the parts when `groundswell up` itself is gone, even by SIGKILL.

A small process of its own that reads its standard input: "+PID" and "-PID" lines say which
process groups exist. At the end of the input (which the system closes however the parent ends) it
stops what is left, the youngest first. It also holds the data folder's lock until then.
It is run by path in an isolated interpreter, so it imports the standard library only.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

_ORDERLY_S = 15.0
_POLL_S = 0.05


def main() -> None:
    """Follow the parent until it ends, then stop what it has left."""
    groups: list[int] = []
    for line in sys.stdin:
        action, pid = line[0], int(line[1:])
        if action == "+":
            groups.append(pid)
        elif pid in groups:
            groups.remove(pid)
    for pid in reversed(groups):
        _stop(pid)


def _stop(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _ORDERLY_S
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return True
    # Nobody may reap an orphan in a container: a zombie has ended all the same.
    return not stat.rpartition(")")[2].lstrip().startswith("Z")


if __name__ == "__main__":
    main()
