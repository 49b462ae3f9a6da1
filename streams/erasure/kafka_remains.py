"""Records of erased posts on the input topics: how long they stay, and deleting them at once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from schemas.erasure_report import KafkaRemains
from schemas.errors import StreamError
from streams.erasure.work_store import ErasedPost

_RETENTION: Final = "retention.ms"
# A file is deleted as a whole, once its last record is old enough.
_SEGMENT: Final = "segment.ms"
_FOR_EVER: Final = timedelta(days=100 * 365)


async def kafka_remains(
    servers: str, posts: Iterable[ErasedPost], *, group: str = "", truncate: bool = False
) -> tuple[KafkaRemains, ...]:
    """Where Kafka keeps records of these posts, and until when.

    truncate: delete all records up to them as well, which cannot be read again by anyone, in
    partitions where the consumer group has committed past them. Raises StreamError.
    """
    places: dict[TopicPartition, list[ErasedPost]] = defaultdict(list)
    for post in posts:
        if post.kafka_topic:
            places[TopicPartition(post.kafka_topic, post.kafka_partition)].append(post)
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        known = {place: found for place, found in places.items() if place.topic in there}
        lasts = {topic: await _lasts(admin, topic) for topic in {one.topic for one in known}}
        committed = await admin.list_consumer_group_offsets(group) if truncate else {}
        remains = []
        for place, found in sorted(known.items()):
            beyond = max(post.kafka_offset for post in found) + 1
            done = place in committed and committed[place].offset >= beyond
            if done:
                await admin.delete_records({place: RecordsToDelete(before_offset=beyond)})
            remains.append(_remains(place, found, lasts[place.topic], deleted=done))
    except (KafkaError, OSError) as error:
        raise StreamError(
            f"how long Kafka at {servers} keeps the records is not known ({error!r}); run the "
            "same command again"
        ) from error
    finally:
        await admin.close()
    return tuple(remains)


def _remains(
    place: TopicPartition, found: list[ErasedPost], lasts: timedelta | None, *, deleted: bool
) -> KafkaRemains:
    newest: datetime = max(post.received_at for post in found)
    return KafkaRemains(
        topic=place.topic,
        partition=place.partition,
        records=len(found),
        until=None if lasts is None else newest + lasts,
        deleted=deleted,
    )


async def _lasts(admin: AIOKafkaAdminClient, topic: str) -> timedelta | None:
    """How long a record stays at most; None for ever."""
    resource = ConfigResource(
        ConfigResourceType.TOPIC, topic, configs={_RETENTION: "", _SEGMENT: ""}
    )
    (answer,) = await admin.describe_configs([resource])
    ((code, message, _, _, entries),) = answer.resources
    if code:
        raise for_code(code)(message)
    values = {entry[0]: int(entry[1]) for entry in entries}
    if values[_RETENTION] < 0:
        return None
    lasts = timedelta(milliseconds=values[_RETENTION] + values[_SEGMENT])
    return lasts if lasts < _FOR_EVER else None
