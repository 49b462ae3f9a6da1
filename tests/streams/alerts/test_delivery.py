"""The way of an event: evidence, ClickHouse, the topic, the notifier."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime

import pytest

from schemas.alert import Alert
from schemas.alert_rules import AlertRules
from schemas.errors import StoreError, StreamError
from schemas.evidence import Evidence
from streams.alerts.delivery import Delivery
from streams.alerts.store import IncidentStore
from tests.streams.alerts.findings import at, finding
from tests.streams.alerts.test_incidents import Play


class Topic:
    """Keeps what is sent, unless it is down."""

    def __init__(self) -> None:
        self.sent: list[Alert] = []
        self.down = False

    async def send(self, alerts: Sequence[Alert]) -> None:
        if self.down:
            raise StreamError("down")
        self.sent += alerts


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Alert] = []

    async def notify(self, events: Sequence[Alert]) -> None:
        self.events += events

    async def tick(self, now: datetime) -> None:
        """Nothing is due."""


class Collector:
    """Counts its calls, and fails when told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None

    def collect(self, alert: Alert) -> Evidence:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return Evidence(since=at(0), until=at(1), posts=self.calls, voices=1, negative=0)


@pytest.fixture
def delivery(database: str) -> Iterator[Delivery]:
    with closing(IncidentStore(database)) as store:
        yield Delivery(store, Topic(), Collector(), Told(), AlertRules())


def parts(delivery: Delivery) -> tuple[Topic, Collector, Told]:
    topic, collector, told = delivery.topic, delivery.evidence, delivery.notifier
    assert isinstance(topic, Topic)
    assert isinstance(collector, Collector)
    assert isinstance(told, Told)
    return topic, collector, told


def incident() -> list[Alert]:
    play = Play()
    play.minutes(0, 0, finding())
    play.minutes(1, 20)
    return play.events


def test_events_get_their_evidence_and_a_sentence(delivery: Delivery):
    """Once an opening; what only says that it is over keeps what was found before."""
    topic, collector, told = parts(delivery)
    asyncio.run(delivery.deliver(incident()))
    assert collector.calls == 1
    assert [event.evidence.posts for event in topic.sent if event.evidence] == [1, 1]
    assert all(event.sentence and "backtest" in event.reproduce for event in topic.sent)
    assert told.events == topic.sent
    assert delivery.store.latest(topic.sent[0].key) == topic.sent[-1]


def test_what_is_stored_is_told_as_it_is_stored(delivery: Delivery):
    """After a crash the same events come again: nobody sees two versions of one."""
    topic, collector, told = parts(delivery)
    topic.down = True
    with pytest.raises(StreamError):
        asyncio.run(delivery.deliver(incident()))
    assert told.events == []
    topic.down = False
    asyncio.run(delivery.deliver(incident()))
    asyncio.run(delivery.deliver(incident()))
    assert collector.calls == 1
    assert topic.sent[:2] == topic.sent[2:]
    assert told.events == topic.sent


@pytest.mark.parametrize("error", [StoreError("slow"), ValueError("a mistake")])
def test_an_alert_without_evidence_is_better_than_none(delivery: Delivery, error: Exception):
    """It goes out all the same, with the sentence that its signals allow."""
    topic, collector, _ = parts(delivery)
    collector.error = error
    asyncio.run(delivery.deliver(incident()))
    assert [event.evidence for event in topic.sent] == [None, None]
    assert topic.sent[0].sentence.startswith("Acme")
