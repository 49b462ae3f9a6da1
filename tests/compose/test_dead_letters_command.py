"""`groundswell dead-letters` on a real Kafka."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner

from compose.commands.dead_letters import app
from schemas.dead_letter import dead_letter
from schemas.errors import InvalidPostError, StreamError
from schemas.topics import DEAD_LETTER_TOPIC
from tests.streams.ingest.test_ingestion import new_topic, records_of

COUNT = 30
runner = CliRunner()


@pytest.fixture
def source(kafka) -> str:
    """A topic of which thirty records were dead-lettered, one of them twice."""
    topic = new_topic(kafka)

    async def write():
        async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
            for offset in [*range(COUNT), 0]:
                letter = dead_letter(
                    InvalidPostError(field="text", value="''", remedy=f"send {uuid4()}"),
                    value=bytes([0xFF, 0, offset]),
                    key=f"key-{offset}".encode(),
                    headers=[("trace", b"\x00\x01")],
                    topic=topic,
                    partition=offset % 4,
                    offset=offset,
                    failed_at=datetime.now(UTC) - timedelta(minutes=COUNT - offset),
                )
                await producer.send_and_wait(
                    DEAD_LETTER_TOPIC,
                    value=letter.value,
                    key=letter.identity.encode(),
                    headers=letter.to_headers(),
                )

    asyncio.run(write())
    return topic


def run(kafka: str, *arguments: str):
    """Run the command; returns its result."""
    return runner.invoke(app, [*arguments, "--kafka", kafka], catch_exceptions=False)


def test_list_shows_the_newest_first(kafka, source):
    """As a table for people, as JSON for programs; filters and limit hold."""
    result = run(kafka, "list", "--topic", source, "--limit", "3", "--json")
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert [entry["place"] for entry in entries] == [
        f"{source}:1:29", f"{source}:0:28", f"{source}:3:27"
    ]  # fmt: skip
    assert entries[0]["bytes"] == 3
    result = run(kafka, "list", "--topic", source, "--since", "10m")
    assert f"{source}:0:28" in result.stdout.replace("\n", "")
    assert "9 of 9 dead letters" in result.stdout


def test_show_gives_the_record(kafka, source):
    """For reading in hexadecimal; with --raw the bytes alone."""
    place = f"{source}:1:5"
    assert "ff 00 05" in run(kafka, "show", place).stdout
    assert run(kafka, "show", place, "--raw").stdout_bytes == b"\xff\x00\x05"
    with pytest.raises(StreamError, match="is no dead letter"):
        run(kafka, "show", "reviews:0:999999")


def test_redrive_sends_each_record_back_once(kafka, source):
    """Bytes, key and partition are as they were; the second call has nothing to do."""
    dry = run(kafka, "redrive", "--topic", source, "--dry-run")
    assert f"{COUNT} records would be sent" in dry.stdout
    assert records_of(kafka, source) == []
    one = run(kafka, "redrive", f"{source}:1:5")
    assert "1 records were sent" in one.stdout
    rest = run(kafka, "redrive", "--topic", source)
    assert f"{COUNT - 1} records were sent" in rest.stdout
    assert "1 were sent back before" in rest.stdout
    assert "0 records were sent" in run(kafka, "redrive", "--topic", source).stdout
    expected = [(f"key-{n}", bytes([0xFF, 0, n]), n % 4) for n in range(COUNT)]
    assert sorted(records_of(kafka, source)) == sorted(expected)
    listed = run(kafka, "list", "--topic", source, "--json").stdout.splitlines()
    assert all(json.loads(line)["redriven_at"] for line in listed)


def test_redrive_again_on_demand(kafka, source):
    """--again sends what was sent before."""
    for flags, count in (([], 1), ([], 1), (["--again"], 2)):
        run(kafka, "redrive", f"{source}:1:5", *flags)
        assert len(records_of(kafka, source)) == count


def test_redrive_wants_to_be_told_what(kafka):
    """Nothing is sent by accident."""
    result = run(kafka, "redrive")
    assert result.exit_code == 2
    assert "--all" in result.output
