"""Replays beside the live way and the model alone: `python -m benchmarks.replay`.

Posts a second of a replay with a stub model, as ratios to a Faust agent and to the worker on the
same topic; with the real model, to the model alone; and how late live posts are while a replay
takes half of the machine. All of it shares the same cores: rates mean little, their ratios more.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from statistics import harmonic_mean, median, quantiles
from threading import Event, Thread
from typing import Any, Final, cast
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaProducer
from msgspec import structs
from rich.console import Console
from rich.table import Table

from benchmarks.servers import Servers, servers
from benchmarks.stream import contender, run_workers, running_worker
from benchmarks.topic import fill, numbered_posts
from compose.demo.posts import WATCHLIST_FILE
from compose.replay_parts import Wanted, plan_replay
from compose.settings import Settings
from schemas.post import Post, encode_post
from schemas.replay import LaneRange
from schemas.scores import ScoreBatch
from schemas.topics import INPUT_TOPICS
from streams.clickhouse.connection import connect
from streams.replay.kafka_source import KafkaSource
from streams.replay.runner import ReplayRunner
from streams.replay.store import Job, ReplayStore
from streams.text_scorer import TextScorer

TOPIC: Final = INPUT_TOPICS[0]
LIVE_TOPIC: Final = INPUT_TOPICS[1]
PARTS: Final = ("stub", "scored", "live")
_POLL_S: Final = 0.05
_ROUNDS: Final = 7
_SEEN_SQL: Final = """
SELECT toUInt64(substring(post_id, 6)) FROM mentions
WHERE brand = 'Toyota' AND posted_at >= now() - INTERVAL 2 HOUR AND kafka_topic = %(topic)s
"""


@contextmanager
def replaying(place: Servers, *words: str, model: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`groundswell replay …` in a process of its own."""
    settings = {
        "KAFKA": place.kafka,
        "CLICKHOUSE_URL": place.clickhouse_url,
        "MODEL": model,
        "WATCHLIST": str(WATCHLIST_FILE),
        "DATA_DIR": str(place.folder),
    }
    environment = os.environ | {f"GROUNDSWELL_{key}": value for key, value in settings.items()}
    with (place.folder / "replay.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "compose", "replay", *words],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def replay_rate(place: Servers, *, model: str) -> float:
    """Posts a second of a replay of the whole topic, from its start to its end."""
    with replaying(place, "--topics", TOPIC, model=model) as process:
        assert process.wait() == 0, (place.folder / "replay.log").read_text()
    job = latest(place)
    taken = job.events[-1].at - job.events[0].at
    return sum(lane.read for lane in job.progress.values()) / taken.total_seconds()


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a post: seconds by the clock, and seconds of cores, which neighbours spare more."""

    clock_s: float
    core_s: float


@contextmanager
def spent(costs: list[Cost], posts: int) -> Iterator[None]:
    """Note what the block costs for each of so many posts."""
    clock_s, core_s = time.perf_counter(), time.process_time()
    yield
    costs.append(
        Cost((time.perf_counter() - clock_s) / posts, (time.process_time() - core_s) / posts)
    )


class Remembering:
    """A scorer that keeps what it was asked.

    other: one like it, that has not seen the texts: a scorer remembers what it has encoded.
    """

    def __init__(self, scorer: TextScorer, other: TextScorer) -> None:
        self._scorer = scorer
        self._other = other
        self.model_version, self.model_sha256 = scorer.model_version, scorer.model_sha256
        self.knows_targets = scorer.knows_targets
        self.asked: list[tuple[Any, ...]] = []

    def score(
        self,
        texts: Sequence[str],
        langs: Sequence[str],
        *,
        targets: Sequence[Sequence[str]] | None = None,
    ) -> ScoreBatch:
        """The other's scores."""
        self.asked.append((texts, langs, targets))
        return self._scorer.score(texts, langs, targets=targets)

    def again(self) -> None:
        """Score all of it once more, without anything around."""
        for texts, langs, targets in self.asked:
            self._other.score(texts, langs, targets=targets)


def scored_costs(place: Servers, posts: int, rounds: int) -> tuple[list[Cost], list[Cost]]:
    """Replays of so many posts in this process and, in turn, the model alone on their batches."""
    settings = Settings(
        kafka=place.kafka,
        clickhouse_url=place.clickhouse_url,
        model="shipped",
        watchlist=WATCHLIST_FILE,
    )
    wanted = Wanted(topics=(TOPIC,))
    plan, parts = plan_replay(settings, wanted, who="benchmark", asked="")
    _, other = plan_replay(settings, wanted, who="benchmark", asked="")
    lane = max(plan.ranges, key=lambda each: each.size)
    replayed: list[Cost] = []
    alone: list[Cost] = []
    for number in range(rounds):
        first = number * posts
        part = LaneRange(*lane.lane, first, first + posts)
        assert part.end <= lane.end, "give more posts"
        scorer = Remembering(parts.scorer, other.scorer)
        source = replace(cast(KafkaSource, parts.source), ranges=(part,))
        run = ReplayRunner(replace(parts, source=source, scorer=scorer, save=lambda _: None), {})
        with spent(replayed, posts):
            asyncio.run(run.run())
        with spent(alone, posts):
            scorer.again()
    return replayed, alone


def latest(place: Servers) -> Job:
    """The replay that was begun last."""
    return _latest(place)[0]


def _latest(place: Servers) -> list[Job]:
    with closing(ReplayStore(place.clickhouse_url)) as store:
        return store.latest(1)


class LivePosts:
    """Posts that arrive one by one, and how long each takes to be in ClickHouse, in seconds."""

    def __init__(self, place: Servers, *, rate: float) -> None:
        self._place = place
        self._rate = rate
        self._sent_s: dict[int, float] = {}
        self._stop = Event()

    def ages(self, seconds: float) -> list[float]:
        """Send for so long, and wait until all is there."""
        self._sent_s.clear()
        sending = Thread(target=self._send, args=(seconds,))
        sending.start()
        ages: dict[int, float] = {}
        with connect(self._place.clickhouse_url) as client:
            while sending.is_alive() or len(ages) < len(self._sent_s):
                now_s = time.time()
                for (number,) in client.execute(_SEEN_SQL, {"topic": LIVE_TOPIC}):
                    if number in self._sent_s:
                        ages.setdefault(number, now_s - self._sent_s[number])
                time.sleep(_POLL_S)
        return list(ages.values())

    def _send(self, seconds: float) -> None:
        asyncio.run(self._send_all(seconds))

    async def _send_all(self, seconds: float) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self._place.kafka, acks="all")
        await producer.start()
        try:
            begun_s = time.time()
            first = int(begun_s * 1000)
            for number in range(first, first + int(seconds * self._rate)):
                post = Post(
                    post_id=f"live-{number}",
                    text=f"I drove my Toyota to work again today, and nothing happened, {number}",
                    posted_at=datetime.now(UTC),
                    source="bench",
                    lang="en",
                )
                self._sent_s[number] = time.time()
                await producer.send_and_wait(LIVE_TOPIC, encode_post(post))
                await asyncio.sleep(max(0.0, begun_s + (number - first) / self._rate - time.time()))
        finally:
            await producer.stop()


