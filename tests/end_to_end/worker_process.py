"""Workers as child processes: started, killed, stopped, asked for their state."""

import re
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil

from tests.end_to_end.faulty_worker import Order, run
from tests.end_to_end.forked import Forked


@dataclass
class WorkerProcess:
    """One worker that can die and come back."""

    order: Order
    log: Path
    process: Forked | None = field(default=None)
    restarts: int = 0

    def start(self) -> None:
        """Start it without waiting for it."""
        order = msgspec.json.encode(self.order).decode()
        self.process = Forked(run, order, self.log)

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

    def get(self, page: str, *, answer_s: float = 1) -> tuple[int, str]:
        """Status and text of /metrics, /live or /ready; 0 while nothing answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.order.port}/{page}", timeout=answer_s
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def await_ready(self, *, timeout_s: float = 300) -> None:
        """Wait until it says that it is ready."""
        deadline = time.monotonic() + timeout_s
        while self.get("ready")[0] != 200:
            assert self.alive, self.tail()
            assert time.monotonic() < deadline, self.tail()
            time.sleep(0.1)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal and wait for nothing."""
        assert self.process is not None
        self.process.send_signal(number)

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Start it, and start it anew whenever it ends by itself, as a supervisor does."""
        stopping = threading.Event()

        def watch() -> None:
            while not stopping.wait(0.2):
                if not self.alive:
                    self.restarts += 1
                    self.start()

        self.start()
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            stopping.set()
            watcher.join()

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels, by its name in /metrics; 0 if there is none."""
        values = re.findall(rf"(?m)^{re.escape(name)}(?:{{.*}})? (\S+)$", self.get("metrics")[1])
        return sum(map(float, values))

    def memory_mb(self) -> float:
        """Memory that it holds now."""
        assert self.process is not None
        held: int = psutil.Process(self.process.pid).memory_info().rss
        return held / 1e6

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-3000:]
