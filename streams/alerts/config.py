"""What one monitor needs to know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorConfig:
    """Settings of a monitor.

    kafka: bootstrap servers, "host:port" with commas between. input_topics, worker_group: what the
    workers read, and as which group. group: of the monitors. grace_s: see Watermark.
    keep_texts_days: how long alerts quote posts, 0 for ever.
    """

    kafka: str
    clickhouse_url: str
    input_topics: tuple[str, ...]
    worker_group: str
    group: str
    web_port: int
    web_host: str = "127.0.0.1"
    grace_s: float = 2.0
    keep_texts_days: int = 0
