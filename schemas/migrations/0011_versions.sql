-- Which model version people see: the row with the highest number. Rows are only added. action: first
-- (a worker's, of an installation where nothing was promoted), promote or rollback.
CREATE TABLE IF NOT EXISTS model_promotions {on_cluster}
(
    number UInt64,
    id UUID,
    at DateTime64(3, 'UTC'),
    action LowCardinality(String),
    model_version String,
    who String,
    why String
)
ENGINE = {replacing}
ORDER BY (number, id);

-- Takes the place of mention_minutes: a promotion switches which rows count and writes none of them.
-- model_version '': what is seen of the minute while the active version scored nothing in it, or
-- nobody else did. Where several versions scored it, a row for each, seen while that one is active.
-- version: what each of them said, whether it is seen or not; in the row of '' alone.
CREATE TABLE IF NOT EXISTS minute_counts {on_cluster}
(
    brand LowCardinality(String),
    model_version LowCardinality(String),
    minute DateTime('UTC') CODEC(Delta, ZSTD(1)),
    negative UInt32,
    neutral UInt32,
    positive UInt32,
    lang Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    source Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    topic Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    product Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    version Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    computed UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = {replacing}(computed)
PARTITION BY toYYYYMM(minute)
ORDER BY (brand, model_version, minute)
SETTINGS index_granularity = 1024;

-- The first audit fills the new table from the mentions; until then these are asked.
TRUNCATE TABLE IF EXISTS rollup_audits {on_cluster};

DROP TABLE IF EXISTS mention_minutes {on_cluster}
