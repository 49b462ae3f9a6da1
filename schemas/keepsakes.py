"""What people keep on the page: rows of the tables `saved_views` and `time_notes`."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

VIEWS_TABLE: Final = "saved_views"
NOTES_TABLE: Final = "time_notes"


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A view under a name. address: the parameters of the page's address, as in a link."""

    id: UUID
    at: datetime
    who: str
    name: str
    address: str
    removed: bool = False


class TimeNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note on the time axis. moment: where it stands. brand: whose it is, "" for all."""

    id: UUID
    at: datetime
    who: str
    moment: datetime
    brand: str
    text: str
    removed: bool = False
