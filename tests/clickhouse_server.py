"""A real ClickHouse server for tests: started, stopped, killed and started again on its data."""

import contextlib
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from clickhouse_driver import Client

from compose.runtime.kafka import free_port


@dataclass
class ClickHouseServer:
    """One server in a folder, on a free port of loopback unless one is given."""

    folder: Path
    port: int = field(default_factory=free_port)
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of its database `default`."""
        return f"clickhouse://127.0.0.1:{self.port}/default"

    @property
    def log_file(self) -> Path:
        """What the server wrote."""
        return self.folder / "server.log"

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start a process without waiting for it."""
        command = [sys.executable, "-m", "compose.clickhouse_server", "--path", str(self.folder)]
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), *self.options], stderr=log, stdout=log
            )
        return self.process

    def start(self, *, timeout_s: float = 180) -> None:
        """Start the server and wait until it takes clients, which it does once it can answer."""
        process = self.spawn()
        deadline = time.monotonic() + timeout_s
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
                return
            time.sleep(0.05)
        process.kill()
        raise RuntimeError(f"ClickHouse did not start:\n{self.log_file.read_text()[-4000:]}")

    def client(self, **options: object) -> Client:
        """Return a new client, to be used as a context manager."""
        return Client("127.0.0.1", port=self.port, **{"send_receive_timeout": 30, **options})

    def stop(self, *, timeout_s: float = 30) -> int:
        """Stop it in order; return the exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout_s)

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
