"""Which watchlist counts: the newest that was saved on the page, else the file."""

import logging
import time
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from compose.settings import Settings
from schemas.errors import StoreError
from schemas.watchlist import Watchlist, load_watchlist, parse_watchlist
from schemas.watchlist_versions import SavedWatchlist
from streams.renewal import Newer
from streams.watchlist_store import WatchlistStore

logger = logging.getLogger(__name__)

_AGAIN_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class InForce:
    """What is watched. saved: the newest version; None where none was ever saved."""

    watchlist: Watchlist
    saved: SavedWatchlist | None

    def newer(self, settings: Settings) -> Newer:
        """What returns once another version counts."""
        known = self.saved.id if self.saved else None
        return partial(WatchlistStore(settings.clickhouse_url).until_newer, known)


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
