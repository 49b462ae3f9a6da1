"""Incidents and routes for the tests of notifications."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.alert import Alert, Change, Kind, SeriesName, Severity, Signal, Status
from schemas.evidence import Carrier, Evidence, EvidencePost, Phrase
from schemas.routes import Channel, Route, Target

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def incident(key: str = "acme-1", *, at: datetime = START, **fields: Any) -> Alert:
    """An open incident that began at that time."""
    signal = Signal(
        series=SeriesName(brand="Acme"),
        kind=Kind.NEGATIVE,
        at=at,
        window_min=15,
        seen=128,
        expected=12.4,
        low=4,
        high=22,
        score=0.9,
    )
    usual: dict[str, Any] = {
        "sequence": 1,
        "change": Change.OPENED,
        "brand": "Acme",
        "kind": Kind.NEGATIVE,
        "status": Status.OPEN,
        "severity": Severity.SERIOUS,
        "since": at - 5 * MINUTE,
        "opened_at": at,
        "updated_at": at,
        "signals": (signal,),
    }
    return Alert(key=key, **{**usual, **fields})


def resolved(key: str = "acme-1", *, at: datetime, began: datetime = START, **fields: Any) -> Alert:
    """The same incident, over at that time."""
    usual: dict[str, Any] = {
        "sequence": 2,
        "change": Change.RESOLVED,
        "status": Status.RESOLVED,
        "resolved_at": at,
        "updated_at": at,
    }
    return incident(key, at=began, **{**usual, **fields})


def route(name: str = "team", **fields: Any) -> Route:
    """A route to nowhere in particular."""
    usual: dict[str, Any] = {
        "target": Target(channel=Channel.WEBHOOK, url="https://receiver.example/hook"),
        "wait_s": 0.0,
    }
    return Route(name=name, **{**usual, **fields})


def evidence(text: str = "the parcel never came", *, copies: int = 37) -> Evidence:
    """Evidence with one quoted post; the text stands wherever text of posts can."""
    post = EvidencePost(
        source=text[:40],
        post_id="1",
        posted_at=START,
        author=text,
        url=text,
        text=text,
        lang="de",
        sentiment="negative",
        score=0.9,
        reach=1000,
        copies=copies,
        kafka_topic="posts",
        kafka_partition=0,
        kafka_offset=1,
    )
    return Evidence(
        since=START - HOUR,
        until=START,
        posts=128,
        voices=80,
        negative=100,
        carriers=(
            Carrier(dimension="topic", value=text, posts=90, usual=4, rise_share=0.7),
            Carrier(dimension="lang", value="de", posts=60, usual=4, rise_share=0.5),
            Carrier(dimension="country", value="AT", posts=50, usual=4, rise_share=0.4),
        ),
        phrases=(Phrase(text=text, posts=40, share=0.5, usual_share=0.01, strength=8),),
        representative=(post,),
    )