def live_ages(place: Servers, *, seconds: float, rate: float) -> tuple[list[float], list[float]]:
    """Ages of live posts without a replay, and with one at half of the machine."""
    live = LivePosts(place, rate=rate)
    with running_worker(place, f"bench-{uuid4().hex}", "shipped", topics=LIVE_TOPIC):
        live.ages(5)
        alone = live.ages(seconds)
        words = ("--topics", TOPIC, "--share", "0.5")
        with replaying(place, *words, model="shipped") as process:
            deadline = datetime.now(UTC) + timedelta(seconds=60)
            while not any(job.progress for job in _latest(place)):
                assert process.poll() is None, (place.folder / "replay.log").read_text()
                assert datetime.now(UTC) < deadline
                time.sleep(0.5)
            beside = live.ages(seconds)
            assert process.poll() is None, "the replay ended too soon; give more --backlog"
    return alone, beside


def p99(ages: list[float]) -> float:
    """The 99th percentile."""
    return quantiles(ages, n=100)[98]


Row = tuple[str, str, str, str]


def distinct_posts(count: int) -> list[bytes]:
    """Numbered posts whose texts differ: a model remembers those that it has read."""
    posts = (msgspec.json.decode(record, type=Post) for record in numbered_posts(count))
    return [
        encode_post(structs.replace(post, text=f"{post.text} {number}"))
        for number, post in enumerate(posts)
    ]


