"""The Faust application: reads the input topics and hands what it reads to the pipeline."""

import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import faust
from faust.types import TP

from streams.offsets import OffsetTracker
from streams.records import Partition, RecordBatch
from streams.worker.config import WorkerConfig
from streams.worker.layout import member_name
from streams.worker.transport import StretchApp, StretchSchema, scheduling_strategy

Put = Callable[[RecordBatch], Awaitable[None]]
Drain = Callable[[float], Awaitable[bool]]

_MAX_STRETCH: Final = 500
# When partitions go to another worker, what is in work has this long to be committed first.
_HANDOVER_S: Final = 5.0


def build_app(
    config: WorkerConfig,
    *,
    counts: Mapping[str, int],
    tracker: OffsetTracker,
    put: Put,
    drain: Drain,
) -> faust.App:
    """A Faust application with one agent on the input topics.

    counts: their partitions, which are part of its name.
    put: takes each batch of records; it waits while the pipeline is full, and Faust then stops
    fetching.  drain: waits, so many seconds at most, for what was put to be committed.
    """
    app = StretchApp(
        config.consumer_group,
        broker=";".join(f"kafka://{server}" for server in config.kafka.split(",")),
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=2 * 1024 * 1024,
        broker_max_poll_records=20 * _MAX_STRETCH,
        # A worker that died and came back is the same member: it goes on at once, where the
        # group would otherwise wait for the dead one's session to end.
        consumer_group_instance_id=member_name(f"{socket.gethostname()}-{config.web_port}", counts),
        # Model and database work in threads of their own, so a live worker always answers.
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        # While ClickHouse is away nothing is read, and the partitions stay here all the same.
        broker_max_poll_interval=24 * 3600.0,
        # Nothing is acknowledged through Faust: waiting for it would wait for ever.
        stream_wait_empty=False,
        stream_buffer_maxsize=4,
        ConsumerScheduler=scheduling_strategy(_MAX_STRETCH),
    )
    topic = app.topic(*config.input_topics, schema=StretchSchema(), acks=False)

    @app.agent(topic, name="posts", concurrency=1)
    async def posts(stream: Any) -> None:  # noqa: ANN401 - Faust's stream has no usable type
        async for event in stream.noack().events():
            message = event.message
            partition = Partition(message.topic, message.partition)
            await put(RecordBatch(partition, event.value, epoch=message.generation_id))

    async def on_assigned(_: object, *args: object, **__: object) -> None:
        tracker.assign(_partitions(args[0]), epoch=app.consumer_generation_id)

    async def on_revoked(_: object, *args: object, **__: object) -> None:
        await drain(_HANDOVER_S)
        tracker.revoke(_partitions(args[0]))

    # mode's type for a handler admits none that can be written.
    signals: Any = app
    signals.on_partitions_assigned.connect(on_assigned)
    signals.on_partitions_revoked.connect(on_revoked)
    return app


def _partitions(found: Any) -> set[Partition]:  # noqa: ANN401 - Faust's topic partitions
    return {Partition(*tp) for tp in found}


async def commit(app: faust.App, offsets: dict[Partition, int]) -> bool:
    """Commit offsets at the broker; False if it refused them (the partitions moved on).

    Faust's own `commit` knows only what it acknowledged itself, which is nothing here.
    """
    consumer: Any = app.consumer
    done: bool = await consumer._commit(  # noqa: SLF001 - no public way to commit an offset
        {TP(*partition): offset for partition, offset in offsets.items()}
    )
    return done
