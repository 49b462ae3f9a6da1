"""How long the scenarios last: as in the table of docs/reliability.md by `make faults`.

FAULT_ROUNDS: deaths at each kill point; where it is set, everything has its full length.
FAULT_SCALE: a factor on the seconds of the long scenarios, to try them quickly.
"""

import os
import time

FULL = "FAULT_ROUNDS" in os.environ
_WORK_S = 0.3
_SCALE = float(os.environ.get("FAULT_SCALE", "1"))


def rounds(brief: int, *, most: int = 1_000) -> int:
    """How often something dies: few times at every change."""
    return min(most, int(os.environ.get("FAULT_ROUNDS", str(brief))))


def seconds(full: float) -> float:
    """So long by the table; scaled for a try."""
    return full * _SCALE


def within(limit_s: float) -> float:
    """A limit in seconds of this machine: so many times longer as it is busy with other things.

    Measured by a short piece of work, beside the clock's time for it.
    """
    begun_s, worked_s = time.perf_counter(), time.process_time()
    while time.process_time() - worked_s < _WORK_S:
        pass
    return limit_s * max(1.0, (time.perf_counter() - begun_s) / _WORK_S)
