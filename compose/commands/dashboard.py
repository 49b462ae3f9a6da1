"""`groundswell dashboard`: the page."""

import os
import sys

from compose.flags import takes_settings
from compose.settings import Settings


@takes_settings("clickhouse_url", "dashboard_port", "demo", "data_dir", "log_level")
def dashboard(settings: Settings) -> None:
    """Serve the dashboard on loopback. It reads ClickHouse only."""
    from dashboards.streamlit_flags import APP, streamlit_flags

    flags = [*streamlit_flags(port=settings.dashboard_port), f"--logger.level={settings.log_level}"]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), *flags]
    os.execve(sys.executable, command, {**os.environ, **settings.to_environment()})  # noqa: S606
