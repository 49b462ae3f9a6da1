"""The folder that holds the data: its lock, its layout and the engine's configuration."""

import fcntl
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

from compose.clickhouse_server.row_policies import users_xml
from compose.clickhouse_server.users import User
from schemas.errors import RuntimePartError

# A killed process may need a moment to let go of its files.
LOCK_PATIENCE_S = 3.0
LOCK_RETRY_S = 0.1

ENGINE_CONFIGURATION = """<clickhouse>
    <timezone>UTC</timezone>
    {users}
    <max_server_memory_usage>{memory_bytes}</max_server_memory_usage>
    <mark_cache_size>{cache_bytes}</mark_cache_size>
    <index_mark_cache_size>{cache_bytes}</index_mark_cache_size>
    <primary_index_cache_size>{cache_bytes}</primary_index_cache_size>
    <background_pool_size>4</background_pool_size>
    <background_schedule_pool_size>8</background_schedule_pool_size>
    <merge_tree>
        <!-- An acknowledged insert must outlive a power cut, not only the end of this process. -->
        <fsync_after_insert>1</fsync_after_insert>
        <fsync_part_directory>1</fsync_part_directory>
        <number_of_free_entries_in_pool_to_execute_mutation>2</number_of_free_entries_in_pool_to_execute_mutation>
        <number_of_free_entries_in_pool_to_lower_max_size_of_merge>2</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
        <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>2</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
    </merge_tree>
</clickhouse>
"""
USERS_CONFIGURATION = (
    "<users_config>{file}</users_config>"
    "<user_directories><users_xml><path>{file}</path></users_xml></user_directories>"
)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Names of what lies in the folder."""

    path: Path

    @property
    def lock_file(self) -> Path:
        """The file whose lock says that a server owns the folder."""
        return self.path / "server.lock"

    @property
    def engine_path(self) -> Path:
        """The engine's own folder: databases, tables, parts."""
        return self.path / "engine"

    @property
    def configuration_file(self) -> Path:
        """The engine's configuration, written anew at every start."""
        return self.path / "engine.xml"

    @property
    def spool_folder(self) -> Path:
        """Where an insert's rows wait until the last of them is there."""
        return self.path / "incoming"

    def empty_spool(self) -> None:
        """Delete what a killed server left of unfinished inserts; nobody was told of them."""
        shutil.rmtree(self.spool_folder, ignore_errors=True)
        self.spool_folder.mkdir()

    @property
    def users_file(self) -> Path:
        """The engine's users, written anew at every start where some of them are limited."""
        return self.path / "users.xml"

    def write_configuration(self, *, memory_bytes: int, limited: Sequence[User] = ()) -> None:
        """Write the engine's configuration for a server that may use `memory_bytes`.

        limited: users who may not read everything.
        """
        users = ""
        if limited:
            self.users_file.write_text(users_xml(limited), encoding="utf-8")
            users = USERS_CONFIGURATION.format(file=escape(str(self.users_file)))
        text = ENGINE_CONFIGURATION.format(
            memory_bytes=memory_bytes, cache_bytes=escape(str(memory_bytes // 32)), users=users
        )
        self.configuration_file.write_text(text, encoding="utf-8")


class FolderLock:
    """Owns a folder while the `with` block runs.

    The kernel drops the lock with the process, however it ends, so there is no stale lock.
    Raises RuntimePartError when the folder cannot be used or another server owns it.
    """

    def __init__(self, folder: DataFolder, *, patience_s: float = LOCK_PATIENCE_S) -> None:
        self._folder = folder
        self._patience_s = patience_s
        self._descriptor = -1

    def __enter__(self) -> Self:
        lock_file = self._folder.lock_file
        try:
            self._folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RuntimePartError(
                f"the ClickHouse folder {self._folder.path} cannot be used: {error.strerror}; "
                "choose a folder that this user may write (--path)"
            ) from error
        deadline = time.monotonic() + self._patience_s
        while not self._try_lock():
            if time.monotonic() > deadline:
                owner = lock_file.read_text(encoding="utf-8").strip() or "unknown"
                os.close(self._descriptor)
                raise RuntimePartError(
                    f"the ClickHouse folder {self._folder.path} is in use by process {owner}; "
                    "stop that server, or choose another folder (--path)"
                )
            time.sleep(LOCK_RETRY_S)
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())
        return self

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)
