"""What a worker tells Prometheus.  Labels are names of topics and stages, never post text."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600)
_ROWS: Final = (1, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000)


class WorkerMetrics:
    """The worker's counters, gauges and histograms, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.posts = self._counter("posts", "Records read from Kafka and settled.", ["topic"])
        self.unmatched = self._counter("unmatched", "Posts that name no watched brand.", ["topic"])
        self.mentions = self._counter("mentions", "Mentions stored in ClickHouse.", [])
        self.dead_letters = self._counter("dead_letters", "Records kept as dead.", ["topic"])
        self.retries = self._counter("retries", "Writes that had to be repeated.", ["stage"])
        self.batch_rows = self._histogram("batch_rows", "Rows of a batch.", _ROWS)
        self.stage_seconds = self._histogram("stage_seconds", "Seconds in a stage.", _SECONDS)
        self.age_seconds = Histogram(
            "groundswell_age_seconds",
            "From a record's arrival at Kafka to its row in ClickHouse, the oldest of a batch.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.lag = self._gauge("lag_records", "Records not yet settled.")
        self.committed = self._gauge("committed_offset", "Offset committed at the broker.")

    def _counter(self, name: str, text: str, labels: list[str]) -> Counter:
        return Counter(f"groundswell_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(
            f"groundswell_{name}", text, ["stage"], buckets=buckets, registry=self.registry
        )

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"groundswell_{name}", text, ["topic", "partition"], registry=self.registry)
