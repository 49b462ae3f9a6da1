"""Fills a topic with the demonstration's real posts, over and over."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Final

from aiokafka import AIOKafkaProducer

from compose.demo.posts import demo_posts
from schemas.post import Post, encode_post

START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def numbered_posts(count: int) -> list[bytes]:
    """So many records, each with an id of its own."""
    return [
        encode_post(
            Post(
                post_id=f"bench-{number}",
                text=post.text,
                posted_at=START + timedelta(seconds=number),
                source=post.source,
                kind=post.kind,
                lang=post.lang,
                brand=post.brand or None,
                rating=post.stars,
                author=f"author{number % 5000}",
            )
        )
        for number, post in enumerate(islice(cycle(demo_posts()), count))
    ]


def fill(kafka: str, topic: str, records: list[bytes]) -> None:
    """Write the records, spread over the partitions."""

    async def send() -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=kafka, linger_ms=20, max_batch_size=256 * 1024, acks="all"
        )
        await producer.start()
        for record in records:
            await producer.send(topic, record)
        await producer.stop()

    asyncio.run(send())
