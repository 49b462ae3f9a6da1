"""Posts, signals and alerts for tests."""

import itertools
from datetime import UTC, datetime, timedelta

from schemas.alert import Alert, Change, Kind, SeriesName, Severity, Signal, Status
from streams.evidence.posts import ReadPost

SINCE = datetime(2026, 3, 11, 14, 3, tzinfo=UTC)
_numbers = itertools.count(1)


def post(text, **values):
    number = next(_numbers)
    return ReadPost(
        **{
            "source": "mastodon",
            "post_id": f"post-{number:06}",
            "posted_at": SINCE + timedelta(seconds=number),
            "author": "",
            "url": "",
            "text": text,
            "lang": "en",
            "sentiment": "negative",
            "score": -0.8,
            "reach": 0,
            "kafka_topic": "social-posts",
            "kafka_partition": 0,
            "kafka_offset": number,
            **values,
        }
    )


def signal(**values):
    return Signal(
        **{
            "series": SeriesName(brand="Tuskbook"),
            "kind": Kind.VOLUME,
            "at": SINCE + timedelta(minutes=17),
            "window_min": 15,
            "seen": 210.0,
            "expected": 50.0,
            "low": 31.0,
            "high": 72.0,
            "score": 0.9,
            **values,
        }
    )


def alert(*signals, **values):
    return Alert(
        **{
            "key": "k",
            "sequence": 1,
            "change": Change.OPENED,
            "brand": "Tuskbook",
            "kind": signals[0].kind if signals else Kind.VOLUME,
            "status": Status.OPEN,
            "severity": Severity.NOTICE,
            "since": SINCE,
            "opened_at": SINCE + timedelta(minutes=17),
            "updated_at": SINCE + timedelta(minutes=17),
            "signals": signals,
            **values,
        }
    )
