"""The files of this machine's servers, searched until what was erased has left them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.erasure_report import Check
from schemas.topics import (
    ALERTS_TOPIC,
    CORRECTIONS_TOPIC,
    DEAD_LETTER_TOPIC,
    SUPPRESSIONS_TOPIC,
)
from streams.erasure.disk import DiskSearch

_AGAIN_S: Final = 3.0
_OWN_TOPICS: Final = (ALERTS_TOPIC, CORRECTIONS_TOPIC, DEAD_LETTER_TOPIC, SUPPRESSIONS_TOPIC)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where this machine's servers keep their files; None for what is not on this machine."""

    clickhouse: Path | None = None
    kafka: Path | None = None
    logs: Path | None = None


def check_disk(  # noqa: PLR0913 - what, where, for how long, and three ways to be tested
    folders: Folders,
    needles: Sequence[bytes],
    *,
    wait_s: float,
    hasten: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Check, ...]:
    """Search the files until nothing is found in them, or so long.

    Old parts and segments leave the disk a while after they were replaced. hasten: called before
    each search, to have them go. Nothing is looked for without needles.
    """
    if not needles:
        return ()
    until_s = clock() + wait_s
    while True:
        hasten()
        checks = _checks(folders, needles)
        if not any(check.found for check in checks) or clock() >= until_s:
            return checks
        sleep(_AGAIN_S)


def _checks(folders: Folders, needles: Sequence[bytes]) -> tuple[Check, ...]:
    checks = []
    if folders.clickhouse is not None:
        checks.append(_check("files of ClickHouse", [folders.clickhouse], needles))
    if folders.kafka is not None:
        own = [
            path
            for topic in _OWN_TOPICS
            for path in sorted(folders.kafka.rglob(f"{topic}-*"))
            if path.is_dir()
        ]
        checks.append(_check("files of Kafka: Groundswell's own topics", own, needles))
    if folders.logs is not None and folders.logs.is_dir():
        checks.append(_check("log files", [folders.logs], needles))
    return tuple(checks)


def _check(where: str, folders: Sequence[Path], needles: Sequence[bytes]) -> Check:
    search = DiskSearch(needles)
    for folder in folders:
        search.search(folder)
    note = f"{search.blocks} compressed blocks unpacked"
    if search.unreadable:
        note += f"; {search.unreadable} could not be"
    return Check(where=where, looked_at=search.files, found=search.found, note=note)
