"""What a monitor tells Prometheus. Labels are enums, never a brand or a post's text."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS: Final = (0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)


class MonitorMetrics:
    """The monitor's counters, gauges and histograms, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.minutes = Counter(
            "groundswell_monitor_minutes", "Closed minutes taken in.", registry=self.registry
        )
        self.events = Counter(
            "groundswell_monitor_events",
            "Events of incidents, by what they say.",
            ["change"],
            registry=self.registry,
        )
        self.failures = Counter(
            "groundswell_monitor_failures",
            "Times that the monitor had to begin again from its memory.",
            registry=self.registry,
        )
        self.step_seconds = Histogram(
            "groundswell_monitor_step_seconds",
            "Seconds that reading and judging closed minutes took.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.delay_seconds = Histogram(
            "groundswell_monitor_delay_seconds",
            "From the end of a minute to its events being told.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.series = self._gauge("series", "Series that are watched.")
        self.open_incidents = self._gauge("open_incidents", "Incidents that go on.")
        self.leads = self._gauge("leads", "1 while this monitor leads, else 0.")
        self.known_until = self._gauge(
            "known_until_seconds", "End of the last closed minute, in seconds since 1970."
        )

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"groundswell_monitor_{name}", text, registry=self.registry)
