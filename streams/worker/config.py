"""What one worker needs to know."""

from dataclasses import dataclass
from typing import Final

from streams.batching import BatchLimits

# The longest that one step may take before the worker no longer calls itself ready, in seconds.
STUCK_AFTER_S: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """Settings of a worker.

    kafka: bootstrap servers, "host:port" with commas between.
    scoring, storing: limits of the batches that go to the model and to ClickHouse.
    web_host, web_port: of /metrics, /live and /ready.
    max_poison: unreadable records in a row after which the worker stops.
    drain_s: how long a stopping worker may finish what it has begun, in seconds.
    """

    kafka: str
    clickhouse_url: str
    input_topics: tuple[str, ...]
    consumer_group: str
    scoring: BatchLimits
    storing: BatchLimits
    web_port: int
    max_poison: int
    web_host: str = "127.0.0.1"
    clickhouse_cluster: str = ""
    drain_s: float = 10.0
