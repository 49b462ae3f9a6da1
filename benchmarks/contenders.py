"""The plain ways to read a topic: `python -m benchmarks.contenders WAY KAFKA TOPIC COUNT`.

Each prints the posts a second from its first record to its last.
"""

import asyncio
import os
import sys
import tempfile
import time
from uuid import uuid4

from aiokafka import AIOKafkaConsumer


async def count_only(kafka: str, topic: str, count: int) -> float:
    """A bare aiokafka loop that only counts messages."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    seen, start_s = 0, 0.0
    async for _ in consumer:
        start_s = start_s or time.perf_counter()
        seen += 1
        if seen >= count:
            break
    taken_s = time.perf_counter() - start_s
    await consumer.stop()
    return count / taken_s


def faust_records(kafka: str, topic: str, count: int) -> None:
    """A Faust agent as its guide shows it: values are Records, batches come from `take`."""
    import faust

    class PostRecord(faust.Record, serializer="json"):
        post_id: str
        text: str
        posted_at: str
        source: str
        kind: str = "social"
        lang: str | None = None
        brand: str | None = None
        rating: float | None = None
        author: str | None = None

    app = faust.App(
        f"bench-{uuid4().hex}",
        broker=f"kafka://{kafka}",
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        datadir=tempfile.mkdtemp(prefix="groundswell-bench-"),
    )
    seen, start_s = 0, 0.0

    @app.agent(app.topic(topic, value_type=PostRecord))
    async def agent(stream: faust.StreamT[PostRecord]) -> None:
        nonlocal seen, start_s
        async for batch in stream.take(256, within=0.5):
            start_s = start_s or time.perf_counter()
            seen += len(batch)
            if seen >= count:
                print("\n", (seen - len(batch)) / (time.perf_counter() - start_s), flush=True)
                os._exit(0)

    faust.Worker(app, loglevel="error", redirect_stdouts=False).execute_from_commandline()


def main() -> None:
    """Run one contender and print its rate."""
    way, kafka, topic, count = sys.argv[1:]
    if way == "count":
        print(asyncio.run(count_only(kafka, topic, int(count))))
    else:
        faust_records(kafka, topic, int(count))


if __name__ == "__main__":
    main()
