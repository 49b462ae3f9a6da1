"""How much memory this process may still take: the machine's, or its container's if less."""

from pathlib import Path
from typing import Final

import psutil

_CGROUP: Final = Path("/sys/fs/cgroup")


def available_memory_bytes(cgroup: Path = _CGROUP) -> int:
    """Bytes that can still be taken without swapping or being ended by the container's limit."""
    machine = int(psutil.virtual_memory().available)
    try:
        limit = int((cgroup / "memory.max").read_text())
        used = int((cgroup / "memory.current").read_text())
        cached = _inactive_file_bytes(cgroup)
    except (OSError, ValueError):  # no container, or no limit ("max")
        return machine
    return min(machine, limit - used + cached)


def _inactive_file_bytes(cgroup: Path) -> int:
    for line in (cgroup / "memory.stat").read_text().splitlines():
        name, _, value = line.partition(" ")
        if name == "inactive_file":
            return int(value)
    return 0
