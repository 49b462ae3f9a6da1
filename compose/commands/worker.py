"""`groundswell worker`: one worker from Kafka to ClickHouse."""

from compose.flags import ALL_SETTINGS, takes_settings
from compose.settings import Settings


@takes_settings(*ALL_SETTINGS)
def worker(settings: Settings) -> None:
    """Run one worker: reads posts from Kafka, scores them, writes mentions to ClickHouse.

    Start as many as there are partitions; they share the work by their consumer group. Its
    /metrics, /live and /ready are on --worker-port.
    """
    from compose.logs import begin_log

    begin_log(settings.log_level)
    from compose.worker_parts import worker_config, worker_parts
    from streams.worker.main import run_worker

    run_worker(worker_config(settings), worker_parts(settings))
