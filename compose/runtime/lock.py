"""One `groundswell up` a data folder."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.errors import RuntimePartError

LOCK_FILE: Final = "up.lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who runs on a data folder: the process and the page's address."""

    pid: int
    url: str


@contextmanager
def data_folder_lock(folder: Path, *, url: str) -> Iterator[int]:
    """Hold the data folder; yields the locked file's descriptor, which the guard holds as well.

    Raises RuntimePartError, naming the holder, if another `up` or its remains have it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RuntimePartError(_taken(folder)) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)
        yield descriptor
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def read_holder(folder: Path) -> Holder | None:
    """Who holds the folder now; None when nobody does."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        said = json.loads(os.pread(descriptor, 4096, 0) or b"{}")
        return Holder(int(said.get("pid", 0)), str(said.get("url", "")))
    finally:
        os.close(descriptor)
    return None


def _taken(folder: Path) -> str:
    holder = read_holder(folder)
    if holder is None or not holder.pid or not _runs(holder.pid):
        return (
            f"data_dir={str(folder)!r} is still in use by parts of a Groundswell that is ending; "
            "try again in half a minute"
        )
    return (
        f"data_dir={str(folder)!r} is in use: Groundswell already runs on it, as process "
        f"{holder.pid}, with its page at {holder.url}. Use that one, stop it "
        f"(kill {holder.pid}), or choose another folder with --data-dir and other ports."
    )


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
