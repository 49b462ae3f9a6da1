"""`groundswell monitor`: closed minutes in, incidents out."""

from compose.flags import ALL_SETTINGS, takes_settings
from compose.settings import Settings


@takes_settings(*ALL_SETTINGS)
def monitor(settings: Settings) -> None:
    """Watch every brand's counts, keep its incidents, and tell people.

    Start as many as you like: one leads, the others stand by. Its /metrics, /live and /ready are on
    --monitor-port.
    """
    from compose.logs import begin_log

    begin_log(settings.log_level)
    from compose.file_changes import note_file_changes
    from compose.monitor_parts import build_monitor
    from streams.alerts.main import run_monitor

    note_file_changes(settings)
    built = build_monitor(settings)
    run_monitor(built.config, built.parts, built.desk, built.newer)