def stub_rows(posts: int) -> Iterator[Row]:
    """A replay with a stub model, beside a Faust agent and the worker."""
    with servers() as place:
        fill(place.kafka, TOPIC, numbered_posts(posts))
        # In turn, for what else the machine does changes with the minutes.
        rounds = [
            (
                contender("faust", place, posts // 20),
                run_workers(place, posts, model="stub").rate,
                replay_rate(place, model="stub"),
            )
            for _ in range(2)
        ]
    faust, worker, replay = (harmonic_mean(rates) for rates in zip(*rounds, strict=True))
    yield _row("Faust agent, Record values, take(256)", faust, faust, "itself")
    yield _row("worker to ClickHouse, stub model", worker, faust, "the Faust agent")
    yield _row("replay to ClickHouse, stub model", replay, faust, "the Faust agent")
    yield _row("  the same", replay, worker, "the worker")


def scored_rows(posts: int) -> Iterator[Row]:
    """A replay with the real model, beside the model alone; the first round only warms up."""
    with servers() as place:
        fill(place.kafka, TOPIC, distinct_posts(5 * posts))
        rounds = scored_costs(place, posts // _ROUNDS, _ROUNDS)
    for name, of in (("by the clock", attrgetter("clock_s")), ("by core", attrgetter("core_s"))):
        replayed, alone = (1 / median(map(of, costs[1:])) for costs in rounds)
        yield _row(f"the model alone, {name}", alone, alone, "itself")
        yield _row(f"replay, shipped model, {name}", replayed, alone, "the model alone")


def live_rows(backlog: int, *, seconds: float, rate: float) -> Iterator[Row]:
    """How late live posts are, without a replay and with one at half of the machine."""
    with servers() as place:
        fill(place.kafka, TOPIC, distinct_posts(backlog))
        before, during = live_ages(place, seconds=seconds, rate=rate)
    for name, measure in (("median", median), ("99th percentile", p99)):
        base, found = measure(before), measure(during)
        yield f"live posts' age, {name}", f"{base:.2f} s", "1.00", "itself"
        yield "  beside a replay at half", f"{found:.2f} s", f"{found / base:.2f}", "without it"


def _row(way: str, rate: float, base: float, to: str) -> Row:
    return way, f"{rate:,.0f}", f"{rate / base:.2f}", to


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=400_000, help="posts for the stub model")
    parser.add_argument("--scored", type=int, default=20_000, help="posts for the real model")
    parser.add_argument("--seconds", type=float, default=40, help="of live posts, each time")
    parser.add_argument("--live-rate", type=float, default=20, help="live posts a second")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one")
    asked = parser.parse_args()
    found = {
        "stub": stub_rows(asked.posts),
        "scored": scored_rows(asked.scored),
        "live": live_rows(20 * asked.scored, seconds=asked.seconds, rate=asked.live_rate),
    }
    table = Table("way", "posts a second", "ratio", "to")
    console = Console()
    for part in asked.part or PARTS:
        for row in found[part]:
            table.add_row(*row)
            console.print(f"[dim]{'  '.join(row)}[/dim]")
    console.print(table)


if __name__ == "__main__":
    main()
