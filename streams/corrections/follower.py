"""Keeps the topics and tables of labels and of erasures alike, whichever of the two knew first.

A command writes to the topic, then to the table; the page writes to the table alone; a database
that was lost has the topic alone. What either lacks is carried over, and labels are put into force.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from schemas.correction import Correction
from schemas.erasure import Suppression
from schemas.errors import StoreError, StreamError
from streams.compacted_topic import CompactedTopic
from streams.corrections.store import CorrectionStore
from streams.erasure.suppression_store import SuppressionStore

logger = logging.getLogger(__name__)

EVERY_S: Final = 1.0
_RETRY_S: Final = 5.0

MentionKey = tuple[str, str, str]
Event = TypeVar("Event", Correction, Suppression)


def topic_key(correction: Correction) -> str:
    """The record's key: the mention."""
    place = (correction.brand, correction.source, correction.post_id)
    return msgspec.json.encode(place).decode()


def encoded(event: Correction | Suppression) -> bytes:
    """The record's value: JSON."""
    return msgspec.json.encode(event)


def rank(event: Correction) -> tuple[datetime, UUID]:
    """Of one mention's events the one with the highest rank counts."""
    return event.at, event.id


@dataclass(slots=True)
class Follower:
    """Both pairs. A call does what has come since the last one; killed anywhere, the next does it.

    Several at once are safe. The stores are used by one thread at a time.
    """

    corrections: CorrectionStore
    suppressions: SuppressionStore
    corrections_topic: CompactedTopic
    suppressions_topic: CompactedTopic
    _told: dict[MentionKey, Correction] = field(default_factory=dict)
    _listed: set[str] = field(default_factory=set)
    _corrections_known: int = -1
    _suppressions_known: int = -1

    async def run(self, synced: asyncio.Event) -> None:
        """Follow until cancelled. synced: set once all that there was is carried over."""
        while True:
            try:
                await self.follow()
                synced.set()
                await asyncio.sleep(EVERY_S)
            except (StoreError, StreamError) as error:
                logger.warning("labels and erasures are not followed for now: %s", error)
                await asyncio.sleep(_RETRY_S)

    async def follow(self) -> None:
        """Carry over what has come. Raises StoreError or StreamError."""
        await self._follow_suppressions()
        await self._follow_corrections()

    async def _follow_suppressions(self) -> None:
        news = _decoded(await self.suppressions_topic.read(), Suppression)
        self._listed |= {event.key for event in news.values()}
        count = await asyncio.to_thread(self.suppressions.count)
        if not news and count == self._suppressions_known:
            return
        stored = {event.key: event for event in await asyncio.to_thread(self.suppressions.entries)}
        missing = [event for key, event in news.items() if key not in stored]
        await asyncio.to_thread(self.suppressions.write, missing)
        unlisted = {key: event for key, event in stored.items() if key not in self._listed}
        await self.suppressions_topic.publish(
            {key: encoded(event) for key, event in unlisted.items()}
        )
        self._listed |= unlisted.keys()
        # What was just written is looked at once more with the next call, and found to be known.
        self._suppressions_known = count

    async def _follow_corrections(self) -> None:
        news = _decoded(await self.corrections_topic.read(), Correction)
        self._told |= {_mention(event): event for event in news.values()}
        count = await asyncio.to_thread(self.corrections.count)
        if not news and count == self._corrections_known:
            return
        first = self._corrections_known < 0
        stored = await asyncio.to_thread(self.corrections.latest)
        lacking = [
            event
            for event in news.values()
            if _mention(event) not in stored or rank(event) > rank(stored[_mention(event)])
        ]
        erased = (await asyncio.to_thread(self.suppressions.listed)).has_post
        lacking = [event for event in lacking if not erased(event.source, event.post_id)]
        await asyncio.to_thread(self.corrections.write, lacking)
        unsaid = {
            key: event
            for key, event in stored.items()
            if key not in self._told or rank(event) > rank(self._told[key])
        }
        # Whoever wrote one may have died before it was in force; at first that may be any of them.
        due = stored.values() if first else [*news.values(), *unsaid.values()]
        await asyncio.to_thread(self.corrections.apply, list(due))
        await self.corrections_topic.publish(
            {topic_key(event): encoded(event) for event in unsaid.values()}
        )
        self._told |= unsaid
        self._corrections_known = count

    async def close(self) -> None:
        """Close all connections."""
        for topic in (self.corrections_topic, self.suppressions_topic):
            with suppress(StreamError):
                await topic.close()
        self.corrections.close()
        self.suppressions.close()


def _mention(event: Correction) -> MentionKey:
    return event.brand, event.source, event.post_id


def _decoded(records: list[tuple[str, bytes | None]], kind: type[Event]) -> Mapping[str, Event]:
    """The last event of each key; none for a key that was taken off, or for what is no event."""
    found: dict[str, Event] = {}
    for key, value in records:
        found.pop(key, None)
        if value is None:
            continue
        try:
            found[key] = msgspec.json.decode(value, type=kind)
        except msgspec.MsgspecError as error:
            logger.warning("a record with the key %s is no %s: %s", key, kind.__name__, error)
    return found
