"""A file that was taken can be fetched, however often the pages are drawn meanwhile."""

from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from dashboards import exports
from schemas.access import Person


class _Written:
    """Where the record of an export goes."""

    def write(self, what: str, *, address: str, who: str, by: Person) -> None:
        """Nobody reads it here."""


def test_a_file_outlives_other_viewers_redraws(monkeypatch: pytest.MonkeyPatch):
    """Streamlit drops what no session shows after two; this one is on its way to a browser."""
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=files))
    monkeypatch.setattr(exports, "_writer", _Written)
    addresses = []
    for number in range(exports.KEPT + 1):
        take = exports.recorded(
            "csv", str(number).encode, address=dict, file_name="posts.csv", mime="text/csv"
        )
        placeholder = files.add_deferred(take, "text/csv", "button", file_name="posts.csv")
        addresses.append(files.execute_deferred(placeholder))
    for _ in range(3):
        files.remove_orphaned_files()
    held = [files.read_file(address.rsplit("/", 1)[1].split(".")[0]) for address in addresses]
    # No more than so many are held: the oldest made room.
    assert held[0] is None
    assert [file.content for file in held[1:] if file] == [
        str(number).encode() for number in range(1, exports.KEPT + 1)
    ]
