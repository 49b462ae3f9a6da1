"""What a program reads is what was stored."""

import io
from datetime import UTC, datetime

from pyarrow import parquet

from dashboards.parquet_export import SCHEMA, to_parquet
from tests.dashboards.test_feed import feed_post


def test_values_come_back_as_they_were():
    """Texts are not changed, missing ratings are missing, times are UTC."""
    at = datetime(2026, 3, 11, 12, 0, 0, 123_000, tzinfo=UTC)
    posts = [
        feed_post(text="=1+1", posted_at=at, rating=None, topics=("price", "it's")),
        feed_post(text="\u202eabc", rating=4.5, topics=()),
    ]
    rows = parquet.read_table(io.BytesIO(to_parquet(posts))).to_pylist()
    assert [row["text"] for row in rows] == ["=1+1", "\u202eabc"]
    assert (rows[0]["posted_at"], rows[0]["rating"], rows[1]["rating"]) == (at, None, 4.5)
    assert rows[0]["topics"] == ["price", "it's"]
    assert list(rows[0]) == SCHEMA.names


def test_no_posts_are_a_table_without_rows():
    """The columns are there all the same."""
    assert parquet.read_table(io.BytesIO(to_parquet([]))).schema.equals(SCHEMA)
