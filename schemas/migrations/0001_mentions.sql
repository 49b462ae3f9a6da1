-- One row a post, brand and model version; a repeat replaces the row, so read with FINAL.
-- posted_at is normalised to UTC milliseconds before it gets here: a key that falls into two
-- partitions would be two rows.
CREATE TABLE IF NOT EXISTS mentions {on_cluster}
(
    brand LowCardinality(String),
    posted_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source LowCardinality(String),
    post_id String,
    model_version LowCardinality(String),
    kind LowCardinality(String),
    text String CODEC(ZSTD(3)),
    lang LowCardinality(String),
    product LowCardinality(String),
    rating Nullable(Float32),
    author String,
    url String,
    country LowCardinality(String),
    reach UInt64,
    thread_id String,
    sentiment LowCardinality(String),
    score Float32,
    p_negative Float32,
    p_neutral Float32,
    p_positive Float32,
    topics Array(LowCardinality(String)),
    model_sha256 LowCardinality(String),
    kafka_topic LowCardinality(String),
    kafka_partition UInt32,
    kafka_offset UInt64 CODEC(Delta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    scored_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = {replacing}(scored_at)
PARTITION BY toYYYYMM(posted_at)
ORDER BY (brand, posted_at, source, post_id, model_version)
SETTINGS {deduplication_window} = 1000
