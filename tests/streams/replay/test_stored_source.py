"""How the stored mentions are cut into pieces, and which brands a post keeps."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from schemas.replay import LaneProgress, LaneRange
from streams.replay.stored_source import LANE, StoredSource, _until, stored_range
from streams.replay.wanted_brands import WantedBrands
from tests.dashboards.mention_table import NOON, MentionTable, mention

MINUTE_MS = 60_000


@given(
    counts=st.dictionaries(st.integers(0, 100), st.integers(1, 50), min_size=1),
    most=st.integers(1, 80),
)
def test_pieces_are_whole_minutes_and_not_too_large(counts, most):
    """Each minute once; a piece is more than asked for only where one minute is."""
    minutes = sorted(counts.items())
    at_ms, end_ms = 0, 101 * MINUTE_MS
    while at_ms < end_ms:
        until_ms = _until(minutes, at_ms, end_ms, most=most)
        assert until_ms > at_ms
        assert until_ms % MINUTE_MS == 0
        within = [n for minute, n in minutes if at_ms <= minute * MINUTE_MS < until_ms]
        assert sum(within) <= most or len(within) == 1
        at_ms = until_ms


def row(text, *pairs):
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    post = (moment, "shop", "1", "review", text, "en", None, "", "", "", 0, "")
    return (*post, "reviews", 2, 7, moment, list(pairs))


def mentions(text, *pairs, brands=()):
    def match(posts):
        return [{n: f"{n} One" for n in ("Acme", "Bolt") if n in p.text} for p in posts]

    source = StoredSource("", LaneRange(*LANE, 0, 1), match, WantedBrands(frozenset(brands)))
    return [
        (batch.span.partition, [item.mentions for item in batch.matched], batch.unmatched)
        for batch in source._prepared([row(text, *pairs)])
    ]


def test_a_post_keeps_its_brands_and_gets_those_that_its_text_names():
    """The shop named Acme; the text names Bolt, and now a product of Acme as well."""
    assert mentions("Bolt", ("Acme", "")) == [
        (("reviews", 2), [{"Acme": "", "Bolt": "Bolt One"}], 0)
    ]
    assert mentions("Acme", ("Acme", "")) == [(("reviews", 2), [{"Acme": "Acme One"}], 0)]
    assert mentions("Acme", ("Acme", "Two")) == [(("reviews", 2), [{"Acme": "Two"}], 0)]


def test_posts_without_a_wanted_brand_are_left_out():
    """They are counted; the others are scored with all that they name."""
    assert mentions("Bolt", ("Acme", ""), brands=["Bolt"]) == [
        (("reviews", 2), [{"Acme": "", "Bolt": "Bolt One"}], 0)
    ]
    assert mentions("no", ("Acme", ""), brands=["Bolt"]) == [(("reviews", 2), [], 1)]


def test_how_far_it_is_goes_by_rows_and_not_by_time(clickhouse_server):
    """Of a year whose posts are nearly all of its last day, that day is not the last percent."""
    table = MentionTable.create(clickhouse_server, f"stored_{uuid4().hex[:8]}")
    table.migrate()
    table.insert(
        [mention(posted_at=NOON - timedelta(days=300, minutes=n)) for n in range(10)]
        + [mention(posted_at=NOON + timedelta(minutes=n)) for n in range(90)]
    )
    stretch = stored_range(table.url, None, NOON + timedelta(days=1))
    source = StoredSource(table.url, stretch, lambda posts: [{} for _ in posts])

    async def read(progress):
        return [chunk async for chunk in source.chunks(progress, lambda: 30)]

    def shares(chunks):
        return [round((chunk.position - stretch.first) / stretch.size, 2) for chunk in chunks]

    chunks = asyncio.run(read({}))
    assert [chunk.records for chunk in chunks] == [10, 30, 30, 30, 0]
    assert shares(chunks) == [0.1, 0.4, 0.7, 1.0, 1.0]
    reached = LaneProgress(*LANE, chunks[1].next_offset, chunks[1].position)
    rest = asyncio.run(read({LANE: reached}))
    assert [chunk.records for chunk in rest] == [30, 30, 0]
    assert shares(rest) == [0.7, 1.0, 1.0]
