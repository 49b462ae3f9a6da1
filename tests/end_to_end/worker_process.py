"""Workers as child processes: started, killed, stopped, asked for their state."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tests.end_to_end.faulty_worker import Order


@dataclass
class WorkerProcess:
    """One worker that can die and come back."""

    order: Order
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it without waiting for it."""
        order = msgspec.json.encode(self.order).decode()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.end_to_end.faulty_worker", order],
                stdout=log,
                stderr=log,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def terminate(self, *, timeout_s: float) -> int:
        """SIGTERM; the exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout_s)

    def wait(self, *, timeout_s: float) -> int:
        """The exit status, once it has ended by itself."""
        assert self.process is not None
        return self.process.wait(timeout_s)

    def get(self, page: str) -> tuple[int, str]:
        """Status and text of /metrics, /live or /ready; 0 while nothing answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.order.port}/{page}", timeout=1
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def await_ready(self, *, timeout_s: float = 60) -> None:
        """Wait until it says that it is ready."""
        deadline = time.monotonic() + timeout_s
        while self.get("ready")[0] != 200:
            assert self.alive, self.tail()
            assert time.monotonic() < deadline, self.tail()
            time.sleep(0.1)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-3000:]
