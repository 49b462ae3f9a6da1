"""Posts from Kafka: ranges of offsets, all partitions at a time, without a consumer group."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from schemas.errors import StreamError
from schemas.replay import Lane, LaneProgress, LaneRange
from streams.consumer_stop import stop_consumer
from streams.preparation import Match, PreparedBatch, prepare
from streams.records import Partition, RecordBatch
from streams.replay.ranges import LaneView, refuse_expired
from streams.replay.sources import Chunk, nothing

_FETCH_BYTES: Final = 4 * 1024 * 1024
_POLL_MS: Final = 1_000
# So long without a record where there should be some: then something is wrong.
_SILENT_POLLS: Final = 60


@dataclass(frozen=True, slots=True)
class KafkaSource:
    """Ranges of offsets.  servers: bootstrap servers. match: as for `prepare`.

    It has no group and commits nothing: live workers and their lag see nothing of it.
    """

    servers: str
    ranges: Sequence[LaneRange]
    match: Match

    async def chunks(
        self, progress: Mapping[Lane, LaneProgress], size: Callable[[], int]
    ) -> AsyncIterator[Chunk]:
        """See ReplaySource.  Raises StreamError, also for offsets that expired meanwhile."""
        left = {}
        for each in self.ranges:
            done = progress.get(each.lane)
            first = max(each.first, done.next_offset) if done else each.first
            if first < each.end and not (done and done.finished):
                left[each.lane] = LaneRange(*each.lane, first, each.end)
            elif done is None or not done.finished:
                yield _end(each)
        if not left:
            return
        async with _consumer(self.servers) as consumer:
            refuse_expired(left.values(), await _views(consumer, list(left)))
            async for chunk in self._read(consumer, left, size):
                yield chunk

    async def _read(
        self, consumer: AIOKafkaConsumer, left: Mapping[Lane, LaneRange], size: Callable[[], int]
    ) -> AsyncIterator[Chunk]:
        places = {TopicPartition(*lane): each for lane, each in left.items()}
        consumer.assign(list(places))
        for place, each in places.items():
            consumer.seek(place, each.first)
        silent = 0
        while places:
            try:
                found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=size())
            except OffsetOutOfRangeError:
                await _refuse(consumer, places.values())
                raise
            silent = 0 if found else silent + 1
            # Markers of transactions and removed records hold offsets, and come as nothing: where
            # nothing comes, the position tells.
            for place in [place for place in places if silent or place in found]:
                reached = await consumer.position(place)
                chunk = self._chunk(places[place], found.get(place, ()), reached)
                if chunk.finished:
                    del places[place]
                    consumer.pause(place)
                if chunk.records or chunk.finished:
                    yield chunk
            if silent > _SILENT_POLLS:
                lanes = ", ".join(str(each.lane) for each in places.values())
                raise StreamError(
                    f"{lanes}: Kafka has given nothing for {_SILENT_POLLS} s; is its broker up?"
                )

    def _chunk(self, each: LaneRange, records: Sequence[Any], reached: int) -> Chunk:
        reached = min(reached, each.end)
        if records and records[-1].offset >= each.end:
            records = [record for record in records if record.offset < each.end]
        return Chunk(
            lane=each.lane,
            next_offset=reached,
            position=reached,
            records=len(records),
            prepare=partial(_prepared, each.lane, records, self.match) if records else nothing,
            finished=reached >= each.end,
        )


def _end(each: LaneRange) -> Chunk:
    return Chunk(each.lane, each.end, each.end, 0, nothing, finished=True)


def _prepared(lane: Lane, records: Sequence[Any], match: Match) -> Sequence[PreparedBatch]:
    batch = RecordBatch(Partition(*lane), records)
    return (prepare(batch, match, now=datetime.now(UTC)),)


async def _refuse(consumer: AIOKafkaConsumer, ranges: Iterable[LaneRange]) -> None:
    """Raises StreamError that says what has expired of what is still to be read."""
    left = [
        LaneRange(*each.lane, await consumer.position(TopicPartition(*each.lane)), each.end)
        for each in ranges
    ]
    refuse_expired(left, await _views(consumer, [each.lane for each in left]))


async def look(
    servers: str,
    topics: Sequence[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[Lane, LaneView]:
    """What Kafka has of every partition of the topics now.  Raises StreamError."""
    async with _consumer(servers) as consumer:
        lanes = await _lanes(servers, topics)
        return await _views(consumer, lanes, since=since, until=until)


async def _lanes(servers: str, topics: Sequence[str]) -> list[Lane]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        missing = sorted(set(topics) - there)
        if missing:
            raise StreamError(
                f"--topics {','.join(missing)}: Kafka has no such topic; it has "
                f"{', '.join(sorted(name for name in there if not name.startswith('_')))}"
            )
        return [
            Lane(topic["topic"], partition["partition"])
            for topic in await admin.describe_topics(list(topics))
            for partition in topic["partitions"]
        ]
    finally:
        await admin.close()


async def _views(
    consumer: AIOKafkaConsumer,
    lanes: Sequence[Lane],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[Lane, LaneView]:
    places = [TopicPartition(*lane) for lane in lanes]
    starts = await consumer.beginning_offsets(places)
    ends = await consumer.end_offsets(places)
    # The first record of all: its time says since when something is left.
    firsts = await consumer.offsets_for_times(dict.fromkeys(places, 0))
    found = [
        await consumer.offsets_for_times(dict.fromkeys(places, round(time.timestamp() * 1000)))
        if time is not None
        else {}
        for time in (since, until)
    ]
    return {
        lane: LaneView(
            start=starts[place],
            end=ends[place],
            since=_offset(found[0], place),
            until=_offset(found[1], place),
            start_at=_time(firsts, place),
        )
        for lane, place in zip(lanes, places, strict=True)
    }


def _offset(found: Mapping[TopicPartition, Any], place: TopicPartition) -> int | None:
    return found[place].offset if found.get(place) else None


def _time(found: Mapping[TopicPartition, Any], place: TopicPartition) -> datetime | None:
    return datetime.fromtimestamp(found[place].timestamp / 1000, UTC) if found.get(place) else None


@asynccontextmanager
async def _consumer(servers: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        # What has expired is an error: going on elsewhere would leave a gap that nobody sees.
        auto_offset_reset="none",
        max_partition_fetch_bytes=_FETCH_BYTES,
        fetch_max_wait_ms=100,
    )
    try:
        await consumer.start()
        yield consumer
    except (KafkaError, OSError) as error:
        raise StreamError(
            f"Kafka at {servers} cannot be read ({error!r}); start it with `groundswell up`, or "
            "name another with --kafka"
        ) from error
    finally:
        await stop_consumer(consumer)
