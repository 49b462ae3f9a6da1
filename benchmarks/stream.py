"""Posts a second through the worker, beside plain loops: `python -m benchmarks.stream`.

The worker reads, decodes, matches, batches and stores in ClickHouse with a stub model; then with
the real model, beside the model alone on the same texts.
"""

import argparse
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import harmonic_mean
from uuid import uuid4

import psutil
from clickhouse_driver import Client
from rich.console import Console
from rich.table import Table

from benchmarks.servers import Servers, servers
from benchmarks.topic import fill, numbered_posts
from compose.demo.posts import WATCHLIST_FILE, demo_posts
from compose.runtime.kafka import free_port
from models.scorer import load_scorer
from schemas.mention import COLUMN_NAMES
from schemas.topics import INPUT_TOPICS
from schemas.watchlist import load_watchlist
from streams.clickhouse.mention_sink import ClickHouseMentionSink

TOPIC = INPUT_TOPICS[0]
# Posts a second are taken between these shares of the work: start and end are left out.
_FROM, _TO = 0.1, 0.95


@dataclass(frozen=True, slots=True)
class Run:
    """One run of workers over the topic.

    rate: posts a second. growth_mb: resident memory at its highest above that at a tenth.
    """

    rate: float
    growth_mb: float


def contender(way: str, place: Servers, count: int) -> float:
    """Posts a second of a plain loop, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.contenders", way, place.kafka, TOPIC, str(count)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(said.split()[-1])


def run_workers(
    place: Servers, count: int, *, model: str, processes: int = 1, every_s: float = 0.1
) -> Run:
    """Work the topic off with fresh offsets, and look every so many seconds how far it is.

    With several processes the rate counts from when all of them work.
    """
    group = f"bench-{uuid4().hex}"
    with ExitStack() as stack:
        workers = [
            stack.enter_context(running_worker(place, group, model)) for _ in range(processes)
        ]
        marks: list[tuple[float, int]] = []
        resident: list[tuple[int, int]] = []
        done = 0
        while done < count:
            time.sleep(every_s)
            settled = [worker.posts() for worker in workers]
            done = sum(settled)
            if all(settled):
                marks.append((time.perf_counter(), done))
            resident.append((done, sum(worker.resident() for worker in workers)))
    inner = [mark for mark in marks if _FROM * count <= mark[1] <= _TO * count]
    (start_s, first), (end_s, last) = inner[0], inner[-1]
    base = next(size for seen, size in resident if seen >= _FROM * count)
    highest = max(size for _, size in resident)
    return Run((last - first) / (end_s - start_s), (highest - base) / 2**20)


@dataclass(frozen=True, slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    port: int

    def posts(self) -> int:
        """Records settled so far, 0 until it answers."""
        assert self.process.poll() is None, "the worker ended; see its log"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
                text = answer.read().decode()
        except OSError:
            return 0
        lines = [line for line in text.splitlines() if line.startswith("groundswell_posts_total")]
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines)

    def resident(self) -> int:
        """Bytes of resident memory."""
        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextmanager
def running_worker(
    place: Servers, group: str, model: str, *, topics: str = ",".join(INPUT_TOPICS)
) -> Iterator[_Worker]:
    """A worker in a process of its own."""
    port = free_port()
    settings = {
        "KAFKA": place.kafka,
        "CLICKHOUSE_URL": place.clickhouse_url,
        "CONSUMER_GROUP": group,
        "MODEL": model,
        "INPUT_TOPICS": topics,
        "WATCHLIST": str(WATCHLIST_FILE),
        "WORKER_PORT": str(port),
        "DATA_DIR": str(place.folder),
    }
    environment = os.environ | {f"GROUNDSWELL_{key}": value for key, value in settings.items()}
    with (place.folder / f"worker-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "compose", "worker"], env=environment, stdout=log, stderr=log
        )
    try:
        yield _Worker(process, port)
    finally:
        process.kill()
        process.wait()


def insert_rates(place: Servers, rows: int) -> tuple[float, float]:
    """Rows a second of the sink by column, and of a plain loop that inserts tuples."""
    client = Client.from_url(place.clickhouse_url)
    stored = client.execute(
        f"SELECT {', '.join(COLUMN_NAMES)} FROM mentions LIMIT %(rows)s", {"rows": rows}
    )
    columns = [list(column) for column in zip(*stored, strict=True)]
    times = {"posted_at", "received_at", "scored_at"}
    columns = [
        [int(value.timestamp() * 1000) for value in column] if name in times else column
        for name, column in zip(COLUMN_NAMES, columns, strict=True)
    ]
    client.execute("CREATE TABLE plain AS mentions")
    start_s = time.perf_counter()
    client.execute(f"INSERT INTO plain ({', '.join(COLUMN_NAMES)}) VALUES", stored)
    plain = len(stored) / (time.perf_counter() - start_s)
    sink = ClickHouseMentionSink(place.clickhouse_url)
    start_s = time.perf_counter()
    sink.insert(columns)
    return len(stored) / (time.perf_counter() - start_s), plain


def model_rate(count: int) -> float:
    """Posts a second of the model alone, on the texts of the topic, in batches of 512."""
    watchlist = load_watchlist(WATCHLIST_FILE)
    scorer = load_scorer("shipped", {topic.name: topic.phrases for topic in watchlist.topics})
    posts = demo_posts()
    posts = (posts * (count // len(posts) + 1))[:count]
    texts, langs = [post.text for post in posts], [post.lang for post in posts]
    scorer.score(texts[:64], langs[:64])
    start_s = time.perf_counter()
    for first in range(0, count, 512):
        scorer.score(texts[first : first + 512], langs[first : first + 512])
    return count / (time.perf_counter() - start_s)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000, help="posts for the stub model")
    parser.add_argument("--scored", type=int, default=8_000, help="posts for the real model")
    asked = parser.parse_args()
    table = Table("way", "posts or rows a second", "ratio", "to")
    console = Console()

    def row(way: str, rate: float, base: float, to: str) -> None:
        table.add_row(way, f"{rate:,.0f}", f"{rate / base:.2f}", to)
        console.print(f"[dim]{way}: {rate:,.0f}[/dim]")

    with servers() as place:
        fill(place.kafka, TOPIC, numbered_posts(asked.posts))
        bare = contender("count", place, asked.posts)
        row("bare aiokafka loop that only counts", bare, bare, "itself")
        faust = contender("faust", place, asked.posts // 10)
        row("Faust agent, Record values, take(256)", faust, bare, "the bare loop")
        one = run_workers(place, asked.posts, model="stub")
        row("worker to ClickHouse, stub model", one.rate, bare, "the bare loop")
        row("  the same", one.rate, faust, "the Faust agent")
        two = run_workers(place, asked.posts, model="stub", processes=2)
        row("two workers", two.rate, bare, "the bare loop")
        by_column, plain = insert_rates(place, 100_000)
        row("rows into ClickHouse, by column", by_column, plain, "a plain insert of tuples")
        table.add_row("worker's memory above the start", f"{one.growth_mb:.0f} MB", "", "")
    with servers() as place:
        fill(place.kafka, TOPIC, numbered_posts(asked.scored))
        # In turn, for what else the machine does changes with the minutes.
        rounds = [
            (
                model_rate(asked.scored),
                run_workers(place, asked.scored, model="shipped", every_s=1).rate,
            )
            for _ in range(2)
        ]
        alone, scored = (harmonic_mean(rates) for rates in zip(*rounds, strict=True))
        row("the model alone", alone, alone, "itself")
        row("worker to ClickHouse, shipped model", scored, alone, "the model alone")
    console.print(table)


if __name__ == "__main__":
    main()
