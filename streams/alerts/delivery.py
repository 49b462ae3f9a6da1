"""Hands an incident's events on: evidence, ClickHouse, the topic, the notifier; in this order."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from schemas.alert import Alert, Change
from schemas.alert_rules import AlertRules
from schemas.evidence import Evidence
from schemas.sentence import sentence
from streams.alerts.alert_topic import AlertTopic
from streams.alerts.hooks import EvidenceCollector, Notifier
from streams.alerts.store import IncidentStore, Place
from streams.evidence.reproduce import reproduce

logger = logging.getLogger(__name__)

# What these say is worth fresh evidence; the other events keep what was found before.
_URGENCY: Final = (Change.OPENED, Change.WORSENED, Change.REOPENED, Change.UPDATED)
# Seconds after which no more evidence is begun.
_GATHERING_S: Final = 3.0


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
    rules: AlertRules

    async def deliver(self, events: Sequence[Alert]) -> None:
        """Tell everybody. Raises StoreError or StreamError; it may then be called again."""
        if not events:
            return
        full = await asyncio.to_thread(self._written, events)
        await self.topic.send(full)
        await self.notifier.notify(full)

    def _written(self, events: Sequence[Alert]) -> list[Alert]:
        stored = self.store.events(alert.key for alert in events)
        fresh = self._gathered([event for event in events if _place(event) not in stored])
        latest: dict[str, Evidence] = {}
        for _, alert in sorted(stored.items()):
            if alert.evidence is not None:
                latest[alert.key] = alert.evidence
        full, new = [], []
        for event in events:
            known = stored.get(_place(event))
            if known is None:
                evidence = fresh.get(_place(event)) or latest.get(event.key)
                known = _complete(event, evidence, self.rules)
                new.append(known)
            if known.evidence is not None:
                latest[known.key] = known.evidence
            full.append(known)
        self.store.write_events(new)
        return full

    def _gathered(self, events: Sequence[Alert]) -> dict[Place, Evidence]:
        """Fresh evidence, of the most urgent first, as far as the time goes.

        When many brands alert at once, the last ones must not wait for the first ones' evidence;
        theirs comes with the next event.
        """
        found: dict[Place, Evidence] = {}
        until_s = time.monotonic() + _GATHERING_S
        wanted = [event for event in events if event.change in _URGENCY]
        for event in sorted(wanted, key=lambda event: _URGENCY.index(event.change)):
            if time.monotonic() > until_s:
                logger.warning("no time for the evidence of %s", event.key)
                continue
            try:
                evidence = self.evidence.collect(event)
            except Exception:
                # An alert without its posts is better than none.
                logger.exception("no evidence for %s", event.key)
                continue
            if evidence is not None:
                found[_place(event)] = evidence
        return found


def _complete(alert: Alert, evidence: Evidence | None, rules: AlertRules) -> Alert:
    full = msgspec.structs.replace(alert, evidence=evidence, reproduce=reproduce(alert, rules))
    return msgspec.structs.replace(full, sentence=sentence(full)) if full.signals else full


def _place(alert: Alert) -> Place:
    return alert.key, alert.sequence
