"""The page as people get it: `groundswell dashboard` in a process, and a Chromium to look at it."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from compose.runtime.kafka import free_port

CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Slow machines need long: a wait ends as soon as what it waits for is there.
START_S: Final = 240


@dataclass
class PageServer:
    """The dashboard on a free port of loopback.

    clickhouse_url: what it reads. folder: for its log and its data folder. module: the Python
    module that serves it, with arguments. settings: further ones, as environment variables.
    """

    clickhouse_url: str
    folder: Path
    demo: bool = False
    port: int = field(default_factory=free_port)
    module: tuple[str, ...] = ("compose", "dashboard")
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the process and wait until it answers.  Raises RuntimeError with its log."""
        settings = {
            "GROUNDSWELL_CLICKHOUSE_URL": self.clickhouse_url,
            "GROUNDSWELL_DASHBOARD_PORT": str(self.port),
            "GROUNDSWELL_DEMO": "1" if self.demo else "0",
            "GROUNDSWELL_DATA_DIR": str(self.folder),
            **self.settings,
        }
        log_file = self.folder / "dashboard.log"
        with log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.module],
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_S
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5).close()
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"the dashboard did not start:\n{log_file.read_text()[-4000:]}")

    def stop(self) -> None:
        """End the process; viewers that are still there do not hold it up."""
        if self.process:
            self.process.kill()
            self.process.wait()


def find_chromium() -> str | None:
    """The path of an installed Chromium; None where there is none."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium.  Raises RuntimeError where none is installed."""
    path = find_chromium()
    if path is None:
        raise RuntimeError("no Chromium is installed; run compose/scripts/chromium.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()
