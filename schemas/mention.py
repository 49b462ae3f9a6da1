"""A mention: one post about one brand, scored; a row of the table `mentions`.

The columns stand once, here; the migration's `CREATE TABLE` is held to them by a test.
"""

from dataclasses import dataclass
from typing import Final

MENTIONS_TABLE: Final = "mentions"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name and its ClickHouse type."""

    name: str
    clickhouse_type: str


COLUMNS: Final = (
    # The key: one row a post, brand and model version, however often it is written.
    Column("brand", "LowCardinality(String)"),
    Column("posted_at", "DateTime64(3, 'UTC')"),
    Column("source", "LowCardinality(String)"),
    Column("post_id", "String"),
    Column("model_version", "LowCardinality(String)"),
    # What was published.
    Column("kind", "LowCardinality(String)"),
    Column("text", "String"),
    Column("lang", "LowCardinality(String)"),
    Column("product", "LowCardinality(String)"),
    Column("rating", "Nullable(Float32)"),
    Column("author", "String"),
    Column("url", "String"),
    Column("country", "LowCardinality(String)"),
    Column("reach", "UInt64"),
    Column("thread_id", "String"),
    # What the model says.
    Column("sentiment", "LowCardinality(String)"),
    Column("score", "Float32"),
    Column("p_negative", "Float32"),
    Column("p_neutral", "Float32"),
    Column("p_positive", "Float32"),
    Column("topics", "Array(LowCardinality(String))"),
    Column("emotions", "Array(LowCardinality(String))"),
    Column("offensive", "Float32"),
    Column("model_sha256", "LowCardinality(String)"),
    # Where it came from, so that every number leads back to its record on Kafka.
    Column("kafka_topic", "LowCardinality(String)"),
    Column("kafka_partition", "UInt32"),
    Column("kafka_offset", "UInt64"),
    Column("received_at", "DateTime64(3, 'UTC')"),
    Column("scored_at", "DateTime64(3, 'UTC')"),
)
COLUMN_NAMES: Final = tuple(column.name for column in COLUMNS)
