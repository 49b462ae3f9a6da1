"""Servers of their own, whose files can be searched, and everything that may quote a post."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaProducer

from compose.runtime.topics import create_topics
from compose.settings import Settings
from schemas.alert import Alert, Change, Kind, Severity, Status
from schemas.correction import Correction
from schemas.dead_letter import dead_letter
from schemas.errors import InvalidPostError
from schemas.evidence import Evidence, EvidencePost, Phrase
from schemas.topics import ALERTS_TOPIC, CORRECTIONS_TOPIC, DEAD_LETTER_TOPIC
from streams.alerts.store import IncidentStore
from streams.clickhouse.migrate import migrate
from streams.corrections.follower import encoded, topic_key
from streams.corrections.store import CorrectionStore
from streams.notifications.notification import (
    Message,
    Notice,
    Notification,
    Purpose,
    Quote,
    Section,
    What,
)
from streams.notifications.outbox import ClickHouseOutbox, Entry
from streams.notifications.outbox import Status as Sent
from tests.clickhouse_server import ClickHouseServer
from tests.dashboards.mention_table import NOON, MentionTable, mention
from tests.kafka_server import KafkaServer

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """Both servers in one data folder, as `groundswell up` lays them out."""

    folder: Path
    kafka: KafkaServer
    clickhouse: ClickHouseServer

    @classmethod
    def start(cls, folder: Path) -> "Scene":
        scene = cls(folder, KafkaServer(folder / "kafka"), ClickHouseServer(folder / "clickhouse"))
        scene.kafka.start()
        scene.clickhouse.start()
        asyncio.run(create_topics(scene.settings))
        migrate(scene.url)
        return scene

    def stop(self) -> None:
        self.kafka.stop()
        self.clickhouse.stop()

    @property
    def url(self) -> str:
        return self.clickhouse.url.rpartition("/")[0] + "/erasing"

    @property
    def settings(self) -> Settings:
        return Settings(kafka=self.kafka.servers, clickhouse_url=self.url, data_dir=self.folder)

    @property
    def table(self) -> MentionTable:
        return MentionTable(self.url)

    def send(self, topic: str, *records: tuple[bytes | None, bytes, list[Any]]) -> None:
        """Write records: key, value, headers; all to one partition, the last of a busy one."""

        async def write() -> None:
            async with AIOKafkaProducer(bootstrap_servers=self.kafka.servers) as producer:
                for key, value, headers in records:
                    await producer.send_and_wait(
                        topic, value=value, key=key, headers=headers, partition=0
                    )

        asyncio.run(write())


def marked_posts(author: str, word: str) -> list[dict[str, Any]]:
    """Three posts by the author, one about two brands, one scored by two versions."""
    own = {"author": author, "url": f"https://example.org/{word}", "kafka_topic": "social-posts"}
    rows = [
        mention(post_id=f"{word}-{number}", text=f"What {word} wrote, number {number}", **own)
        for number in range(3)
    ]
    return [*rows, {**rows[0], "brand": "Borealis"}, {**rows[1], "model_version": "second"}]


def plain(word: str) -> str:
    """A name by which things go that stay: a file that has it has not the word."""
    return word[::-1]


def other_posts(word: str) -> list[dict[str, Any]]:
    """What other people wrote in the same minutes."""
    return [
        mention(
            post_id=f"other-{plain(word)}-{number}", author="Somebody Else", sentiment="negative"
        )
        for number in range(4)
    ]


def quoting(row: dict[str, Any], other: dict[str, Any], word: str) -> Alert:
    """An incident's event that quotes both posts."""
    quotes = tuple(
        EvidencePost(
            **{name: post[name] for name in ("source", "post_id", "posted_at", "author", "url")},
            **{name: post[name] for name in ("text", "lang", "sentiment", "score", "reach")},
            **{name: post[name] for name in ("kafka_topic", "kafka_partition", "kafka_offset")},
            copies=1,
        )
        for post in (row, other)
    )
    evidence = Evidence(
        since=AT,
        until=AT + timedelta(minutes=10),
        posts=2,
        voices=2,
        negative=1,
        representative=quotes,
        far_reaching=quotes[:1],
        phrases=tuple(
            Phrase(text=text, posts=2, share=0.5, usual_share=0.1, strength=3.0)
            for text in (word, "train")
        ),
    )
    return Alert(
        key=f"key-{plain(word)}",
        sequence=1,
        change=Change.OPENED,
        brand=row["brand"],
        kind=Kind.VOLUME,
        status=Status.OPEN,
        severity=Severity.NOTICE,
        since=AT,
        opened_at=AT,
        updated_at=AT,
        evidence=evidence,
    )


