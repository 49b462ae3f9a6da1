"""`python -m compose.demo.player`: plays the demonstration's posts to Kafka until it is stopped.

Posts of the present go out as they come. The past is filled in backwards beside them, as fast as
the workers keep up, so that the charts are not empty.
"""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from aiokafka.errors import KafkaError

from compose.demo import progress
from compose.demo.backlog import Backlog
from compose.demo.posts import demo_posts
from compose.demo.programme import Programme, spoiled
from compose.flags import takes_settings
from compose.settings import Settings
from schemas.errors import GroundswellError, StreamError
from schemas.post import Post, encode_post
from streams.ingest.delivery import Delivery, delivery

logger = logging.getLogger(__name__)

STATE_FILE: Final = "demo-player.json"
_SPOILED_SHARE: Final = 0.002
_TICK_S: Final = 0.25
# The past waits while the workers have more than this many posts before them.
_MAX_BACKLOG: Final = 400
_MAX_PAST_POSTS_PER_S: Final = 80

Send = Callable[[Sequence[Post]], Awaitable[None]]


@dataclass(slots=True)
class Player:
    """Plays a programme.

    send: gives posts to Kafka and returns once it has them.
    backlog: how many posts the workers have before them.
    clock: seconds since 1970.
    """

    programme: Programme
    send: Send
    backlog: Callable[[], Awaitable[int]]
    state: Path
    clock: Callable[[], float] = time.time
    # Posts of the past that may go out now; below zero where the last minute was a full one.
    past_credit: float = 0.0

    async def play(self, stop: asyncio.Event, *, history_minutes: int) -> None:
        """Play until told to stop."""
        now_s = self.clock()
        played = progress.resume(
            progress.load(self.state), now=int(now_s // 60), history=history_minutes
        )
        progress.save(self.state, played)
        logger.info("playing, %d minutes of the past to fill", _minutes(played))
        waiting: list[Post] = []
        while not stop.is_set():
            began_s = self.clock()
            if not waiting and began_s >= played.live_from * 60:
                waiting = self._minute(played)
            due = [post for post in waiting if post.posted_at.timestamp() <= began_s]
            await self.send(due)
            waiting = waiting[len(due) :]
            if not waiting and began_s >= (played.live_from + 1) * 60:
                played = played.reached(played.live_from + 1)
                progress.save(self.state, played)
            played = await self._fill_past(played)
            await _pause(stop, _TICK_S - (self.clock() - began_s))

    def _minute(self, played: progress.Played) -> list[Post]:
        minute = played.live_from
        posts = self.programme.usual(minute)
        posts += self.programme.surge(minute, start_minute=played.start)
        return sorted(posts, key=lambda post: post.posted_at)

    async def _fill_past(self, played: progress.Played) -> progress.Played:
        """Fill minutes of the past, the latest first, while the workers keep up."""
        self.past_credit = min(self.past_credit + _MAX_PAST_POSTS_PER_S * _TICK_S, 1.0)
        while played.gaps and self.past_credit > 0 and await self._workers_keep_up():
            posts = self.programme.usual(played.gaps[0][1] - 1)
            await self.send(posts)
            self.past_credit -= len(posts)
            played = played.without_last_gap_minute()
            progress.save(self.state, played)
        return played

    async def _workers_keep_up(self) -> bool:
        try:
            return await self.backlog() < _MAX_BACKLOG
        except KafkaError as error:
            # A fresh Kafka has no coordinator of groups yet; the posts of the present go on.
            logger.info("the workers' backlog is not known: %r", error)
            return False


def to_topics(
    deliveries: Sequence[Delivery], random: np.random.Generator
) -> Callable[[Sequence[Post]], Awaitable[None]]:
    """Sends reviews to the first topic and all else to the last; now and then one is spoiled."""

    async def send(posts: Sequence[Post]) -> None:
        sent = []
        for index, wanted in ((0, True), (-1, False)):
            records = [
                (post.post_id.encode(), _record(post, random))
                for post in posts
                if (post.kind == "review") is wanted
            ]
            sent += await deliveries[index].send(records)
        await asyncio.gather(*sent)

    return send


def _record(post: Post, random: np.random.Generator) -> bytes:
    record = encode_post(post)
    if random.random() < _SPOILED_SHARE:
        return spoiled(record, choice=int(random.integers(100)))
    return record


def _minutes(played: progress.Played) -> int:
    return sum(until - first for first, until in played.gaps)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), max(seconds, 0.01))
    except TimeoutError:
        return


async def run(settings: Settings, *, posts_per_s: float, history_minutes: int) -> None:
    """Connect to Kafka and play until SIGTERM or Ctrl-C.  Raises StreamError."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        topics = (settings.input_topics[0], settings.input_topics[-1])
        deliveries = [
            await stack.enter_async_context(delivery(settings.kafka, topic)) for topic in topics
        ]
        backlog = await stack.enter_async_context(
            Backlog(settings.kafka, group=settings.consumer_group, topics=settings.input_topics)
        )
        player = Player(
            programme=Programme(demo_posts(), posts_per_s),
            send=to_topics(deliveries, np.random.default_rng()),
            backlog=backlog.posts,
            state=settings.data_dir / STATE_FILE,
        )
        try:
            await player.play(stop, history_minutes=history_minutes)
        except KafkaError as error:
            raise StreamError(
                f"Kafka at {settings.kafka} stopped taking posts ({error!r}); start the player "
                "again once it is up: it goes on where it stopped"
            ) from error


@takes_settings("kafka", "input_topics", "consumer_group", "data_dir")
def player(
    settings: Settings,
    *,
    rate: Annotated[float, typer.Option(min=0.1, max=50, help="Posts a second.")] = 3.0,
    history_hours: Annotated[float, typer.Option(min=0, help="How much past to fill in.")] = 6.0,
) -> None:
    """Play real posts in many languages to the input topics until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    asyncio.run(run(settings, posts_per_s=rate, history_minutes=round(history_hours * 60)))


if __name__ == "__main__":
    try:
        typer.run(player)
    except GroundswellError as error:
        sys.exit(f"demo player: {error}")
