"""`groundswell prepare` on real servers."""

import asyncio
from uuid import uuid4

import typer
from typer.testing import CliRunner

from compose.commands.prepare import prepare
from streams.worker.layout import count_partitions


def test_partitions_are_added_to_topics_that_are_there_when_asked_for(
    kafka: str, clickhouse_server: str
):
    """And not before: topics may be another's."""
    topic = f"prepared-{uuid4().hex[:8]}"
    app = typer.Typer()
    app.command()(prepare)

    def run(partitions: int, *flags: str) -> str:
        url = clickhouse_server.replace("/default", f"/{topic.replace('-', '_')}")
        words = ["--kafka", kafka, "--clickhouse-url", url, "--input-topics", topic, *flags]
        result = CliRunner().invoke(app, [*words, "--kafka-partitions", str(partitions)])
        assert result.exit_code == 0, result.output
        return result.output

    def count() -> int:
        return asyncio.run(count_partitions(kafka, [topic]))[topic]

    assert f"topics made: {topic}" in run(2)
    assert "partitions" not in run(2)
    assert f"{topic} has 2 of 5; --add-partitions adds the others" in run(5)
    assert count() == 2
    assert f"partitions added to: {topic}" in run(5, "--add-partitions")
    assert count() == 5
    assert "none, all have as many" in run(3, "--add-partitions")
    assert count() == 5
