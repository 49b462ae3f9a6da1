"""The real Kafka part: starts, stops in order, survives SIGKILL with its data."""

import asyncio
import stat
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import MessageSizeTooLargeError

from compose.runtime.kafka import KafkaNode
from compose.runtime.probe import KafkaProbe
from compose.runtime.process import open_log
from schemas.errors import RuntimePartError
from tests.kafka_server import KafkaServer


async def _create(servers: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
    finally:
        await admin.close()


async def _send(servers: str, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers, max_request_size=8_000_000)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def _read(servers: str, topic: str, count: int) -> set[bytes]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return {(await asyncio.wait_for(consumer.getone(), 20)).value for _ in range(count)}
    finally:
        await consumer.stop()


def test_data_survive_an_orderly_stop_and_a_kill(tmp_path: Path):
    """What was acknowledged is there after SIGTERM and after SIGKILL."""
    server = KafkaServer(tmp_path)
    server.start()
    try:
        asyncio.run(_create(server.servers, "reviews"))
        asyncio.run(_send(server.servers, "reviews", [b"one"]))
        server.stop()
        assert server.child is not None
        assert server.child.exit_code == 143  # Java's answer to SIGTERM: it ended by itself
        server.start()
        asyncio.run(_send(server.servers, "reviews", [b"two"]))
        server.kill()
        server.start()
        assert asyncio.run(_read(server.servers, "reviews", 2)) == {b"one", b"two"}
    finally:
        server.stop()


def test_nobody_else_may_read_posts_and_logs(tmp_path: Path):
    """Even where the data folder was made by hand, for everybody to look into."""
    tmp_path.chmod(0o755)
    node = KafkaNode(folder=tmp_path / "kafka", java=tmp_path / "none", jars=(), port=1)
    with pytest.raises(RuntimePartError, match="cannot be formatted"):
        node.prepare()
    open_log(tmp_path / "logs" / "kafka.log").close()
    for name in ("kafka", "logs"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700, name


def test_oversized_posts_fit_up_to_five_megabytes(kafka: str):
    """A 2 MB record arrives, so that the worker can dead-letter it; 6 MB are refused."""
    asyncio.run(_create(kafka, "large"))
    asyncio.run(_send(kafka, "large", [b"x" * 2_000_000]))
    with pytest.raises(MessageSizeTooLargeError):
        asyncio.run(_send(kafka, "large", [b"x" * 6_000_000]))


def test_no_topic_springs_up_by_itself(kafka: str):
    """A misspelt topic gets nothing sent, and is not made."""

    async def topics_after_a_misspelt_send() -> list[str]:
        producer = AIOKafkaProducer(bootstrap_servers=kafka)
        await producer.start()
        try:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(producer.send_and_wait("reveiws", b"x"), 2)
        finally:
            await producer.client.close()
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        try:
            return list(await admin.list_topics())
        finally:
            await admin.close()

    assert "reveiws" not in asyncio.run(topics_after_a_misspelt_send())


def test_kafka_listens_on_loopback_only(kafka: str):
    """No other address of the machine is bound."""
    port = int(kafka.rpartition(":")[2])
    listening = [
        address
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and (address := connection.laddr)
    ]
    bound = {address.ip for address in listening if address.port == port}
    assert bound <= {"127.0.0.1", "::ffff:127.0.0.1"}
    assert bound
    assert KafkaProbe("127.0.0.1", port).problem() is None
