"""`groundswell up`: everything on this machine."""

from compose.flags import ALL_SETTINGS, takes_settings
from compose.settings import Settings


@takes_settings(*ALL_SETTINGS)
def up(settings: Settings) -> None:
    """Start Kafka, ClickHouse, the worker and the dashboard on this machine, without Docker.

    Kafka or ClickHouse elsewhere are used instead where --kafka or --clickhouse-url name another
    machine. Runs until Ctrl-C or SIGTERM, and stops everything in order. Data stay in --data-dir.
    """
    from compose.runtime.console import RuntimeConsole
    from compose.runtime.one_machine import run_one_machine

    run_one_machine(settings, RuntimeConsole())
