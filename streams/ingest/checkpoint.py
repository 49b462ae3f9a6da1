"""How far a file was sent: a small file beside it that outlives every interruption."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from schemas.errors import IngestError

_HEAD_BYTES: Final = 65_536


class FileIdentity(msgspec.Struct, frozen=True):
    """Tells a file from another one that has its name: size, time of change, first bytes."""

    size: int
    modified_ns: int
    head: str


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """All rows up to `row` are safe on Kafka or in the file of rejected rows.

    request: a digest of how the rows were read and where they were sent to.
    rejected_bytes: the length of the file of rejected rows at that point.
    """

    file: FileIdentity
    request: str
    row: int = 0
    sent: int = 0
    rejected: int = 0
    rejected_bytes: int = 0
    finished: bool = False


class CheckpointFile:
    """Keeps the checkpoint of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, *, file: FileIdentity, request: str) -> Checkpoint:
        """Where to go on: the start, if the file or the request is another than the last time."""
        start = Checkpoint(file=file, request=request)
        try:
            found = msgspec.json.decode(self.path.read_bytes(), type=Checkpoint)
        except FileNotFoundError:
            return start
        except msgspec.MsgspecError as error:
            raise IngestError(
                f"{self.path} is no checkpoint of ingest ({error}); remove it to start anew"
            ) from error
        return found if (found.file, found.request) == (file, request) else start

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint in one step: after a crash the old or the new one is there."""
        fresh = self.path.with_name(f"{self.path.name}.new")
        with fresh.open("wb") as out:
            out.write(msgspec.json.encode(checkpoint))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self.path)


def file_identity(path: Path) -> FileIdentity:
    """The identity of a file as it is now."""
    found = path.stat()
    with path.open("rb") as content:
        head = blake2b(content.read(_HEAD_BYTES), digest_size=16).hexdigest()
    return FileIdentity(found.st_size, found.st_mtime_ns, head)


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Refuse to send a file that another process is sending; raises IngestError."""
    with path.open("rb") as content:
        try:
            fcntl.flock(content, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IngestError(
                f"{path} is being sent by another process; wait for it or stop it"
            ) from error
        yield
