"""`groundswell dashboard`: the page."""

import os
import sys

from compose.flags import takes_settings
from compose.settings import Settings


@takes_settings(
    "clickhouse_url",
    "watchlist",
    "dashboard_port",
    "dashboard_url",
    "dashboard_language",
    "listen_host",
    "demo",
    "data_dir",
    "oidc_metadata_url",
    "oidc_client_id",
    "access_file",
    "hide_authors",
    "translate_url",
    "log_level",
)
def dashboard(settings: Settings) -> None:
    """Serve the dashboard, on loopback unless told otherwise. It reads ClickHouse only."""
    from compose.sign_in import sign_in_flags
    from dashboards.streamlit_flags import APP, streamlit_flags

    page = streamlit_flags(
        port=settings.dashboard_port, address=settings.listen_host, url=settings.dashboard_url
    )
    flags = [*page, *sign_in_flags(settings), f"--logger.level={settings.log_level}"]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), *flags]
    os.execve(sys.executable, command, {**os.environ, **settings.to_environment()})  # noqa: S606
