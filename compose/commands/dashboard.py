"""`groundswell dashboard`: the page."""

import os
import sys

from compose.flags import takes_settings
from compose.settings import Settings


@takes_settings("clickhouse_url", "dashboard_port", "demo", "data_dir", "log_level")
def dashboard(settings: Settings) -> None:
    """Serve the dashboard on loopback. It reads ClickHouse only."""
    from importlib.resources import files

    options = {
        "server.headless": "true",  # neither a browser nor a question about an e-mail address
        "server.address": "127.0.0.1",
        "server.port": str(settings.dashboard_port),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "global.developmentMode": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "logger.level": settings.log_level,
    }
    script = str(files("dashboards").joinpath("app.py"))
    flags = [text for name, value in options.items() for text in (f"--{name}", value)]
    command = [sys.executable, "-m", "streamlit", "run", script, *flags]
    os.execve(sys.executable, command, {**os.environ, **settings.to_environment()})  # noqa: S606
