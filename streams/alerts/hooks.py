"""What else is done with an incident's events: evidence before they are told, messages after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from schemas.alert import Alert
from schemas.evidence import Evidence


class EvidenceCollector(Protocol):
    """Finds what proves an alert."""

    def collect(self, alert: Alert) -> Evidence | None:
        """The evidence, or None where there is none to give. Raises StoreError."""


class Notifier(Protocol):
    """Tells people."""

    async def notify(self, events: Sequence[Alert]) -> None:
        """Take these events on; the same may come again, under the same key and sequence."""

    async def tick(self, now: datetime) -> None:
        """Do what has become due; called about every second."""


class NoEvidence:
    """Gives none."""

    def collect(self, alert: Alert) -> Evidence | None:  # noqa: ARG002
        """None."""
        return None


class NoNotifier:
    """Tells nobody."""

    async def notify(self, events: Sequence[Alert]) -> None:
        """Nothing."""

    async def tick(self, now: datetime) -> None:
        """Nothing."""
