"""Posts from the stored mentions, for what Kafka no longer has."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from clickhouse_driver import Client

from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from schemas.post import Post
from schemas.replay import Lane, LaneProgress, LaneRange
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.preparation import Match, MatchedPost, PreparedBatch
from streams.records import Partition, Span, StoredRecord
from streams.replay.sources import Chunk, nothing
from streams.replay.wanted_brands import ALL_BRANDS, WantedBrands
from streams.rows import milliseconds

LANE: Final = Lane(MENTIONS_TABLE, 0)
_DAY_MS: Final = 86_400_000
_MINUTE_MS: Final = 60_000

_WHERE: Final = (
    "posted_at >= fromUnixTimestamp64Milli(%(since)s, 'UTC') "
    "AND posted_at < fromUnixTimestamp64Milli(%(until)s, 'UTC') "
    # A text that was blanked by its age cannot be scored again: what was said of it stays.
    "AND text != ''"
)
_EXTENT_SQL: Final = f"""
SELECT toUnixTimestamp64Milli(min(posted_at)), toUnixTimestamp64Milli(max(posted_at)), count()
FROM {MENTIONS_TABLE} WHERE {_WHERE}
"""  # noqa: S608 - constants only
_DAYS_SQL: Final = f"""
SELECT intDiv(toUnixTimestamp64Milli(posted_at), {_DAY_MS}) AS day, count()
FROM {MENTIONS_TABLE} WHERE {_WHERE} GROUP BY day ORDER BY day
"""  # noqa: S608 - constants only
_MINUTES_SQL: Final = f"""
SELECT intDiv(toUnixTimestamp64Milli(posted_at), {_MINUTE_MS}) AS minute, count()
FROM {MENTIONS_TABLE} WHERE {_WHERE} GROUP BY minute ORDER BY minute
"""  # noqa: S608 - constants only
_FIELDS: Final = (
    "kind", "text", "lang", "rating", "author", "url", "country", "reach", "thread_id",
    "kafka_topic", "kafka_partition", "kafka_offset", "received_at",
)  # fmt: skip
# A post once, whatever versions scored it; as it was written last.
_POSTS_SQL: Final = f"""
SELECT posted_at, source, post_id, {", ".join(f"argMax({name}, scored_at)" for name in _FIELDS)},
       groupArray((brand, product))
