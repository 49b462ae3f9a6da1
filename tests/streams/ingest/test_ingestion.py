"""Files on a real Kafka: all rows, once, whatever happens on the way."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.errors import IngestError, StreamError
from schemas.post import decode_post
from streams.ingest.checkpoint import Checkpoint
from streams.ingest.file import IngestRequest, ingest_file
from streams.ingest.mapping import FieldMapping

GOOD = 120_000


def new_topic(servers: str, *, partitions: int = 4) -> str:
    """A fresh topic."""
    name = f"posts-{uuid4().hex[:8]}"

    async def create():
        admin = AIOKafkaAdminClient(bootstrap_servers=servers)
        await admin.start()
        await admin.create_topics([NewTopic(name, partitions, 1)])
        await admin.close()

    asyncio.run(create())
    return name


def records_of(servers: str, topic: str) -> list[tuple[str, bytes, int]]:
    """Everything on the topic: key, value and partition."""

    async def read():
        consumer = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
        await consumer.start()
        partitions = [TopicPartition(topic, number) for number in range(4)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found = []
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                found += [(record.key.decode(), record.value, record.partition) for record in batch]
        await consumer.stop()
        return found

    return asyncio.run(read())


def send(request: IngestRequest, *, stop_after: int | None = None) -> Checkpoint:
    """Send a file in this process; stop_after: rows after which it is interrupted."""
    sent = [0]

    def note(progress):
        sent[0] = progress.sent

    return asyncio.run(
        ingest_file(
            request,
            stopped=lambda: stop_after is not None and sent[0] >= stop_after,
            on_start=lambda _: None,
            on_progress=note,
        )
    )


def request_for(path: Path, *, servers: str, topic: str, **more) -> IngestRequest:
    """A request for a file whose columns are called as the fields are."""
    return IngestRequest(path=path, topic=topic, servers=servers, mapping=FieldMapping(), **more)


def write_posts(path: Path, count: int, *, bad_every: int = 0) -> set[str]:
    """JSON lines with ids; returns the ids of the good ones."""
    ids = set()
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            bad = bad_every and number % bad_every == 3
            posted_at = "never" if bad else f"2026-01-01T{number % 24:02}:00:00Z"
            post = {"post_id": f"p{number}", "text": f"post {number} 好", "source": "s"}
            out.write(json.dumps({**post, "posted_at": posted_at}) + "\n")
            if not bad:
                ids.add(f"p{number}")
    return ids


def test_all_rows_and_all_reasons(kafka, tmp_path):
    """Good rows are valid posts on the topic, keyed by their ids; bad ones keep their reasons."""
    path = tmp_path / "posts.jsonl"
    ids = write_posts(path, 5000, bad_every=50)
    request = request_for(path, servers=kafka, topic=new_topic(kafka))
    done = send(request)
    assert (done.finished, done.sent, done.rejected) == (True, 4900, 100)
    records = records_of(kafka, request.topic)
    assert sorted(key for key, _, _ in records) == sorted(ids)
    assert all(decode_post(value).post_id == key for key, value, _ in records)
    assert len({partition for _, _, partition in records}) == 4
    rejected = [msgspec.json.decode(line) for line in request.rejected_path.open("rb")]
    assert [entry["row"] for entry in rejected] == list(range(4, 5001, 50))
    assert rejected[0]["field"] == "posted_at"
    assert rejected[0]["raw"]["post_id"] == "p3"


def test_interrupted_in_order_sends_no_row_twice(kafka, tmp_path):
    """After an orderly stop the rest is sent, and only the rest; then nothing is left to do."""
    path = tmp_path / "posts.jsonl"
    ids = write_posts(path, 30_000)
    request = request_for(path, servers=kafka, topic=new_topic(kafka))
    first = send(request, stop_after=8000)
    assert not first.finished
    assert 8000 <= first.row < 30_000
    assert send(request).finished
    assert send(request).finished
    assert sorted(key for key, _, _ in records_of(kafka, request.topic)) == sorted(ids)


@pytest.mark.fault
def test_killed_and_resumed_loses_nothing(kafka, tmp_path):
    """SIGKILL at any moment: every row arrives; one that comes twice is the same record."""
    path = tmp_path / "posts.jsonl"
    ids = write_posts(path, GOOD, bad_every=1000)
    topic = new_topic(kafka)
    command = [sys.executable, "-m", "compose", "ingest", str(path), "--topic", topic]
    environment = {**os.environ, "GROUNDSWELL_KAFKA": kafka, "GROUNDSWELL_INPUT_TOPICS": topic}
    checkpoint = tmp_path / "posts.jsonl.checkpoint.json"
    kills = 0
    while True:
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        while process.poll() is None and kills < 3:
            time.sleep(0.05)
            if checkpoint.exists() and checkpoint.stat().st_mtime_ns != before:
                time.sleep(0.1 * kills)
                process.send_signal(signal.SIGKILL)
                break
        if process.wait() == 0:
            break
        kills += 1
        assert kills <= 3
    records = records_of(kafka, topic)
    sent = {key: value for key, value, _ in records}
    assert kills, "the file was sent before it could be killed"
    assert sent.keys() == ids
    assert len({(key, value, partition) for key, value, partition in records}) == len(ids)
    assert len(records) < 2 * len(ids)
    rejected = [
        msgspec.json.decode(line)["row"]
        for line in (tmp_path / "posts.jsonl.rejected.jsonl").open("rb")
    ]
    assert rejected == list(range(4, GOOD, 1000))


def test_wrong_mapping_stops_early(kafka, tmp_path):
    """A file of which no row fits is not read to its end; the message shows a row's problem."""
    path = tmp_path / "posts.csv"
    path.write_text("text,posted_at,source\n" + "Good,31/03/2026,shop\n" * 5000)
    request = request_for(path, servers=kafka, topic=new_topic(kafka))
    with pytest.raises(IngestError, match=r"none of the first 1000 rows.*--time-format"):
        send(request)
    assert sum(1 for _ in request.rejected_path.open()) == 1000


def test_missing_columns_stop_before_the_start(kafka, tmp_path):
    """What a CSV file lacks is told before anything is sent."""
    path = tmp_path / "posts.csv"
    path.write_text("review,posted_at\nGood,2026-03-31\n")
    with pytest.raises(IngestError, match="no column is called 'text'"):
        send(request_for(path, servers=kafka, topic=new_topic(kafka)))


def test_missing_topic_and_kafka_are_explained(kafka, tmp_path):
    """Without a topic or a broker the message says what to start."""
    path = tmp_path / "posts.jsonl"
    write_posts(path, 10)
    for servers, topic in ((kafka, "nowhere"), ("127.0.0.1:9", "reviews")):
        with pytest.raises(StreamError, match="groundswell up"):
            send(request_for(path, servers=servers, topic=topic))


def test_missing_file_is_explained(tmp_path):
    """A wrong path is told as such."""
    with pytest.raises(IngestError, match=r"none\.csv: No such file"):
        send(request_for(tmp_path / "none.csv", servers="127.0.0.1:9", topic="reviews"))
