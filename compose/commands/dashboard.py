"""`groundswell dashboard`: the page."""

import os
import sys

from compose.flags import takes_settings
from compose.settings import Settings


@takes_settings("clickhouse_url", "dashboard_port", "listen_host", "demo", "data_dir", "log_level")
def dashboard(settings: Settings) -> None:
    """Serve the dashboard, on loopback unless told otherwise. It reads ClickHouse only."""
    from dashboards.streamlit_flags import APP, streamlit_flags

    page = streamlit_flags(port=settings.dashboard_port, address=settings.listen_host)
    flags = [*page, f"--logger.level={settings.log_level}"]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), *flags]
    os.execve(sys.executable, command, {**os.environ, **settings.to_environment()})  # noqa: S606
