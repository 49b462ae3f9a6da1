"""Notices that people edited a file that the installation goes by, and writes down who it was."""

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from compose.settings import Settings

_LAST: Final = "SELECT argMax(digest, at) FROM file_changes WHERE file = %(file)s"
_ADD: Final = "INSERT INTO file_changes (file, digest, at, who, detail) VALUES"


def note_file_changes(settings: Settings) -> list[str]:
    """Write down which of the watchlist and the file of roles changed since it was last looked.

    who: the file's owner on this machine, or its number. Returns the names of those that changed.
    What cannot be looked at now is looked at the next time: this holds nothing up.
    """
    files = {"watchlist": settings.watchlist}
    if settings.oidc_metadata_url:
        files["access"] = settings.access_file
    changed = []
    with suppress(Error, OSError, EOFError), Client.from_url(settings.clickhouse_url) as client:
        for name, path in files.items():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            ((last,),) = client.execute(_LAST, {"file": name})
            if last == digest:
                continue
            row = (name, digest, datetime.now(UTC), _owner(path), f"{path} {digest[:12]}")
            client.execute(_ADD, [row], settings={"async_insert": 0})
            changed.append(name)
    return changed


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return str(path.stat().st_uid)
