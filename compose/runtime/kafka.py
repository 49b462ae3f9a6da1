"""Apache Kafka on this machine: one node in KRaft mode that listens on loopback only."""

import socket
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compose.runtime.jars import Jar
from schemas.errors import RuntimePartError

LOOPBACK: Final = "127.0.0.1"
# Well above what a post may have, so that an oversized one arrives and becomes a dead letter.
_MAX_MESSAGE_BYTES: Final = 5 * 1024 * 1024
_FORMAT_TIMEOUT_S: Final = 180
_YEAR_MINUTES: Final = 365 * 24 * 60

_PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@{host}:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
num.partitions={partitions}
message.max.bytes={max_message_bytes}
replica.fetch.max.bytes={max_message_bytes}
# Posts stay for thirty days; a group's place in the topic for a year, for a place that is
# forgotten would have everything read again.
log.retention.hours=720
# A file goes as a whole, so it covers a day at most. What is to be deleted is gone within a minute:
# people wait for it when they erase a person's posts.
log.roll.hours=24
log.retention.check.interval.ms=15000
log.segment.delete.delay.ms=10000
offsets.retention.minutes={offsets_retention_minutes}
# One node: no replicas.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A group starts to work at once when its first member joins.
group.initial.rebalance.delay.ms=0
# After a SIGKILL the node waits this long before it may register again. Shorter, and the broker of
# a busy machine, late with a heartbeat, shuts itself out: its partitions then have no leader.
broker.session.timeout.ms=12000
broker.heartbeat.interval.ms=1000
# Small on a small machine: the defaults are made for a cluster.
num.network.threads=2
num.io.threads=4
background.threads=4
log.cleaner.dedupe.buffer.size=8388608
log.segment.bytes=268435456
log.index.size.max.bytes=2097152
"""
# The serial collector, a small first heap and the quick compiler alone: 160 MB resident when idle
# instead of 350, and up with 2.3 s of processor time instead of 3.8.
_JVM_FLAGS: Final = (
    "-Xms64m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:ReservedCodeCacheSize=64m",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
)


@dataclass(frozen=True, slots=True)
class KafkaNode:
    """One broker and controller whose files lie in a folder.

    port: where clients connect. heap_mb: the Java heap. partitions: of a topic by default.
    """

    folder: Path
    java: Path
    jars: tuple[Jar, ...]
    port: int
    heap_mb: int = 512
    partitions: int = 4

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        """Write the settings and, the first time, format the data folder.

        Raises RuntimePartError if Kafka's own tool cannot format it.
        """
        # Posts lie there, whoever may look into the folder around it.
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._data.mkdir(exist_ok=True)
        self._properties.write_text(
            _PROPERTIES.format(
                host=LOOPBACK,
                port=self.port,
                controller_port=free_port(),
                data=self._data,
                partitions=self.partitions,
                max_message_bytes=_MAX_MESSAGE_BYTES,
                offsets_retention_minutes=_YEAR_MINUTES,
            ),
            encoding="utf-8",
        )
        if not (self._data / "meta.properties").exists():
            self._format()

    def command(self) -> tuple[str, ...]:
        """The command line that runs the broker."""
        return self._java(
            f"-Xmx{self.heap_mb}m",
            f"-XX:MaxDirectMemorySize={max(64, self.heap_mb // 4)}m",
            "kafka.Kafka",
            str(self._properties),
        )

    def _format(self) -> None:
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode("ascii")
        command = self._java(
            "kafka.tools.StorageTool",
            # With "=", for an id may begin with a dash.
            *("format", "--ignore-formatted", f"--cluster-id={cluster_id}"),
            f"--config={self._properties}",
        )
        try:
            result = subprocess.run(  # noqa: S603 - our own command line
                command, capture_output=True, text=True, timeout=_FORMAT_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RuntimePartError(
                f"Kafka's data folder {self._data} cannot be formatted: {error}. "
                "Run `groundswell doctor` to check Java and the folder."
            ) from error
        if result.returncode != 0:
            said = (result.stderr or result.stdout).strip()
            raise RuntimePartError(
                f"Kafka's data folder {self._data} cannot be formatted:\n{said[-2000:]}\n"
                "If it holds nothing that you need, remove it and start again."
            )

    def _java(self, *arguments: str) -> tuple[str, ...]:
        return (str(self.java), *_JVM_FLAGS, "-cp", _class_path(self.jars), *arguments)


def _class_path(jars: Iterable[Jar]) -> str:
    return ":".join(str(jar.path) for jar in jars)


def free_port() -> int:
    """A port on loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
