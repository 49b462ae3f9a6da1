"""How many partitions the input topics have: part of a worker's name in its group.

By its name a worker that comes back has its old partitions at once, and the group deals out none
anew: not even of a topic, or of a partition, that there was not when they were dealt out. So a
worker that knows of others than before comes under another name.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

logger = logging.getLogger(__name__)

_AGAIN_S: Final = 2.0
_GROWTH_EVERY_S: Final = 15.0


def member_name(place: str, counts: Mapping[str, int]) -> str:
    """The worker's name in its group. place: where it runs, unlike any other worker's.

    counts: partitions by topic.
    """
    digest = blake2b(repr(sorted(counts.items())).encode(), digest_size=4).hexdigest()
    return f"{place}-{digest}"


async def count_partitions(servers: str, topics: Sequence[str]) -> dict[str, int]:
    """Partitions by topic, 0 for one that is not there. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        found = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    counts = {topic["topic"]: len(topic["partitions"]) for topic in found}
    return {topic: counts.get(topic, 0) for topic in topics}


async def known_counts(servers: str, topics: Sequence[str]) -> dict[str, int]:
    """The same, as soon as Kafka answers."""
    while True:
        try:
            return await count_partitions(servers, topics)
        except KafkaError as error:
            logger.warning("the input topics are not known yet: %r", error)
            await asyncio.sleep(_AGAIN_S)


async def until_more(
    servers: str, known: Mapping[str, int], *, every_s: float = _GROWTH_EVERY_S
) -> None:
    """Return once a topic has more partitions than are known; says so in the log."""
    while True:
        await asyncio.sleep(every_s)
        counts = await known_counts(servers, list(known))
        if any(counts[topic] > number for topic, number in known.items()):
            logger.info("there are more partitions: %s, %s before", counts, dict(known))
            return