FROM (
    SELECT * FROM {MENTIONS_TABLE} FINAL WHERE {_WHERE}
    ORDER BY brand, posted_at, source, post_id, scored_at DESC
    LIMIT 1 BY brand, posted_at, source, post_id
)
GROUP BY posted_at, source, post_id ORDER BY posted_at, source, post_id
"""  # noqa: S608 - constants only
_SETTINGS: Final = {"do_not_merge_across_partitions_select_final": 1}


@dataclass(frozen=True, slots=True)
class StoredSource:
    """The mentions of a stretch of time, read again from their own table.

    A post keeps the brands that were found in it, for the fields that told some of them are not
    stored; brands that the watchlist finds in its text are added. brands: the wanted ones.
    """

    url: str
    stretch: LaneRange
    match: Match
    brands: WantedBrands = ALL_BRANDS

    async def chunks(
        self, progress: Mapping[Lane, LaneProgress], size: Callable[[], int]
    ) -> AsyncIterator[Chunk]:
        """See ReplaySource.  Raises StoreError."""
        done = progress.get(LANE)
        if done is not None and done.finished:
            return
        at_ms = max(self.stretch.first, done.next_offset) if done else self.stretch.first
        with connect(self.url) as client:
            first_ms, last_ms = self.stretch.first, self.stretch.end
            days = await asyncio.to_thread(_ask, client, _DAYS_SQL, first_ms, last_ms)
            whole, passed = sum(rows for _, rows in days), 0
            for day, rows_of_day in days:
                passed += rows_of_day
                end_ms = min(last_ms, (day + 1) * _DAY_MS)
                if end_ms <= at_ms:
                    continue
                at_ms = max(at_ms, day * _DAY_MS)
                minutes = await asyncio.to_thread(_ask, client, _MINUTES_SQL, at_ms, end_ms)
                while at_ms < end_ms:
                    until_ms = _until(minutes, at_ms, end_ms, most=size())
                    rows = await asyncio.to_thread(_ask, client, _POSTS_SQL, at_ms, until_ms)
                    at_ms = until_ms
                    place = _place(self.stretch, passed - _rows_from(minutes, at_ms), whole)
                    yield Chunk(LANE, at_ms, place, len(rows), partial(self._prepared, rows))
        yield Chunk(LANE, self.stretch.end, self.stretch.end, 0, nothing, finished=True)

    def _prepared(self, rows: Sequence[tuple[Any, ...]]) -> Sequence[PreparedBatch]:
        posts = [_post(row) for row in rows]
        by_place: dict[Partition, list[MatchedPost]] = defaultdict(list)
        unmatched: dict[Partition, int] = defaultdict(int)
        for row, post, found in zip(rows, posts, self.match(posts), strict=True):
            topic, partition, offset, received_at, pairs = row[-5:]
            mentions = dict(pairs)
            for name, product in found.items():
                mentions[name] = mentions.get(name) or product
            mentions = self.brands.about(mentions)
            place = Partition(topic, partition)
            if mentions:
                record = StoredRecord(offset, milliseconds(received_at), None)
                by_place[place].append(MatchedPost(record, post, mentions))
            else:
                unmatched[place] += 1
        return [
            PreparedBatch(_span(place, by_place[place]), by_place[place], [], unmatched[place], 0)
            for place in by_place.keys() | unmatched.keys()
        ]


def stored_range(url: str, since: datetime | None, until: datetime) -> LaneRange:
    """The stretch of time that has mentions. Raises StoreError."""
    first = milliseconds(since) if since else 0
    with connect(url) as client:
        ((least, most, rows),) = _ask(client, _EXTENT_SQL, first, milliseconds(until))
    return LaneRange(*LANE, least if rows else first, most + 1 if rows else first)


def stored_rows(url: str, stretch: LaneRange) -> int:
    """How many rows lie in the stretch, repeats of a post counted. Raises StoreError."""
    with connect(url) as client:
        ((_, _, rows),) = _ask(client, _EXTENT_SQL, stretch.first, stretch.end)
    return int(rows)


def _ask(client: Client, sql: str, since_ms: int, until_ms: int) -> list[tuple[Any, ...]]:
    values = {"since": since_ms, "until": until_ms}
    try:
        found: list[tuple[Any, ...]] = client.execute(sql, values, settings=_SETTINGS)
    except CLICKHOUSE_ERRORS as error:
        client.disconnect()
        raise StoreError(f"the stored mentions cannot be read ({error})") from error
    return found


def _until(minutes: Sequence[tuple[int, int]], since_ms: int, end_ms: int, *, most: int) -> int:
    """Where to stop so that about so many rows come, at a full minute.

    minutes: rows by minute since 1970, in order; those before `since_ms` are passed over.
    """
    rows = 0
    for minute, count in minutes:
        if (minute + 1) * _MINUTE_MS <= since_ms:
            continue
        if rows and rows + count > most:
            return min(end_ms, minute * _MINUTE_MS)
        rows += count
    return end_ms


def _rows_from(minutes: Sequence[tuple[int, int]], at_ms: int) -> int:
    return sum(count for minute, count in minutes if minute * _MINUTE_MS >= at_ms)


def _place(stretch: LaneRange, done: int, whole: int) -> int:
    """As far into the stretch as the rows that are done are of the whole.

    Not how far in time: of a year most posts may be of its last days.
    """
    return stretch.first + stretch.size * min(max(done, 0), whole) // max(whole, 1)


def _post(row: tuple[Any, ...]) -> Post:
    posted_at, source, post_id, kind, text, lang, rating, author, url, country, reach, thread = row[
        :12
    ]
    return Post(
        text=text,
        posted_at=posted_at.replace(tzinfo=UTC) if posted_at.tzinfo is None else posted_at,
        source=source,
        post_id=post_id,
        kind=kind,
        lang=lang or None,
        rating=rating,
        author=author or None,
        url=url or None,
        country=country or None,
        reach=reach or None,
        thread_id=thread or None,
    )


def _span(place: Partition, items: Sequence[MatchedPost]) -> Span:
    offsets = [item.record.offset for item in items] or [0]
    times = [item.record.timestamp for item in items] or [0]
    return Span(place, min(offsets), max(offsets) + 1, len(items), 0, min(times))
