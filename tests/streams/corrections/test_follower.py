"""Topic and table of labels and of erasures: whichever knew first, in the end both know."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from schemas.correction import INSERT_CORRECTIONS, Correction
from schemas.erasure import Suppression, SuppressionKind
from streams.compacted_topic import CompactedTopic
from streams.corrections.follower import Follower, encoded, topic_key
from streams.corrections.store import CorrectionStore
from streams.erasure.suppression_store import SuppressionStore
from tests.dashboards.mention_table import NOON, MentionTable, mention
from tests.streams.ingest.test_ingestion import new_topic


@pytest.fixture
def table(clickhouse_server: str) -> MentionTable:
    found = MentionTable.create(clickhouse_server, f"follower_{uuid4().hex[:10]}")
    found.migrate()
    return found


@pytest.fixture
def topics(kafka: str) -> tuple[str, str]:
    return new_topic(kafka), new_topic(kafka)


@asynccontextmanager
async def following(kafka: str, table: MentionTable, topics: tuple[str, str]):
    follower = Follower(
        CorrectionStore(table.url),
        SuppressionStore(table.url),
        CompactedTopic(kafka, topics[0]),
        CompactedTopic(kafka, topics[1]),
    )
    try:
        yield follower
    finally:
        await follower.close()


async def on_topic(kafka: str, topic: str) -> dict[str, bytes | None]:
    found = CompactedTopic(kafka, topic)
    try:
        return dict(await found.read())
    finally:
        await found.close()


def label(row: dict[str, Any], sentiment: str, *, minute: int = 0) -> Correction:
    place = {name: row[name] for name in ("brand", "posted_at", "source", "post_id")}
    at = NOON + timedelta(minutes=minute)
    return Correction(id=uuid4(), at=at, sentiment=sentiment, before="positive", who="Ada", **place)


def shown(table: MentionTable) -> list[str]:
    return [s for (s,) in table.execute("SELECT sentiment FROM mentions FINAL ORDER BY post_id")]


def test_what_only_the_topic_knows_comes_into_force(kafka, table, topics):
    """After a command died between the two, or with a database that was lost."""
    row = mention(post_id="a", sentiment="positive")
    table.insert([row])
    first, second = label(row, "negative"), label(row, "neutral", minute=1)
    entry = Suppression(kind=SuppressionKind.POST, hash="ab", at=NOON)

    async def play():
        for name, event, key in (
            (topics[0], first, topic_key(first)),
            (topics[0], second, topic_key(second)),
            (topics[1], entry, entry.key),
        ):
            topic = CompactedTopic(kafka, name)
            await topic.publish({key: encoded(event)})
            await topic.close()
        async with following(kafka, table, topics) as follower:
            await follower.follow()
            await follower.follow()

    asyncio.run(play())
    assert shown(table) == ["neutral"]
    assert table.execute("SELECT id FROM corrections") == [(second.id,)]
    assert table.execute("SELECT kind, hash FROM suppressions") == [("post", "ab")]


def test_what_only_the_table_knows_comes_onto_the_topic(kafka, table, topics):
    """As the page writes it; also while somebody follows already, and each once."""
    rows = [mention(post_id=name, sentiment="positive") for name in "ab"]
    table.insert(rows)
    first, second = label(rows[0], "negative"), label(rows[1], "neutral", minute=1)
    store = SuppressionStore(table.url)

    async def play():
        async with following(kafka, table, topics) as follower:
            await follower.follow()
            writer = CorrectionStore(table.url)
            writer._execute(  # the row alone: the page died before it applied it
                INSERT_CORRECTIONS,
                [tuple(getattr(first, name) for name in first.__struct_fields__)],
            )
            store.write([Suppression(kind=SuppressionKind.AUTHOR, hash="cd", at=NOON)])
            await follower.follow()
            writer.write([second])
            for _ in range(3):
                await follower.follow()
            return len(await CompactedTopic(kafka, topics[0]).read())

    assert asyncio.run(play()) == 2
    assert shown(table) == ["negative", "neutral"]
    told = asyncio.run(on_topic(kafka, topics[0]))
    assert told == {topic_key(event): encoded(event) for event in (first, second)}
    assert list(asyncio.run(on_topic(kafka, topics[1]))) == ["author:cd"]


def test_the_later_of_two_labels_counts_on_both_sides(kafka, table, topics):
    """The table has the later one, the topic was given the earlier one last."""
    row = mention(post_id="a", sentiment="positive")
    table.insert([row])
    earlier, later = label(row, "negative"), label(row, "neutral", minute=1)

    async def play():
        CorrectionStore(table.url).write([later])
        topic = CompactedTopic(kafka, topics[0])
        await topic.publish({topic_key(earlier): encoded(earlier)})
        await topic.close()
        async with following(kafka, table, topics) as follower:
            await follower.follow()

    asyncio.run(play())
    assert shown(table) == ["neutral"]
    assert asyncio.run(on_topic(kafka, topics[0])) == {topic_key(later): encoded(later)}
