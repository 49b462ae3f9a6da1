"""Hands an incident's events on: evidence, ClickHouse, the topic, the notifier; in this order."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from schemas.alert import Alert, Change
from schemas.evidence import Evidence
from streams.alerts.alert_topic import AlertTopic
from streams.alerts.hooks import EvidenceCollector, Notifier
from streams.alerts.store import IncidentStore, Place
from streams.evidence.reproduce import reproduce
from streams.evidence.sentence import sentence

logger = logging.getLogger(__name__)

# What these say is worth fresh evidence; the other events keep what was found before.
_GATHERED: Final = frozenset(
    {Change.OPENED, Change.UPDATED, Change.WORSENED, Change.REOPENED},
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way of an event.

    The same events may be given again, after a crash: what is stored already is told as it is
    stored, so that nobody sees two versions of it.
    """

    store: IncidentStore
    topic: AlertTopic
    evidence: EvidenceCollector
    notifier: Notifier

    async def deliver(self, events: Sequence[Alert]) -> None:
        """Tell everybody. Raises StoreError or StreamError; it may then be called again."""
        if not events:
            return
        full = await asyncio.to_thread(self._written, events)
        await self.topic.send(full)
        await self.notifier.notify(full)

    def _written(self, events: Sequence[Alert]) -> list[Alert]:
        stored = self.store.events(alert.key for alert in events)
        latest: dict[str, Evidence] = {}
        for _, alert in sorted(stored.items()):
            if alert.evidence is not None:
                latest[alert.key] = alert.evidence
        full, new = [], []
        for event in events:
            known = stored.get(_place(event))
            if known is None:
                known = self._with_evidence(event, latest.get(event.key))
                new.append(known)
            if known.evidence is not None:
                latest[known.key] = known.evidence
            full.append(known)
        self.store.write_events(new)
        return full

    def _with_evidence(self, alert: Alert, before: Evidence | None) -> Alert:
        evidence = before
        if alert.change in _GATHERED:
            try:
                evidence = self.evidence.collect(alert) or before
            except Exception:
                # An alert without its posts is better than none.
                logger.exception("no evidence for %s", alert.key)
        full = msgspec.structs.replace(alert, evidence=evidence, reproduce=reproduce(alert))
        return msgspec.structs.replace(full, sentence=sentence(full)) if full.signals else full


def _place(alert: Alert) -> Place:
    return alert.key, alert.sequence
