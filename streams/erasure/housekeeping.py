"""Takes quotes out of alerts that must not be there: of erased posts, and of posts too old.

An erasure does it itself. Here it is done for what a monitor had in hand at that moment and wrote
afterwards: an alert's evidence that was being collected, a notification that is tried again.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.errors import StoreError
from streams.erasure.evidence_store import EvidenceStore
from streams.erasure.scrubbing import quotes_suppressed
from streams.erasure.suppression_store import SuppressionStore

logger = logging.getLogger(__name__)

EVERY_S: Final = 600.0
# Longer than anything stays in a monitor's hands; each round looks at that much.
_LATELY: Final = timedelta(days=2)
_DAY: Final = timedelta(days=1)


async def keep_clean(url: str, texts_days: int, leads: Callable[[], bool]) -> None:
    """Do it every ten minutes. texts_days: how long quotes are kept, 0 for ever.

    leads: whether this monitor is the one to.
    """
    aged = datetime.min.replace(tzinfo=UTC)
    while True:
        try:
            now = datetime.now(UTC)
            if leads():
                await asyncio.to_thread(clean_suppressed, url, now)
                if texts_days and now - aged > _DAY:
                    await asyncio.to_thread(clean_aged, url, now - timedelta(days=texts_days))
                    aged = now
        except StoreError as error:
            logger.warning("quotes were not looked through: %s", error)
        await asyncio.sleep(EVERY_S)


def clean_suppressed(url: str, now: datetime) -> int:
    """Take quotes of erased posts out of what was written lately; returns how many rows had one.

    Raises StoreError.
    """
    with closing(SuppressionStore(url)) as store:
        listed = store.listed()
    if not listed:
        return 0
    with closing(EvidenceStore(url)) as evidence:
        changed = sum(evidence.scrub(quotes_suppressed(listed), since=now - _LATELY))
        if changed:
            evidence.merge()
    return changed


def clean_aged(url: str, before: datetime) -> int:
    """Take quotes of posts from before that time out; returns how many rows had one.

    Raises StoreError.
    """
    with closing(EvidenceStore(url)) as evidence:
        changed = sum(evidence.scrub(lambda post: post.posted_at < before))
        if changed:
            evidence.merge()
    return changed
