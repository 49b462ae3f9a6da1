"""Incidents in a real ClickHouse, for the tests of their page."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from schemas.alert import Alert, Change, Kind, SeriesName, Severity, Signal, Status
from schemas.evidence import Carrier, Evidence, EvidencePost, OffsetRange, Phrase
from tests.dashboards.mention_table import MentionTable

_EVENT_SQL = (
    "INSERT INTO incident_events "
    "(key, sequence, change, brand, kind, status, severity, opened_at, at, alert) VALUES"
)


def alert(**values: Any) -> Alert:
    """An open incident of a few minutes ago, with a signal and without evidence."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    since = values.get("since", now - timedelta(minutes=20))
    opened_at = since + timedelta(minutes=7)
    brand = values.get("brand", "Tuskbook")
    signal = Signal(
        series=SeriesName(brand=brand),
        kind=Kind.VOLUME,
        at=opened_at,
        window_min=5,
        seen=210.0,
        expected=50.0,
        low=31.0,
        high=72.0,
        score=0.9,
    )
    return Alert(
        **{
            "key": "a1b2c3",
            "sequence": 1,
            "change": Change.OPENED,
            "brand": brand,
            "kind": Kind.VOLUME,
            "status": Status.OPEN,
            "severity": Severity.SERIOUS,
            "since": since,
            "opened_at": opened_at,
            "updated_at": opened_at,
            "sentence": "Tuskbook: 4.2 times the usual posts since 14:03 UTC.",
            "signals": (signal,),
            "rule_hash": "0" * 64,
            "reproduce": "groundswell alerts backtest --brand Tuskbook",
            **values,
        }
    )


def quoted(text: str, **values: Any) -> EvidencePost:
    """A post as evidence quotes it."""
    return EvidencePost(
        **{
            "source": "mastodon",
            "post_id": text[:40],
            "posted_at": datetime.now(UTC) - timedelta(minutes=9),
            "author": "",
            "url": "",
            "text": text,
            "lang": "en",
            "sentiment": "negative",
            "score": -0.8,
            "reach": 0,
            "copies": 1,
            "kafka_topic": "social-posts",
            "kafka_partition": 0,
            "kafka_offset": 7,
            **values,
        }
    )


def evidence_of(texts: Sequence[str], names: Sequence[str]) -> Evidence:
    """Evidence with these texts quoted, and these names wherever a name can stand."""
    now = datetime.now(UTC)
    dimensions = ("topic", "lang", "source", "product", "country")
    return Evidence(
        since=now - timedelta(minutes=20),
        until=now,
        posts=557,
        voices=52,
        negative=540,
        usual=17.0,
        usual_negative=2.0,
        carriers=tuple(
            Carrier(dimension=dimension, value=name, posts=540, usual=1.5, rise_share=0.9)
            for dimension in dimensions
            for name in names
        ),
        phrases=tuple(
            Phrase(text=name, posts=12, share=0.23, usual_share=0.01, strength=4.1)
            for name in names
        ),
        representative=tuple(quoted(text, copies=500) for text in texts),
        far_reaching=tuple(quoted(text, reach=90_000, author=names[0]) for text in texts),
        offsets=tuple(
            OffsetRange(topic=name, partition=0, first=7, last=900, posts=557) for name in names
        ),
        model_versions=tuple(names),
    )


def insert_events(table: MentionTable, *alerts: Alert) -> None:
    """Write events as the monitor does."""
    rows = [
        (
            *(alert.key, alert.sequence, alert.change, alert.brand, alert.kind, alert.status),
            *(alert.severity, alert.opened_at, alert.updated_at),
            msgspec.json.encode(alert).decode("utf-8", "replace"),
        )
        for alert in alerts
    ]
    table.execute(_EVENT_SQL, rows)


def insert_band(
    table: MentionTable, brand: str, *, minutes: int, due: float = float("nan")
) -> None:
    """What was expected of the last minutes of a brand, 1 to 6 posts; 3 came. due: the usual."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    columns = "minute, brand, posts, negative, low, high, due, usual, score, reach, kind"
    rows = [
        (now - timedelta(minutes=n), brand, 3.0, 0.5, 1.0, 6.0, due, 0.5, 0.1, 0, "")
        for n in range(minutes)
    ]
    table.execute(f"INSERT INTO watch_log ({columns}) VALUES", rows)
