"""A table of mentions on a real ClickHouse, and rows for it."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from clickhouse_driver import Client

from schemas.mention import COLUMN_NAMES
from schemas.migrations import Deployment, load_migrations

NOON = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
# A page gives up soon, so that it can say so; a test on a busy machine waits.
PATIENCE = urlencode(
    {"connect_timeout": 60, "sync_request_timeout": 60, "send_receive_timeout": 180}
)
_numbers = itertools.count(1)


def mention(**values: Any) -> dict[str, Any]:
    """A row of the table: what is not given has a plain value, and an id of its own."""
    posted_at = values.get("posted_at", NOON)
    sentiment = values.get("sentiment", "neutral")
    shares = {"negative": (0.8, 0.1, 0.1), "neutral": (0.1, 0.8, 0.1), "positive": (0.1, 0.1, 0.8)}
    p_negative, p_neutral, p_positive = shares[sentiment]
    return {
        "brand": "Aurora",
        "posted_at": posted_at,
        "source": "mastodon",
        "post_id": f"post-{next(_numbers):06}",
        "model_version": "first",
        "kind": "social",
        "text": "The train was on time.",
        "lang": "en",
        "product": "",
        "rating": None,
        "author": "",
        "url": "",
        "country": "",
        "reach": 0,
        "thread_id": "",
        "sentiment": sentiment,
        "score": p_positive - p_negative,
        "p_negative": p_negative,
        "p_neutral": p_neutral,
        "p_positive": p_positive,
        "topics": [],
        "emotions": [],
        "offensive": 0.0,
        "model_sha256": "0" * 64,
        "kafka_topic": "social-posts",
        "kafka_partition": 0,
        "kafka_offset": 0,
        "received_at": posted_at,
        "scored_at": posted_at + timedelta(seconds=1),
        **values,
    }


def fresh_mention(**values: Any) -> dict[str, Any]:
    """A mention of this moment."""
    now = datetime.now(UTC)
    return mention(**{"posted_at": now, "scored_at": now, **values})


@dataclass(frozen=True)
class MentionTable:
    """A database of its own on a server. url: the database's."""

    url: str

    @classmethod
    def create(cls, server_url: str, database: str) -> "MentionTable":
        """Make the database, without tables."""
        client = Client.from_url(server_url)
        client.execute(f"CREATE DATABASE {database}")
        client.disconnect()
        return cls(urlunsplit(urlsplit(server_url)._replace(path=f"/{database}", query=PATIENCE)))

    def migrate(self) -> None:
        """Make the tables."""
        for migration in load_migrations(Deployment()):
            for statement in migration.statements:
                self.execute(statement)

    def insert(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write rows as the worker does."""
        values = [[row[name] for name in COLUMN_NAMES] for row in rows]
        self.execute(f"INSERT INTO mentions ({', '.join(COLUMN_NAMES)}) VALUES", values)

    def execute(self, *arguments: Any) -> Any:
        """Run one statement."""
        client = Client.from_url(self.url)
        try:
            return client.execute(*arguments)
        finally:
            client.disconnect()
