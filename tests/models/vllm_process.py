"""A real vLLM server over a folder, for `make test-backends`."""

import contextlib
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from compose.runtime.kafka import free_port

START_S = 300


@contextlib.contextmanager
def vllm_process(folder: Path) -> Iterator[str]:
    """`vllm serve` on a free port, once it answers; its log lies beside the folder."""
    port = free_port()
    command = [
        *("vllm", "serve", str(folder), "--runner", "pooling", "--dtype", "float32"),
        *("--enforce-eager", "--host", "127.0.0.1", "--port", str(port)),
        # Else it wants nearly all of the machine's memory for itself.
        *("--gpu-memory-utilization", "0.2"),
    ]
    with folder.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}/health", process, log=Path(log.name))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def _await(url: str, process: subprocess.Popen[bytes], *, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url):
            return
        time.sleep(1)
    raise RuntimeError(f"vllm did not start:\n{log.read_text(errors='replace')[-3000:]}")
