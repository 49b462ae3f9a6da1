"""Which watchlist counts: the newest that was saved on the page, else the file."""

import asyncio
import logging
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from compose.settings import Settings
from schemas.errors import StoreError, WatchlistError
from schemas.watchlist import Watchlist, load_watchlist, parse_watchlist
from schemas.watchlist_versions import SavedWatchlist
from streams.renewal import Newer
from streams.watchlist_store import WatchlistStore

logger = logging.getLogger(__name__)

_AGAIN_S: Final = 2.0
_LOOK_S: Final = 3.0

# Of a file: when it was written, its length and its number on the disk.
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class InForce:
    """What is watched. saved: the newest version; None where none was ever saved."""

    watchlist: Watchlist
    saved: SavedWatchlist | None

    def newer(self, settings: Settings) -> Newer:
        """What returns once something else counts."""
        return partial(_until_newer, Lookout(settings, self))


def in_force(settings: Settings) -> InForce:
    """Read both. Routes are the file's.

    Raises WatchlistError for mistakes in either, and StoreError if ClickHouse does not answer.
    """
    file = load_watchlist(settings.watchlist)
    with closing(WatchlistStore(settings.clickhouse_url)) as store:
        saved = store.newest()
    if saved is None or not saved.text:
        return InForce(file, saved)
    read = parse_watchlist(saved.text, source=f"saved {saved.at:%Y-%m-%d %H:%M:%S} by {saved.who}")
    return InForce(replace(read, routes=file.routes), saved)


def awaited_in_force(settings: Settings) -> InForce:
    """The same once ClickHouse answers: by the file alone, posts could be matched wrongly."""
    while True:
        try:
            found = in_force(settings)
        except StoreError as error:
            logger.warning("waiting for ClickHouse: %s", error)
            time.sleep(_AGAIN_S)
            continue
        if found.saved is not None and found.saved.text:
            logger.info("watching what %s saved at %s", found.saved.who, found.saved.at)
        return found


@dataclass(slots=True)
class Lookout:
    """Looks whether something else counts than what a part goes by. One thread at a time."""

    settings: Settings
    known: InForce
    _store: WatchlistStore = field(init=False)
    _saved: UUID | None = field(init=False)
    _seen: _Stamp | None = None
    _read: _Stamp | None = None

    def __post_init__(self) -> None:
        self._store = WatchlistStore(self.settings.clickhouse_url)
        self._saved = self.known.saved.id if self.known.saved else None

    def differs(self) -> bool:
        """Whether it does. Raises StoreError, and WatchlistError for what cannot be taken up.

        A file is read once two looks found it the same: it may be half written before.
        """
        before, self._seen = self._seen, _stamp(self.settings.watchlist)
        edited = self._seen == before and self._seen != self._read
        saved = self._store.newest_id()
        if not edited and saved == self._saved:
            return False
        found = in_force(self.settings)
        self._saved, self._read = saved, self._seen
        return found.watchlist != self.known.watchlist


async def _until_newer(lookout: Lookout) -> None:
    told = ""
    while True:
        await asyncio.sleep(_LOOK_S)
        try:
            if await asyncio.to_thread(lookout.differs):
                logger.info("what is watched was changed: beginning anew with it")
                return
            told = ""
        except (StoreError, WatchlistError) as error:
            if str(error) != told:
                logger.warning("what is watched stays as it was: %s", error)
            told = str(error)


def _stamp(file: Path) -> _Stamp | None:
    """None for a file that is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
