"""Mentions that are written, written again, corrected and erased, and what should be counted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from schemas.alert import SeriesName
from schemas.rollups import (
    DIMENSIONS,
    QUARTER_S,
    QUARTERS_TABLE,
    SENTIMENTS,
    counted_parts,
    shown_rows,
)
from streams.rollups.counts import MinuteCounts
from tests.dashboards.mention_table import MentionTable

Row = dict[str, Any]
Count = tuple[str, str, str, str, int]
# Brand, quarter of an hour since 1970, dimension ("" for the whole), name, sentiment.
QuarterCount = tuple[str, int, str, str, str]
# What people see of each quarter that is settled or not.
QUARTERS_SQL = f"""
SELECT brand, intDiv(toUnixTimestamp(minute), {QUARTER_S}), part, name, bad, mid, good
FROM (SELECT * FROM {QUARTERS_TABLE} FINAL WHERE {shown_rows()}) {counted_parts(DIMENSIONS)}
"""


@dataclass
class MentionLog:
    """A table of mentions, and beside it what it should hold, as plain Python.

    active: the model version that people see.
    """

    table: MentionTable
    active: str = ""
    rows: dict[tuple[Any, ...], Row] = field(default_factory=dict)

    def insert(self, *rows: Row) -> None:
        """Write rows in one batch; of one key the row that was scored last stays."""
        self.table.insert(rows)
        for row in rows:
            key = (*_post(row), row["model_version"])
            if key not in self.rows or self.rows[key]["scored_at"] <= row["scored_at"]:
                self.rows[key] = row

    def erase(self, post_id: str) -> None:
        """Delete a post for good."""
        self.table.execute("DELETE FROM mentions WHERE post_id = %(id)s", {"id": post_id})
        self.rows = {key: row for key, row in self.rows.items() if row["post_id"] != post_id}

    @property
    def seen(self) -> list[Row]:
        """Each post of a brand once, as the active version or else the last one scored it."""
        posts: dict[tuple[Any, ...], list[Row]] = {}
        for row in self.rows.values():
            posts.setdefault(_post(row), []).append(row)
        return [min(rows, key=self._preference) for rows in posts.values()]

    def _preference(self, row: Row) -> tuple[Any, ...]:
        version = row["model_version"]
        return version != self.active, -row["scored_at"].timestamp(), version

    def expected(self) -> tuple[Counter[Count], Counter[Count]]:
        """Posts and negative posts by (brand, topic, lang, product, minute since 1970)."""
        posts: Counter[Count] = Counter()
        negative: Counter[Count] = Counter()
        for row in self.seen:
            minute = int(row["posted_at"].timestamp()) // 60
            parts = [("", "", ""), ("", row["lang"], ""), ("", "", row["product"])]
            for part in {*parts, *((topic, "", "") for topic in row["topics"])}:
                posts[(row["brand"], *part, minute)] += 1
                negative[(row["brand"], *part, minute)] += row["sentiment"] == "negative"
        return posts, +negative

    def expected_quarters(self) -> Counter[QuarterCount]:
        """Posts as the quarters ought to count them."""
        counts: Counter[QuarterCount] = Counter()
        for row in self.seen:
            named = {
                ("", ""),
                ("lang", row["lang"]),
                ("source", row["source"]),
                ("country", row["country"]),
                ("product", row["product"]),
                *([("rating", f"{row['rating']:g}")] if row["rating"] is not None else []),
                *(("topic", name) for name in row["topics"]),
                *(("emotion", name) for name in row["emotions"]),
            }
            quarter = int(row["posted_at"].timestamp()) // QUARTER_S
            counts.update((row["brand"], quarter, *part, row["sentiment"]) for part in named)
        return counts


def told_quarters(rows: Iterable[tuple[Any, ...]]) -> Counter[QuarterCount]:
    """Rows of QUARTERS_SQL, in the form of `expected_quarters`."""
    counts: Counter[QuarterCount] = Counter()
    for brand, quarter, part, name, *posts in rows:
        dimension = ("", *DIMENSIONS)[part]
        for sentiment, count in zip(SENTIMENTS, posts, strict=True):
            key = (brand, quarter, dimension, name, sentiment)
            assert key not in counts
            counts[key] = count
    return +counts


def told(found: MinuteCounts) -> tuple[Counter[Count], Counter[Count]]:
    """What was read, in the form of `expected`."""
    posts: Counter[Count] = Counter()
    negative: Counter[Count] = Counter()
    for row, minute, count, bad in zip(
        found.row, found.minute, found.posts, found.negative, strict=True
    ):
        name: SeriesName = found.series[row]
        key = (name.brand, name.topic, name.lang, name.product, int(minute))
        assert key not in posts
        posts[key] = int(count)
        negative[key] = int(bad)
    return posts, +negative


def moment(minute: int, second: float = 0.0) -> datetime:
    """A moment of the day that the tests are about."""
    return datetime.fromtimestamp(1_790_000_040 + 60 * minute + second, UTC)


def _post(row: Row) -> tuple[Any, ...]:
    return row["brand"], row["posted_at"], row["source"], row["post_id"]
