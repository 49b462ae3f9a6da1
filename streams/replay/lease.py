"""Who may work on a replay: one process at a time.

Whoever wants to writes a claim, looks for others' claims after that, and gives way if there is one.
Of two at the same moment at least one sees the other, so never both go on. Where replicas of a
cluster lag behind each other they may for a while: rows and progress bear it, only work is wasted.
"""

import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import psutil

# Renewed every RENEW_S; a process that could not for LEASE_S has lost it.
LEASE_S: Final = 30.0
RENEW_S: Final = 5.0


class Owner(msgspec.Struct, frozen=True):
    """A process.  place: where its number means something. started_s: since 1970."""

    host: str
    place: str
    pid: int
    started_s: float

    def __str__(self) -> str:
        """As people find it."""
        return f"process {self.pid} on {self.host}"


def this_process() -> Owner:
    """The process that asks."""
    return Owner(socket.gethostname(), _place(), os.getpid(), psutil.Process().create_time())


def encode_owner(owner: Owner) -> str:
    """An owner as text, the same for the same process."""
    return msgspec.json.encode(owner).decode()


def holders(claims: Sequence[str], *, own: str = "") -> list[Owner]:
    """Who else holds it: of the claims that have not run out, those whose process may live.

    A process of this machine that is no longer there has let go, whatever its claim says.
    """
    others = [msgspec.json.decode(claim, type=Owner) for claim in claims if claim != own]
    return [owner for owner in others if not is_gone(owner)]


def is_gone(owner: Owner) -> bool:
    """Whether the process certainly no longer runs; only this machine's can be told."""
    if owner.place != _place():
        return False
    try:
        found = psutil.Process(owner.pid)
        return (
            abs(found.create_time() - owner.started_s) > 1 or found.status() == psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False


def _place() -> str:
    """This boot of this machine and, in containers, this one's process numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"{socket.gethostname()}/{psutil.boot_time():.0f}"