def told_about(alert: Alert, word: str) -> Entry:
    """A notification with the alert, as the outbox keeps it."""
    section = Section(heading="More posts", quotes=(Quote(f"What {word} wrote", "by someone"),))
    notice = Notice(key=alert.key, what=What.OPENED, number=0, severity=alert.severity, sequence=1)
    notification = Notification(
        id=f"msg_{plain(word)}",
        route="mail",
        purpose=Purpose.INCIDENTS,
        at=AT,
        message=Message(title="News", sections=(section,), link="", link_label=""),
        notices=(notice,),
        alerts=(alert,),
    )
    return Entry(
        notification=notification,
        status=Sent.DELIVERED,
        attempts=1,
        next_attempt_at=AT,
        detail="",
        address="",
        at=AT,
    )


def letter_record(value: bytes, offset: int) -> tuple[bytes, bytes, list[Any]]:
    """A dead letter as it lies on its topic."""
    letter = dead_letter(
        InvalidPostError(field="lang", value=repr(value[:40]), remedy="send a language"),
        value=value,
        key=value[:10],
        headers=[],
        topic="social-posts",
        partition=0,
        offset=offset,
        failed_at=AT,
    )
    return letter.identity.encode(), letter.value, letter.to_headers()


def set_scene(scene: Scene, author: str, word: str) -> list[dict[str, Any]]:
    """Put the author's posts everywhere; returns the rows of other people."""
    posts, others = marked_posts(author, word), other_posts(word)
    scene.table.insert([*posts, *others])
    alert = quoting(posts[0], others[0], word)
    store = IncidentStore(scene.url)
    store.write_events([alert])
    store.close()
    with ClickHouseOutbox(scene.url) as outbox:
        outbox.write([told_about(alert, word)])
    scene.table.execute(
        "INSERT INTO watch_snapshots (number, piece, pieces, at, content) VALUES",
        [(uuid4().int % 10**9, 0, 1, datetime.now(UTC), f"…{author}…")],
    )
    label(scene, posts[0])
    scene.send(ALERTS_TOPIC, (alert.key.encode(), msgspec.json.encode(alert), []))
    bad = {"source": "mastodon", "author": author, "text": f"by {word}", "lang": 5}
    scene.send(
        DEAD_LETTER_TOPIC,
        letter_record(msgspec.json.encode(bad), first_letter(word)),
        letter_record(b"\xff not JSON, but by " + author.encode(), first_letter(word) + 1),
        letter_record(b"\xff by somebody else", first_letter(word) + 2),
    )
    return others


def first_letter(word: str) -> int:
    """The offset that the first of three dead letters had, on its own topic."""
    return 10 * sum(map(ord, word))


def label(scene: Scene, row: dict[str, Any]) -> None:
    """A person's label on a post."""
    event = Correction(
        id=uuid4(),
        at=NOON,
        sentiment="negative",
        before=row["sentiment"],
        who="Ada",
        **{name: row[name] for name in ("brand", "posted_at", "source", "post_id")},
    )
    scene.send(CORRECTIONS_TOPIC, (topic_key(event).encode(), encoded(event), []))
    store = CorrectionStore(scene.url)
    store.write([event])
    store.close()
